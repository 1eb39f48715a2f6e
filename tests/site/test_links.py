"""The build is clean, and every link within the site leads somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.site.built import Site, copied, run_script

if TYPE_CHECKING:
    from pathlib import Path

QUICK_SECONDS = 10


def test_the_site_is_built_without_a_warning_and_quickly(site: Site) -> None:
    said = site.build.out + site.build.err

    assert "No issues found" in said
    assert "arning" not in said
    assert site.processor_seconds < QUICK_SECONDS


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("[gone](gone.md)", "page does not exist"),
        ("[gone](glossary.md#gone)", "anchor does not exist"),
        ('<script src="../assets/gone.js"></script>', "leads nowhere: glossary/index.html"),
        ('[[ fact("wire.gone") ]]', "wire.gone"),
    ],
    ids=["page", "anchor", "script", "fact"],
)
def test_what_leads_nowhere_stops_the_build(tmp_path: Path, line: str, complaint: str) -> None:
    folder = copied(tmp_path)
    with (folder / "docs/glossary.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{line}\n")

    ended = run_script(folder, "build.py")

    assert ended.code != 0
    assert complaint in ended.out + ended.err


@pytest.mark.parametrize("made", ["reference/facts.md", "assets/queue.svg", "assets/terminal.svg"])
def test_what_is_older_than_the_code_is_named(tmp_path: Path, made: str) -> None:
    folder = copied(tmp_path)
    (folder / "docs" / made).write_text("old", encoding="utf-8")

    ended = run_script(folder, "generate.py", "--check")

    assert (ended.code, ended.out) == (1, f"stale: docs/{made}\n")


def test_nothing_that_was_committed_is_older_than_the_code(tmp_path: Path) -> None:
    ended = run_script(copied(tmp_path), "generate.py", "--check")

    assert (ended.code, ended.out) == (0, "")
