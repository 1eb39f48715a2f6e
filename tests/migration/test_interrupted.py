"""A run that ends half-way: the project is as it was, or one printed line makes it so."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from clay_arch import __version__
from clay_arch.errors import ClayArchError, TargetError
from clay_arch.migration.climb import Templates, climb, look
from clay_arch.migration.outcome import Rung
from clay_arch.scaffold import template_of
from tests.migration.projects import ENVIRONMENT, Living, git, project_in, snapshot
from tests.process import TOOL, Command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clay_arch.migration.outcome import Outcome

DEADLINE_SECONDS = 60


def _slowly_written(living: Living, smudge: str) -> None:
    """Git writes each file of the work tree through a program of the owner's."""
    attributes = living.folder / ".git" / "info" / "attributes"
    attributes.write_text("* filter=owners\n")
    git(living.folder, "config", "filter.owners.smudge", smudge)
    git(living.folder, "config", "filter.owners.clean", "cat")
    git(living.folder, "config", "filter.owners.required", "true")


def _content(living: Living) -> dict[str, tuple[int, bytes]]:
    found = snapshot(living.folder)
    return {path: entry for path, entry in found.items() if not path.startswith(".git/")}


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def _climb(living: Living, warn: Callable[[str], None]) -> Outcome:
    templates = Templates(template_of("direct"), template_of("standard"), _STANDARD)
    return climb(look(living.folder), templates, records={}, is_dry_run=False, warn=warn)


_STANDARD = Rung("standard", __version__)


def test_after_a_kill_in_the_middle_the_printed_line_takes_everything_back(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    _slowly_written(living, "sleep 0.05; cat")
    before = _content(living)
    words = [TOOL, "migrate", "standard"]
    with (tmp_path / "told").open("w") as told:
        process = subprocess.Popen(
            words, cwd=living.folder, stdout=told, stderr=told, start_new_session=True
        )
        _await((living.folder / "destinations.yaml").exists)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert _content(living) != before
    git(living.folder, "config", "filter.owners.smudge", "cat")

    undo = (tmp_path / "told").read_text().splitlines()[0].removeprefix("To take everything back: ")
    subprocess.run(undo, shell=True, env=ENVIRONMENT, check=True, capture_output=True)  # noqa: S602 - as printed

    assert _content(living) == before
    assert living.status() == {}


def test_after_ctrl_c_in_the_middle_the_project_is_as_it_was(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    _slowly_written(living, "sleep 0.01; cat")
    before = _content(living)
    process = subprocess.Popen(
        [TOOL, "migrate", "standard"],
        cwd=living.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _await((living.folder / "destinations.yaml").exists)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE_SECONDS)

    assert (process.returncode, out) == (130, "")
    assert err.endswith("Error: interrupted; nothing was written\n")
    assert (_content(living), living.status()) == (before, {})


def test_where_git_cannot_write_a_file_the_project_is_as_it_was(tmp_path: Path) -> None:
    """The owner's program fails on one of the new files."""
    living = project_in(tmp_path / "project")
    _slowly_written(living, "case %f in *routes.yaml) exit 1;; esac; cat")
    before = _content(living)

    ended = Command(living.folder)("migrate", "standard")

    assert (ended.code, ended.out) == (2, "")
    assert "git checkout-index failed" in ended.err
    assert (_content(living), living.status()) == (before, {})


def test_what_an_owner_saves_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    readme = living.folder / "README.md"

    def save(_: str) -> None:
        readme.write_text("mine\n")

    with pytest.raises(TargetError, match=r"not committed: README\.md"):
        _climb(living, save)

    assert readme.read_text() == "mine\n"
    assert living.status() == {"README.md": " M"}


def test_a_commit_made_meanwhile_stops_it(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")

    with pytest.raises(TargetError, match="run this again"):
        _climb(living, lambda _: living.commit("Meanwhile"))

    assert living.status() == {}


def test_while_another_git_has_the_index_nothing_is_written(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    (living.folder / ".git" / "index.lock").touch()
    before = _content(living)

    with pytest.raises(ClayArchError, match=r"index\.lock"):
        living.climb("standard")

    assert _content(living) == before


def test_the_way_back_is_told_before_anything_is_touched(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    before, seen = snapshot(living.folder), []

    def look_around(undo: str) -> None:
        seen.append((undo, snapshot(living.folder) == before))

    _climb(living, look_around)

    assert seen == [(f"git -C {living.folder} reset --hard", True)]


def test_a_dry_run_changes_nothing_and_tells_what_the_run_does(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project", "standard")
    for path in ("README.md", "routes.yaml", "src/leadflow/settings.py"):
        file = living.folder / path
        file.write_text("# ours\n" + file.read_text())
    living.commit("Ours")
    before = snapshot(living.folder)

    tried = living.climb("queue", is_dry_run=True)

    assert snapshot(living.folder) == before
    assert living.climb("queue") == tried._replace(is_dry_run=False)
    assert tried.merged
