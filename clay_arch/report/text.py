"""A recommendation for a terminal: the verdict first, then why, then what it costs and breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click import style

from clay_arch.report import layout
from clay_arch.report.band import draw_band
from clay_arch.report.cost import cost_rows
from clay_arch.report.factors import FACTOR_COLUMNS, factor_rows, open_factors
from clay_arch.report.flips import flip_sentences
from clay_arch.report.limits import (
    LIMIT_COLUMNS,
    binding_sentence,
    limit_notes,
    limit_rows,
    remedy_effect,
)
from clay_arch.report.palette import paint_variant, paint_verdict
from clay_arch.report.rejections import considered_sentence, considered_title, rejection_sentence
from clay_arch.report.sources import source_rows
from clay_arch.report.verdict import feasibility_sentence, fit_sentence
from clay_arch.report.words import capitalised, listed

if TYPE_CHECKING:
    from clay_arch.decision.recommend import Recommendation

__all__ = ["render_text"]


def render_text(recommendation: Recommendation, *, command: str, colour: bool, width: int) -> str:
    """The whole report. No line is wider than `width`, kept between 60 and 100 columns."""
    report = _Report(recommendation, colour=colour, width=layout.fitted(width))
    sections = (
        report.verdict(),
        report.section("Why", report.factors()),
        report.section("Along volume, logarithmic", report.band()),
        report.section("What it costs", report.cost()),
        report.section("What breaks first", report.limits()),
        report.section("What would help", report.remedies()),
        report.section("What would change the answer", report.flips()),
        report.section("Why not the others", report.rejected()),
        report.section("Considered, not scaffolded", report.considered()),
        report.section("Sources", report.sources()),
        report.section("The same again", layout.command_lines(command, report.width)),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


class _Report:
    """The sections of one report; a section without lines is left out."""

    def __init__(self, recommendation: Recommendation, *, colour: bool, width: int) -> None:
        self.recommendation = recommendation
        self.matrix = recommendation.matrix
        self.colour = colour
        self.width = width

    def section(self, title: str, lines: list[str]) -> list[str]:
        return [layout.heading(title, colour=self.colour), *lines] if lines else []

    def prose(self, text: str, *, indent: str = layout.INDENT) -> list[str]:
        return layout.paragraph(text, self.width, indent=indent)

    def verdict(self) -> list[str]:
        lines = self.prose(fit_sentence(self.recommendation), indent="")
        variant = self.recommendation.decision.variant
        title = self.matrix.variant(variant).title
        if self.colour:
            rest = [lines[0].removeprefix(title), *lines[1:]]
            lines = [style(line, bold=True) for line in rest]
            lines[0] = paint_variant(self.matrix, variant, title, bold=True) + lines[0]
        return lines + self.prose(feasibility_sentence(self.recommendation), indent="")

    def factors(self) -> list[str]:
        rows = factor_rows(self.recommendation)
        cells = [(row.factor, row.given, row.rule, row.asks_for) for row in rows]

        def paint(row: int, column: int, text: str) -> str:
            variant = rows[row].variant if row >= 0 and column == len(FACTOR_COLUMNS) - 1 else None
            return paint_variant(self.matrix, variant, text) if variant and self.colour else text

        lines = layout.table(FACTOR_COLUMNS, cells, self.width, paint=paint)
        deciding = [reason for reason in self.recommendation.decision.reasons if reason.decides]
        because = [f"{reason.rule}: {reason.because}." for reason in deciding]
        if unasked := open_factors(self.recommendation):
            because.append(f"Not asked for: {listed(unasked)}.")
        return [*lines, "", *(line for text in because for line in self.prose(text))]

    def band(self) -> list[str]:
        band = draw_band(self.recommendation, width=self.width - 2 * len(layout.INDENT))
        titles, line = band.titles, band.line
        for part in reversed(band.segments) if self.colour else ():
            titles, line = (
                text[: part.start]
                + paint_variant(self.matrix, part.variant, text[part.start : part.end])
                + text[part.end :]
                for text in (titles, line)
            )
        drawn = [layout.INDENT + text for text in (titles, line, band.scale, band.marker)]
        return [*drawn, *(["", *self.prose(band.note)] if band.note else [])]

    def cost(self) -> list[str]:
        return layout.fields(cost_rows(self.recommendation), self.width)

    def limits(self) -> list[str]:
        def paint(row: int, column: int, text: str) -> str:
            is_verdict = row >= 0 and LIMIT_COLUMNS[column] == "Verdict"
            return paint_verdict(text) if is_verdict and self.colour else text

        rows = limit_rows(self.recommendation)
        lines = layout.table(LIMIT_COLUMNS, rows, self.width, paint=paint)
        first, notes = (
            binding_sentence(self.recommendation.feasibility),
            limit_notes(self.recommendation),
        )
        return [*self.prose(first), "", *lines, "", *self.prose(notes)]

    def remedies(self) -> list[str]:
        texts = [
            f"{capitalised(remedy.text)}. {remedy_effect(self.recommendation, remedy)}"
            for remedy in self.recommendation.remedies
        ]
        marks = [f"{position}." for position in range(1, len(texts) + 1)]
        return layout.bullets(texts, self.width, marks=marks)

    def flips(self) -> list[str]:
        return layout.bullets(flip_sentences(self.recommendation), self.width)

    def rejected(self) -> list[str]:
        rows = [
            (
                self.matrix.variant(other.variant).title,
                rejection_sentence(self.recommendation, other),
            )
            for other in self.recommendation.rejected
        ]
        return layout.fields(rows, self.width) if rows else []

    def considered(self) -> list[str]:
        if not self.recommendation.considered:
            return []
        title = considered_title(self.recommendation)
        return self.prose(f"{title}: {considered_sentence(self.recommendation)}")

    def sources(self) -> list[str]:
        return layout.fields(source_rows(self.recommendation), self.width)
