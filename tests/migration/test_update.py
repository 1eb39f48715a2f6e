"""`clay-arch update`: from the version that made a project to the installed one."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from clay_arch.load import load_schema
from tests.migration.projects import ENVIRONMENT, LADDER, PAIRS, Living, git, snapshot
from tests.migration.releases import ADDED, FIRST, MOVED, REMOVED, SECOND, Release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


RECORDED = ".clay-arch.yml"


def _files(folder: Path) -> dict[str, bytes]:
    """Every file but git's and the decision records, which are no template's."""
    return {
        path: file.read_bytes()
        for file in Living(folder).paths()
        if not (path := file.relative_to(folder).as_posix()).startswith("docs/adr/")
    }


def _fresh(release: Release, variant: str, folder: Path) -> dict[str, bytes]:
    made = release("new", variant, "--name", "acme-leads", "--variant", variant, cwd=folder)
    assert made.code == 0, made.err
    return _files(folder / variant)


def _made_by(version: str, living: Living) -> None:
    file = living.folder / RECORDED
    file.write_text(file.read_text().replace(FIRST, version))
    living.commit(f"Made by {version}")


# What an update does


@pytest.mark.parametrize("variant", LADDER)
def test_a_project_that_nobody_edited_becomes_what_new_would_make(
    variant: str, second: Release, living: Callable[[str], Living], tmp_path: Path
) -> None:
    mine = living(variant)

    ended = second("update", cwd=mine.folder)

    assert ended.code == 0, ended.err
    assert _files(mine.folder) == _fresh(second, variant, tmp_path)
    assert ended.out.startswith(f"From {variant} {FIRST} to {variant} {SECOND}\n")


@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_version_and_variant_change_in_one_step(
    start: str, end: str, second: Release, living: Callable[[str], Living], tmp_path: Path
) -> None:
    mine = living(start)

    ended = second("update", "--variant", end, cwd=mine.folder)

    assert ended.code == 0, ended.err
    assert _files(mine.folder) == _fresh(second, end, tmp_path)
    assert f"docs/adr/0002-clay-integration-{end}.md" in mine.status()


def test_one_step_equals_two(
    second: Release, living: Callable[[str], Living], tmp_path: Path
) -> None:
    mine = living("direct")
    (mine.folder / MOVED[0]).write_text("# ours\n" + (mine.folder / MOVED[0]).read_text())
    mine.commit("Ours")
    other = Living(shutil.copytree(mine.folder, tmp_path / "other"))

    one = second("update", "--variant", "standard", cwd=mine.folder)
    two = [second("update", cwd=other.folder)]
    other.commit("Updated")
    two.append(second("migrate", "standard", cwd=other.folder))

    assert [one.code, *(ended.code for ended in two)] == [0, 0, 0]
    assert _files(mine.folder) == _files(other.folder)
    assert (mine.folder / MOVED[1]).read_text().startswith("# ours\n")


def test_a_new_question_gets_the_template_s_own_answer_and_the_old_ones_stay(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    before = yaml.safe_load((mine.folder / RECORDED).read_text())

    ended = second("update", cwd=mine.folder)

    after = yaml.safe_load((mine.folder / RECORDED).read_text())
    assert after["clay_arch_version"] == SECOND
    assert after["answers"] == {**before["answers"], "region": "eu"}
    assert "DATA_REGION" in ended.out


def test_a_program_gets_the_outcome_as_a_document(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")

    outcome = json.loads(second("update", "--format", "json", cwd=mine.folder).out)

    assert outcome["from"] == {"variant": "direct", "version": FIRST}
    assert outcome["to"] == {"variant": "direct", "version": SECOND}
    assert sorted(outcome["added"]) == sorted([ADDED, MOVED[1]])
    assert sorted(outcome["removed"]) == sorted([MOVED[0], *REMOVED])
    assert {RECORDED, "README.md", "Makefile"} <= set(outcome["updated"])


def test_the_updated_project_s_own_tests_pass(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    (mine.folder / MOVED[0]).write_text((mine.folder / MOVED[0]).read_text() + "\nOURS = 1\n")
    (mine.folder / "tests/domain/test_ours.py").write_text(
        "from leadflow.domain.rhythm import OURS\n\n\n"
        "def test_ours_is_there() -> None:\n    assert OURS\n",
        encoding="utf-8",
    )
    mine.commit("Ours")
    second("update", cwd=mine.folder)

    ended = Release(mine.folder / "src", SECOND).python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/domain", cwd=mine.folder
    )

    assert ended.code == 0, ended.out


def test_a_dry_run_says_the_same_and_leaves_no_trace(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    before = snapshot(mine.folder)

    tried = json.loads(second("update", "--dry-run", "--format", "json", cwd=mine.folder).out)

    assert snapshot(mine.folder) == before
    done = json.loads(second("update", "--format", "json", cwd=mine.folder).out)
    same = tried.keys() - {"is_dry_run", "next_commands"}
    assert {key: tried[key] for key in same} == {key: done[key] for key in same}
    assert (tried["is_dry_run"], done["is_dry_run"]) == (True, False)


def test_the_line_that_is_printed_first_takes_everything_back(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    (mine.folder / "README.md").write_text("ours\n", encoding="utf-8")
    mine.commit("Ours")
    before = _files(mine.folder)
    ended = second("update", cwd=mine.folder)
    assert (ended.code, _files(mine.folder) == before) == (1, False)

    undo = re.fullmatch(r"To take everything back: (.*)\n", ended.err)
    assert undo
    subprocess.run(shlex.split(undo[1]), env=ENVIRONMENT, check=True, capture_output=True)

    assert _files(mine.folder) == before
    assert mine.status() == {}


def test_a_project_below_the_top_of_a_repository_is_updated_and_nothing_beside_it(
    second: Release, made: Callable[[str], Path], tmp_path: Path
) -> None:
    top = tmp_path / "mono"
    shutil.copytree(made("direct"), top / "services" / "leads")
    (top / "mypy.ini").write_text("beside it\n", encoding="utf-8")
    git(top, "init", "--quiet", "--initial-branch=main")
    Living(top).commit()

    ended = second("update", "--project", "services/leads", cwd=top)

    assert ended.code == 0, ended.err
    assert all(path.startswith("services/leads/") for path in Living(top).status())
    assert (top / "services/leads" / MOVED[1]).is_file()


# Whether there is one


def test_check_exits_1_when_an_update_exists_and_names_both_versions(
    second: Release, made: Callable[[str], Path]
) -> None:
    ended = second("update", "--check", cwd=made("direct"))

    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith(f"project {FIRST}, clay-arch {SECOND}: an update exists")


def test_check_exits_0_when_there_is_none(first: Release, made: Callable[[str], Path]) -> None:
    ended = first("update", "--check", cwd=made("direct"))

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"project {FIRST}, clay-arch {FIRST}: up to date\n"


@pytest.mark.parametrize("exists", [True, False])
def test_check_answers_a_program_by_its_schema(
    first: Release, second: Release, made: Callable[[str], Path], *, exists: bool
) -> None:
    release = second if exists else first

    ended = release("update", "--check", "--format", "json", cwd=made("queue"))

    document = json.loads(ended.out)
    jsonschema.validate(document, load_schema("update"))
    assert (document["update_exists"], ended.code) == (exists, int(exists))
    assert (document["project_version"], document["tool_version"]) == (FIRST, release.version)


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--variant", "direct")])
def test_up_to_date_is_said_and_nothing_is_touched_whatever_lies_there(
    words: tuple[str, ...], first: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    (mine.folder / "README.md").write_text("not committed\n", encoding="utf-8")
    before = snapshot(mine.folder)

    ended = first("update", *words, cwd=mine.folder)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"project {FIRST}, clay-arch {FIRST}: up to date\n"
    assert snapshot(mine.folder) == before


# What is refused


@pytest.mark.parametrize("words", [(), ("--check",), ("--dry-run",), ("--variant", "queue")])
def test_a_project_of_a_newer_clay_arch_is_refused_with_the_command_that_has_it(
    words: tuple[str, ...], first: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    _made_by(SECOND, mine)

    ended = first("update", *words, cwd=mine.folder)

    assert (ended.code, ended.out, mine.status()) == (2, "", {})
    assert f"was made by clay-arch {SECOND}, which is newer than this {FIRST}" in ended.err
    assert f"pip install clay-arch=={SECOND}" in ended.err


def test_migrate_refuses_it_too(first: Release, living: Callable[[str], Living]) -> None:
    mine = living("direct")
    _made_by(SECOND, mine)

    ended = first("migrate", "standard", cwd=mine.folder)

    assert (ended.code, ended.out, mine.status()) == (2, "", {})
    assert f"pip install clay-arch=={SECOND}" in ended.err


def test_migrate_sends_an_older_project_to_an_update_of_both(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")

    ended = second("migrate", "standard", cwd=mine.folder)

    assert (ended.code, ended.out, mine.status()) == (2, "", {})
    assert "clay-arch update --variant standard changes both in one step" in ended.err


def test_a_version_that_nobody_kept_is_refused_with_the_command_that_has_it(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    _made_by("0.0.5", mine)

    ended = second("update", cwd=mine.folder)

    assert (ended.code, ended.out, mine.status()) == (2, "", {})
    assert "keeps no templates of '0.0.5'" in ended.err
    assert "pip install clay-arch==0.0.5" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_what_is_not_committed_is_refused(second: Release, living: Callable[[str], Living]) -> None:
    mine = living("direct")
    (mine.folder / "README.md").write_text("ours\n", encoding="utf-8")

    ended = second("update", cwd=mine.folder)

    assert ended.code == 4
    assert "not committed: README.md" in ended.err
    assert (mine.folder / MOVED[0]).exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--check", "--variant", "queue"), "--check asks about the version only"),
        (("--volume", "20k"), "answers change nothing in an update"),
        (
            ("--variant", "quue"),
            "--variant: 'quue' is not one of direct, standard, queue; did you mean",
        ),
    ],
)
def test_flags_that_do_not_go_together_are_refused(
    words: tuple[str, ...], said: str, second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")

    ended = second("update", *words, cwd=mine.folder)

    assert (ended.code, ended.out, mine.status()) == (2, "", {})
    assert said in ended.err


def test_a_folder_that_is_no_project_is_refused(second: Release, tmp_path: Path) -> None:
    ended = second("update", "--check", "--project", str(tmp_path), cwd=tmp_path)

    assert (ended.code, ended.out) == (4, "")
    assert f"{tmp_path / RECORDED} cannot be read: No such file or directory" in ended.err


def test_a_spoilt_record_is_refused_with_its_line(second: Release, tmp_path: Path) -> None:
    (tmp_path / RECORDED).write_text("variant: direkt\nclay_arch_version: 1\n", encoding="utf-8")

    ended = second("update", "--check", cwd=tmp_path)

    assert (ended.code, ended.out) == (2, "")
    assert f"{RECORDED}:1: variant must be one of direct, standard, queue" in ended.err
