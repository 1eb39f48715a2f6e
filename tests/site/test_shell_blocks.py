"""What the site and the README tell a reader to type works, in the order in which it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clay_arch.scaffold import Project, scaffold
from tests.site.built import ROOT
from tests.site.shell_blocks import Shell, blocks_of, is_shown, pages_with_blocks, starts_in

if TYPE_CHECKING:
    from pathlib import Path

PAGES = {page.relative_to(ROOT).as_posix(): page for page in pages_with_blocks()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [n for n, p in PAGES.items() if any(b.is_run for b in blocks_of(p))]
)
def test_every_block_of_the_page_runs(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    shell = Shell(folder, tmp_path / "tools")
    if variant := starts_in(PAGES[name]):
        scaffold(Project(variant=variant, name="acme-leads", transport="webhook"), folder / "acme")
        made = shell.run("cd acme && make setup")
        assert made.returncode == 0, made.stdout
    for block in blocks_of(PAGES[name]):
        for command, shown in block.steps() if block.is_run else ():
            ended = shell.run(command)
            assert ended.returncode == 0, f"{command}\n{ended.stdout}"
            assert shown is None or is_shown(shown, ended.stdout), f"{command}\n{ended.stdout}"


def test_what_is_not_run_is_counted_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    left = [(name, b) for name, page in PAGES.items() for b in blocks_of(page) if not b.is_run]
    ran = sum(b.is_run for page in PAGES.values() for b in blocks_of(page))
    with capsys.disabled():
        print(f"\n{ran} shell blocks run, {len(left)} do not:")  # noqa: T201 - what is left out is told
        for name, block in left:
            print(f"  {name}: {block.reason}")  # noqa: T201  # noqa: T201 - what is left out is told

    assert ran > 4 * len(left)
    assert all(block.kind == "console" for _, block in left)


@pytest.mark.parametrize(
    ("shown", "printed", "alike"),
    [
        ("one\ntwo\n", "one\ntwo\n", True),
        ("one\n...\n", "one\ntwo\nthree\n", True),
        ("one\n", "one\ntwo\n", False),
        ("[1]\n", "1\n", False),
        ("[1] *\n", "[1] *\n", True),
    ],
)
def test_a_session_shows_what_is_printed(shown: str, printed: str, *, alike: bool) -> None:
    assert is_shown(shown, printed) is alike
