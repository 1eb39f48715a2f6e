"""The decision record follows a project, and what `clay-arch migrate` prints about the change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from clay_arch.load import load_schema
from tests.migration.projects import Living, git, project_in
from tests.process import Command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DIRECT = ("--volume", "900/month", "--plan", "growth", "--infra", "none")
CSV = ("--volume", "900/month", "--plan", "free", "--infra", "none")
ADR = "docs/adr/{number:04}-clay-integration-{variant}.md"


def _made(folder: Path, *words: str) -> Living:
    assert Command(folder)("new", "project", *words).code == 0
    living = Living(folder / "project")
    git(living.folder, "init", "--quiet")
    living.commit("As it was made")
    return living


def _text(living: Living, number: int, variant: str) -> str:
    return (living.folder / ADR.format(number=number, variant=variant)).read_text()


def test_new_leaves_the_answers_as_a_file_that_recommend_reads(tmp_path: Path) -> None:
    living = _made(tmp_path, *DIRECT)
    command = Command(living.folder)

    from_file = command("recommend", "--answers", "docs/adr/answers.yaml", "--format", "json")

    assert from_file.out == command("recommend", *DIRECT, "--format", "json").out
    assert from_file.code == 0


def test_the_new_record_supersedes_the_old_one_and_tells_what_is_answered_otherwise(
    tmp_path: Path,
) -> None:
    living = _made(tmp_path, *DIRECT)

    ended = Command(living.folder)("migrate", "standard", "--volume", "5k", "--infra", "https")

    assert ended.code == 0, ended.err
    old, new = _text(living, 1, "direct"), _text(living, 2, "standard")
    assert 'status: "superseded by ADR-0002"' in old
    assert "[ADR-0001](0001-clay-integration-direct.md)" in new
    assert "| How many leads do you enrich? | 900/month | 5000 |" in new
    assert "| What infrastructure do you have? | none | https |" in new
    assert "Which Clay plan" not in new
    assert "--volume 5000 --plan growth --infra https" in new
    assert (
        "volume: '5000'\nplan: growth\ninfra: https\n"
        in (living.folder / "docs/adr/answers.yaml").read_text()
    )


def test_without_flags_the_recorded_answers_stand(tmp_path: Path) -> None:
    living = _made(tmp_path, *DIRECT)

    assert Command(living.folder)("migrate", "standard").code == 0

    new = _text(living, 2, "standard")
    assert "Every question is answered as it was then." in new
    assert "The recommendation is Direct" in new


def test_each_record_supersedes_the_one_before_it(tmp_path: Path) -> None:
    living = _made(tmp_path, *DIRECT)
    for variant in ("standard", "queue"):
        assert Command(living.folder)("migrate", variant).code == 0
        living.commit(f"Now {variant}")

    assert "superseded by ADR-0002" in _text(living, 1, "direct")
    assert "superseded by ADR-0003" in _text(living, 2, "standard")
    assert "[ADR-0002](0002-clay-integration-standard.md)" in _text(living, 3, "queue")


def test_where_nothing_was_ever_answered_the_record_says_that_the_variant_was_named(
    tmp_path: Path,
) -> None:
    living = _made(tmp_path, "--variant", "direct")

    assert Command(living.folder)("migrate", "standard").code == 0

    new = _text(living, 1, "standard")
    assert 'Chosen option: "Standard", because its owner named it.' in new
    assert "* `tests/callback/test_bad_bodies.py`" in new
    assert not (living.folder / "docs/adr/answers.yaml").exists()


def test_new_answers_decide_how_leads_travel_and_recorded_ones_leave_it(tmp_path: Path) -> None:
    living = _made(tmp_path, *CSV)
    file = living.folder / ".clay-arch.yml"
    assert 'transport: "csv"' in file.read_text()

    Command(living.folder)("migrate", "standard", "--dry-run")
    assert Command(living.folder)("migrate", "standard").code == 0
    assert 'transport: "csv"' in file.read_text()
    git(living.folder, "reset", "--quiet", "--hard")

    words = ("--volume", "5k", "--plan", "growth", "--infra", "https")
    assert Command(living.folder)("migrate", "standard", *words).code == 0
    assert 'transport: "webhook"' in file.read_text()
    assert "LEADFLOW_TRANSPORT=webhook" in (living.folder / ".env.example").read_text()


def test_an_answer_that_cannot_be_read_is_refused_before_anything_is_touched(
    tmp_path: Path,
) -> None:
    living = _made(tmp_path, *DIRECT)

    ended = Command(living.folder)("migrate", "standard", "--volume", "many")

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "--volume" in ended.err
    assert living.status() == {}


def _as_made(_: Living) -> None:
    pass


def _same_places(living: Living) -> None:
    """The owner changes what every variant has otherwise."""
    for path in ("pytest.ini", "src/leadflow/settings.py"):
        file = living.folder / path
        file.write_text("".join(f"{line}  # ours\n" for line in file.read_text().splitlines()))
    living.commit("Ours")


@pytest.mark.parametrize(("edit", "code"), [(_as_made, 0), (_same_places, 1)])
def test_the_document_is_as_published_and_conflicts_are_the_exit_code(
    edit: Callable[[Living], None], code: int, tmp_path: Path
) -> None:
    living = project_in(tmp_path / "project")
    edit(living)

    tried = Command(living.folder)("migrate", "standard", "--dry-run", "--format", "json")
    ended = Command(living.folder)("migrate", "standard", "--format", "json")

    document = json.loads(ended.out)
    Draft202012Validator(load_schema("migration")).validate(document)
    assert list(document) == list(load_schema("migration")["properties"])
    assert (tried.code, ended.code) == (code, code)
    assert bool(document["conflicts"]) is bool(code)
    different = {"is_dry_run", "next_commands"}
    assert {key for key, value in json.loads(tried.out).items() if document[key] != value} == (
        different
    )
    assert ended.err == f"To take everything back: {document['undo']}\n"
    assert tried.err == ""


def test_the_text_names_conflicts_new_settings_data_and_what_to_type(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    _same_places(living)

    ended = Command(living.folder)("migrate", "standard")

    for words in (
        "From direct 0.1.0 to standard 0.1.0",
        "pytest.ini: you and the template changed the same place",
        "CLAY_CALLBACK_SECRETS",
        "TOKEN_MAX_AGE_DAYS=7",
        "sent again",
        "git status",
        "git commit -m",
    ):
        assert words in ended.out
