"""The README: a true picture of a session, figures that stand elsewhere too, links that lead on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.process import Command
from tests.site.built import DOCS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text(encoding="utf-8")
SESSION = DOCS / "assets/terminal.svg"
SVG = "{http://www.w3.org/2000/svg}"
LINK = re.compile(r'(?:\]\(|src=")(?!https?:|#)([^)"#]+)')
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def test_the_session_shows_what_the_command_prints(tmp_path: Path) -> None:
    texts = ["".join(line.itertext()) for line in ET.parse(SESSION).iter(f"{SVG}text")]  # noqa: S314
    command = texts[0].removeprefix("$ clay-arch ")
    printed = Command(tmp_path)(*command.split(), env={"COLUMNS": "100"}).out

    assert "".join(texts[1:]).replace(" ", "") == "".join(printed.split())


def test_the_session_can_be_watched_and_held_still() -> None:
    text = SESSION.read_text(encoding="utf-8")

    assert "@keyframes scroll" in text
    assert "prefers-reduced-motion:no-preference" in text
    assert "prefers-color-scheme: dark" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("https", "")


def test_every_figure_stands_in_the_measurements_too() -> None:
    measured = (ROOT / "bench/README.md").read_text(encoding="utf-8")
    rows = README.partition("## Figures")[2].partition("\n## ")[0].split("|---|---|---|---|\n")[1]

    figures = [n for row in rows.splitlines() for n in NUMBER.findall(row)]
    assert len(figures) > 20
    assert [
        n for n in figures if not re.search(rf"(?<![\d.,]){re.escape(n)}(?![\d])", measured)
    ] == []


@pytest.mark.parametrize("path", sorted(set(LINK.findall(README))))
def test_every_link_leads_to_a_file(path: str) -> None:
    assert (ROOT / path).is_file()
