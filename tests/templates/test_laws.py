"""The laws of the templates: they are programs first, and their facts are the toolkit's."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clay_arch.scaffold import Project, scaffold

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts

ROOT = Path(__file__).parents[2]
FILES = subprocess.run(
    ["git", "ls-files", "templates"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
TEMPLATED = {
    "README.md.jinja",
    "pyproject.toml.jinja",
    ".env.example.jinja",
    ".clay-arch.yml.jinja",
}


def test_whatever_is_not_named_a_template_is_copied_byte_for_byte(tmp_path: Path) -> None:
    """So no Python holds Jinja: what runs in the template is what runs in the project."""
    template = "templates/direct/"
    project = Project(variant="direct", name="acme-leads", transport="webhook")
    scaffold(project, tmp_path / "demo")

    plain = [name for name in FILES if name.startswith(template) and not name.endswith(".jinja")]
    copied = {name.removeprefix(template): (ROOT / name).read_bytes() for name in plain}
    del copied["copier.yml"]
    assert {name: (tmp_path / "demo" / name).read_bytes() for name in copied} == copied


def test_only_the_four_named_files_are_templates() -> None:
    assert {Path(name).name for name in FILES if name.endswith(".jinja")} == TEMPLATED


def test_file_names_are_plain() -> None:
    assert [name for name in FILES if not re.fullmatch(r"[A-Za-z0-9_./-]+", name)] == []


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("webhook_submissions_for_life", "wire.record-limit"),
        ("webhook_body_bytes", "wire.size"),
        ("webhook_requests_per_second", "wire.rate"),
        ("webhook_plans", "capability.webhook_source"),
    ],
)
def test_a_projects_limit_is_the_toolkits_fact(facts: Facts, name: str, fact: str) -> None:
    path = ROOT / "templates" / "direct" / "src" / "leadflow" / "clay_limits.toml"
    limit = tomllib.loads(path.read_text())[name]

    known = facts.by_id[fact]
    value = tuple(limit["value"]) if isinstance(limit["value"], list) else limit["value"]
    assert (value, str(limit["read_on"])) == (known.value, known.read_on)


def test_a_projects_rows_per_table_are_the_toolkits_facts(facts: Facts) -> None:
    path = ROOT / "templates" / "direct" / "src" / "leadflow" / "clay_limits.toml"
    rows = tomllib.loads(path.read_text())["rows_per_table"]["value"]

    published = {plan: facts.by_id[f"plan.{plan}.rows"].value for plan in rows}
    assert {plan: rows[plan] for plan in rows if published[plan] is not None} == {
        plan: value for plan, value in published.items() if value is not None
    }
