"""The laws of the templates: programs first, one ladder, and their facts are the toolkit's."""

from __future__ import annotations

import re
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clay_arch.scaffold import Project, scaffold, variants
from scripts.sync import GROWS

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts

ROOT = Path(__file__).parents[2]
TEMPLATED = {
    "README.md.jinja",
    "pyproject.toml.jinja",
    ".env.example.jinja",
    ".clay-arch.yml.jinja",
}
YOURS = {
    "crm_events.yaml",
    "destinations.yaml",
    "do-not-contact.txt",
    "routes.yaml",
    "src/leadflow/leads.toml",
}


def _files(variant: str) -> dict[str, bytes]:
    """What git tracks, or would: no caches, no environments."""
    folder = ROOT / "templates" / variant
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(listing, cwd=folder, capture_output=True, text=True, check=True)
    found = {name: folder / name for name in listed.stdout.splitlines()}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file()}


FILES = {variant: _files(variant) for variant in variants()}
STEPS = list(pairwise(variants()))
each_variant = pytest.mark.parametrize("variant", variants())
each_step = pytest.mark.parametrize(("lower", "higher"), STEPS, ids=map("-".join, STEPS))


@each_step
def test_no_path_disappears_on_the_way_up(lower: str, higher: str) -> None:
    assert sorted(FILES[lower].keys() - FILES[higher].keys()) == []


@each_step
def test_the_same_path_has_the_same_bytes_unless_it_grows(lower: str, higher: str) -> None:
    shared = FILES[lower].keys() & FILES[higher].keys()

    assert {name for name in shared if FILES[lower][name] != FILES[higher][name]} <= GROWS


def test_whatever_grows_differs_somewhere() -> None:
    """The list of exceptions must not outlive its reasons."""
    differing = {
        name
        for lower, higher in STEPS
        for name in FILES[lower].keys() & FILES[higher].keys()
        if FILES[lower][name] != FILES[higher][name]
    }

    assert not STEPS or sorted(GROWS - differing - {"copier.yml"}) == []


def test_what_is_yours_to_edit_is_the_same_in_every_variant_that_has_it() -> None:
    """So that moving up keeps your edits."""
    for name in YOURS:
        assert len({files[name] for files in FILES.values() if name in files}) == 1, name

    assert not YOURS & GROWS


@each_variant
def test_whatever_is_not_named_a_template_is_copied_byte_for_byte(
    variant: str, tmp_path: Path
) -> None:
    """So no Python holds Jinja: what runs in the template is what runs in the project."""
    scaffold(Project(variant=variant, name="acme-leads", transport="webhook"), tmp_path / "demo")

    copied = {name: text for name, text in FILES[variant].items() if not name.endswith(".jinja")}
    del copied["copier.yml"]
    assert {name: (tmp_path / "demo" / name).read_bytes() for name in copied} == copied


@each_variant
def test_a_project_holds_the_files_of_its_template_and_no_others(
    variant: str, tmp_path: Path
) -> None:
    project = Project(variant=variant, name="acme-leads", transport="webhook")

    written = scaffold(project, tmp_path / "demo")

    expected = {name.removesuffix(".jinja") for name in FILES[variant]} - {"copier.yml"}
    assert set(written) == expected


@each_variant
def test_only_the_four_named_files_are_templates(variant: str) -> None:
    assert {name for name in FILES[variant] if name.endswith(".jinja")} == TEMPLATED


@each_variant
def test_file_names_are_plain(variant: str) -> None:
    assert [name for name in FILES[variant] if not re.fullmatch(r"[A-Za-z0-9_./-]+", name)] == []


@each_variant
def test_a_project_says_which_variant_it_is(variant: str) -> None:
    assert f"\nvariant: {variant}\n".encode() in FILES[variant][".clay-arch.yml.jinja"]


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
