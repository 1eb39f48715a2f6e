"""The answer along volume, drawn on a logarithmic scale from the rules of the matrix.

The other answers stay as they are: where one of them asks for more than a volume does, the band
shows what they ask for. Each variant has a line of its own weight, so colour is not needed.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, NamedTuple

from clay_arch.decision.matrix import Interval
from clay_arch.report.phrases import a_day
from clay_arch.report.words import listed, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clay_arch.decision.evaluate import Reason
    from clay_arch.decision.recommend import Recommendation

__all__ = ["Band", "Segment", "draw_band"]

LEAST_TOP = 1_000_000
_STROKES = "─━═"
_MARKER = "▲"


class Segment(NamedTuple):
    """One variant along the band, from column `start` up to `end`."""

    variant: str
    start: int
    end: int
    stroke: str


class Band(NamedTuple):
    """The band as lines of text; `segments` say where each variant lies in the first two.

    `note` names the rules that hide a lower variant, if any do.
    """

    titles: str
    line: str
    scale: str
    marker: str
    note: str
    segments: tuple[Segment, ...]


def draw_band(recommendation: Recommendation, *, width: int) -> Band:
    """The band in `width` columns, with the thresholds written and the present volume marked."""
    matrix, per_day = recommendation.matrix, recommendation.answers.volume.per_day
    starts = _starts(recommendation)
    top = LEAST_TOP
    while top < max(per_day, *(start for start, _ in starts)):
        top *= 10
    columns = [_column(max(1, start), top, width) for start, _ in starts]
    segments = tuple(
        Segment(variant, start, end, _STROKES[matrix.rank(variant) % len(_STROKES)])
        for (_, variant), start, end in zip(starts, columns, [*columns[1:], width], strict=True)
        if start < end
    )
    line = "".join("┿" + s.stroke * (s.end - s.start - 1) for s in segments)
    line = f"├{line[1:-1]}┤"
    titles = [(s.start, matrix.variant(s.variant).title) for s in segments]
    scale = [(max(1, s), c) for (s, _), c in zip(starts, columns, strict=True)]
    ends = f"{number(top)} a day"
    return Band(
        titles=_placed(titles, width),
        line=line,
        scale=_placed([*((c, number(s)) for s, c in scale), (width - len(ends), ends)], width),
        marker=_mark(
            _column(max(1, per_day), top, width), f"you are here: {a_day(per_day)}", width
        ),
        note=_note(recommendation),
        segments=segments,
    )


def _starts(recommendation: Recommendation) -> list[tuple[int, str]]:
    """Where along volume which variant begins to be the answer, the other answers unchanged."""
    matrix = recommendation.matrix
    floor = max((matrix.rank(reason.simplest) for reason in _others(recommendation)), default=0)
    rules = [
        (rule.when.low, rule.simplest)
        for rule in matrix.factor("volume").rules
        if isinstance(rule.when, Interval)
    ]
    starts: list[tuple[int, str]] = []
    for low, simplest in sorted(rules):
        variant = matrix.variants[max(floor, matrix.rank(simplest))].id
        if not starts or starts[-1][1] != variant:
            starts.append((low, variant))
    return starts


def _others(recommendation: Recommendation) -> list[Reason]:
    return [reason for reason in recommendation.decision.reasons if reason.factor != "volume"]


def _note(recommendation: Recommendation) -> str:
    """Why the band begins above the simplest variant, where it does."""
    matrix, others = recommendation.matrix, _others(recommendation)
    floor = max((matrix.rank(reason.simplest) for reason in others), default=0)
    if floor == 0:
        return ""
    variant = matrix.variants[floor]
    rules = [reason.rule for reason in others if reason.simplest == variant.id]
    verb = "asks" if len(rules) == 1 else "ask"
    return f"{listed(rules)} {verb} for {variant.title} at any volume."


def _column(volume: int, top: int, width: int) -> int:
    return min(width - 1, int(log10(volume) / log10(top) * width))


def _placed(texts: Sequence[tuple[int, str]], width: int) -> str:
    """Each text at its column or just behind its neighbour; left out where that is far off."""
    line = ""
    for column, text in texts:
        start = max(column, len(line) + 1) if line else column
        if start - column <= len(text) and start + len(text) <= width:
            line = line.ljust(start) + text
    return line


def _mark(column: int, text: str, width: int) -> str:
    """A marker under the column, its text on the side where there is room."""
    if column + 2 + len(text) <= width:
        return f"{' ' * column}{_MARKER} {text}"
    return f"{text} {_MARKER}".rjust(column + 1)
