"""The architectures as SVG, drawn from the YAML files beside: pure, data in and text out."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["described", "draw", "standalone"]

WIDTH, COLUMNS, MARGIN = 360, 12, 2
HEIGHT, PITCH, GAP = 46, 74, 6
ROWS = 8
TALL = 2 * MARGIN + (ROWS - 1) * PITCH + HEIGHT
PAPER = 14  # around a drawing that stands alone


class Box(NamedTuple):
    """One thing of the architecture, where it stands."""

    id: str
    text: str
    note: str
    kind: str
    row: int
    left: float
    right: float

    @property
    def top(self) -> float:
        return MARGIN + self.row * PITCH

    @property
    def bottom(self) -> float:
        return self.top + HEIGHT

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def draw(diagram: Mapping[str, Any]) -> str:
    """An SVG of one line, which takes its colours from the page that it stands in."""
    boxes = {box.id: box for box in _boxes(diagram["rows"])}
    name = diagram["variant"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="arch" viewBox="0 0 {WIDTH} {TALL}" '
        f'role="img" aria-labelledby="{name}-title {name}-desc" style="--accent: var(--{name})">',
        f'<title id="{name}-title">{escape(diagram["title"])}</title>',
        f'<desc id="{name}-desc">{escape(described(diagram))}</desc>',
        f'<defs><marker id="{name}-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>',
        *(_edge(edge, boxes, f"{name}-arrow") for edge in diagram["edges"]),
        *(_drawn(box) for box in boxes.values()),
        "</svg>",
    ]
    return "".join(parts)


def standalone(svg: str, css: str) -> str:
    """The same as a file of its own, which brings its colours and its paper along."""
    wide, high = WIDTH + 2 * PAPER, TALL + 2 * PAPER
    larger = svg.replace(f"0 0 {WIDTH} {TALL}", f"-{PAPER} -{PAPER} {wide} {high}", 1)
    paper = f'<rect class="paper" x="-{PAPER}" y="-{PAPER}" width="{wide}" height="{high}" rx="8"/>'
    style = f"<style>{' '.join(css.split())}</style>"
    return larger.replace("<title", f"{style}<title", 1).replace("<defs", f"{paper}<defs", 1) + "\n"


def described(diagram: Mapping[str, Any]) -> str:
    """The arrows as a sentence, for those who cannot see them."""
    names = {box.id: box.text for box in _boxes(diagram["rows"])}
    onward: dict[str, list[str]] = {}
    for edge in diagram["edges"]:
        onward.setdefault(names[edge["from"]], []).append(names[edge["to"]])
    return "; ".join(f"{start} to {', '.join(ends)}" for start, ends in onward.items()) + "."


def _boxes(rows: Mapping[int, list[dict[str, Any]]]) -> Iterator[Box]:
    """The boxes of each row side by side over the whole width; one without a text is a gap."""
    unit = (WIDTH - 2 * MARGIN) / COLUMNS
    for row, entries in rows.items():
        at = 0.0
        for place, entry in enumerate(entries):
            share = entry.get("width", COLUMNS / len(entries))
            left, at = at, at + share
            if "text" in entry:
                inner = GAP / 2
                yield Box(
                    entry["id"],
                    entry["text"],
                    entry.get("note", ""),
                    entry["kind"],
                    row,
                    MARGIN + left * unit + (inner if place else 0),
                    MARGIN + at * unit - (inner if place + 1 < len(entries) else 0),
                )


def _drawn(box: Box) -> str:
    width = box.right - box.left
    middle = (box.top + box.bottom) / 2
    text = f'<text x="{box.middle:g}" y="{middle + (-2 if box.note else 5):g}">{escape(box.text)}'
    note = (
        f'<tspan class="note" x="{box.middle:g}" dy="15">{escape(box.note)}</tspan>'
        if box.note
        else ""
    )
    return (
        f'<g class="{box.kind}"><rect x="{box.left:g}" y="{box.top:g}" width="{width:g}" '
        f'height="{HEIGHT}" rx="6"/>{text}{note}</text></g>'
    )


def _edge(edge: Mapping[str, Any], boxes: Mapping[str, Box], arrow: str) -> str:
    start, end = boxes[edge["from"]], boxes[edge["to"]]
    path = _across(start, end) if start.row == end.row else _down(start, end)
    dashed = " dashed" if edge.get("dashed") else ""
    line = f'<path class="edge{dashed}" d="{path}" marker-end="url(#{arrow})"/>'
    if "label" not in edge:
        return line
    x, y = end.middle + 8, (start.bottom + end.top) / 2 + 4
    return f'{line}<text class="label" x="{x:g}" y="{y:g}">{escape(edge["label"])}</text>'


def _across(start: Box, end: Box) -> str:
    return f"M{start.right:g} {start.top + HEIGHT / 2:g}H{end.left - 1:g}"


def _down(start: Box, end: Box) -> str:
    """Straight down where the narrower stands over or under the wider one, else with a step."""
    narrow, wide = sorted((start, end), key=lambda box: box.right - box.left)
    if wide.left < narrow.middle < wide.right:
        return f"M{narrow.middle:g} {start.bottom:g}V{end.top - 1:g}"
    step = end.top - (PITCH - HEIGHT) / 2
    x = min(max(end.middle, start.left + 12), start.right - 12)
    return f"M{x:g} {start.bottom:g}V{step:g}H{end.middle:g}V{end.top - 1:g}"
