"""A real terminal session as an animated SVG: recorded in a pseudo-terminal, drawn cell by cell."""

from __future__ import annotations

import os
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pyte

from clay_arch.chooser.colours import variants_css
from clay_arch.report.palette import ACCENTS, as_hex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["draw_session", "record"]

COLUMNS, SHOWN = 100, 32  # as wide as the text report; as many lines as the window shows
LINE, CHARACTER = 18, 7.83
LEFT, TOP = 18, 44
TYPING, READING = 2.5, 5.0  # seconds for the command, and for each window of the answer
NAMES = {"green": "--ok", "brown": "--watch", "red": "--exceeded"}
CLASSES = {as_hex(colour)[1:]: f"--{variant}" for variant, colour in ACCENTS.items()}
PROMPT = "$ "


def record(command: str) -> list[str]:
    """The lines of what `command` shows on a terminal of a fixed size, as SVG texts."""
    program, *words = command.split()
    child = pexpect.spawn(
        str(Path(sys.executable).parent / program),
        words,
        timeout=60,
        env={**_quiet_environment(), "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)},
        dimensions=(SHOWN, COLUMNS),
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)
    child.close()
    shown = str(child.before)
    if child.exitstatus:
        raise RuntimeError(f"{command} ended with {child.exitstatus}: {shown}")
    screen = pyte.Screen(COLUMNS, shown.count("\n") + 2)
    pyte.Stream(screen).feed(shown)
    lines = ["".join(_spans(screen.buffer[row], COLUMNS)) for row in range(screen.lines)]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _quiet_environment() -> dict[str, str]:
    """Without what would change the answer: colours switched off, answers given by variables."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CLAY_ARCH_") and name not in {"NO_COLOR", "CI"}
    }


def _spans(cells: dict[int, pyte.screens.Char], columns: int) -> Iterator[str]:
    """Runs of cells that look alike; spaces at the end of the line are left out."""
    text = "".join(cells[column].data for column in range(columns)).rstrip()
    start = 0
    for column in range(1, len(text) + 1):
        here = column < len(text) and _look(cells[column])
        if here != _look(cells[start]):
            yield _span(text[start:column], _look(cells[start]), start)
            start = column


def _look(cell: pyte.screens.Char) -> tuple[str, bool]:
    return CLASSES.get(cell.fg, NAMES.get(cell.fg, "--ink")), cell.bold


def _span(text: str, look: tuple[str, bool], column: int) -> str:
    """Placed by its column, so that a font of another width does not move the tables."""
    if not text.strip():
        return ""
    lead = len(text) - len(text.lstrip())
    colour, is_bold = look
    style = ";".join(
        [*([f"fill:var({colour})"] * (colour != "--ink")), *["font-weight:600"] * is_bold]
    )
    wide = len(text.strip()) * CHARACTER
    return (
        f'<tspan x="{LEFT + (column + lead) * CHARACTER:.1f}" textLength="{wide:.1f}"'
        f"{f' style={chr(34)}{style}{chr(34)}' if style else ''}>{escape(text.strip())}</tspan>"
    )


def draw_session(command: str, lines: Sequence[str]) -> str:
    """The command is typed, the answer appears and is read window by window; then it begins anew.

    Whoever asks for less motion sees the beginning of the answer, at rest.
    """
    pages = [*range(0, max(1, len(lines) - SHOWN + 2), SHOWN - 6)]
    whole = TYPING + READING * len(pages)
    width, height = 2 * LEFT + COLUMNS * CHARACTER, TOP + (SHOWN + 1) * LINE
    texts = "".join(
        f'<text y="{TOP + (row + 2) * LINE:g}">{line}</text>'
        for row, line in enumerate(lines)
        if line
    )
    typed = len(PROMPT + command)
    window = (SHOWN + 1) * LINE - 3  # ends between two lines
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-labelledby="session-title"><title id="session-title">A terminal session: '
        f"{escape(command)}, and the answer</title><style>{_style(pages, whole, typed)}</style>"
        f'<rect class="window" x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>'
        f'<g class="dots"><circle cx="20" cy="20" r="5"/><circle cx="38" cy="20" r="5"/>'
        f'<circle cx="56" cy="20" r="5"/></g>'
        f'<svg y="{TOP - 10}" height="{window:g}" width="{width:g}" '
        f'viewBox="0 {TOP - 10} {width:g} {window:g}"><g class="scroll">'
        f'<g class="typed"><text x="{LEFT}" y="{TOP + LINE / 2:g}" '
        f'textLength="{typed * CHARACTER:.1f}">{escape(PROMPT + command)}</text></g>'
        f'<g class="answer">{texts}</g></g></svg></svg>\n'
    )


def _style(pages: Sequence[int], whole: float, typed: int) -> str:
    """Scrolls by steps: each window of the answer stands still until it is read."""
    begun = TYPING / whole * 100
    stops = [
        f"{begun + READING * place / whole * 100:.2f}%{{transform:translateY({-row * LINE}px)}}"
        for place, row in enumerate(pages)
    ]
    rules = [
        " ".join(variants_css().split()),
        "text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
        "fill:var(--ink);white-space:pre}",
        ".window{fill:var(--paper);stroke:var(--line)} .dots{fill:var(--line)}",
        "@media (prefers-reduced-motion:no-preference){"
        f".typed{{animation:type {whole:g}s steps({typed},end) infinite}}"
        f".answer{{animation:answer {whole:g}s step-end infinite}}"
        f".scroll{{animation:scroll {whole:g}s step-end infinite}}}}",
        f"@keyframes type{{0%{{clip-path:inset(0 100% 0 0)}}{begun * 0.9:.2f}%,100%"
        "{clip-path:inset(0 0 0 0)}}",
        f"@keyframes answer{{0%{{opacity:0}}{begun:.2f}%,100%{{opacity:1}}}}",
        f"@keyframes scroll{{0%{{transform:none}}{''.join(stops)}}}",
    ]
    return " ".join(rules)
