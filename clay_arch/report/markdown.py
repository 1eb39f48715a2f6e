"""A recommendation as Markdown, for a page or a pull request. Says what the text report says."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from clay_arch.report.rejections import considered_sentence, considered_title, rejection_sentence
from clay_arch.report.sources import source_rows
from clay_arch.report.templating import fill
from clay_arch.report.verdict import feasibility_sentence, fit_sentence
from clay_arch.report.words import capitalised, listed

if TYPE_CHECKING:
    from clay_arch.decision.recommend import Recommendation

__all__ = ["render_markdown"]

BAND_WIDTH = 76


def render_markdown(recommendation: Recommendation, *, command: str) -> str:
    """The whole report as a Markdown document."""
    decision, matrix = recommendation.decision, recommendation.matrix
    band = draw_band(recommendation, width=BAND_WIDTH)
    rows = factor_rows(recommendation)
    return fill(
        "recommendation.md.j2",
        title=matrix.variant(decision.variant).title,
        fit=fit_sentence(recommendation),
        feasibility=feasibility_sentence(recommendation),
        factor_columns=FACTOR_COLUMNS,
        factors=[(row.factor, row.given, row.rule, row.asks_for) for row in rows],
        deciding=[reason for reason in decision.reasons if reason.decides],
        unasked=listed(open_factors(recommendation)),
        band=band,
        costs=cost_rows(recommendation),
        binding=binding_sentence(recommendation.feasibility),
        limit_columns=LIMIT_COLUMNS,
        limits=limit_rows(recommendation),
        limit_notes=limit_notes(recommendation),
        remedies=[
            f"{capitalised(remedy.text)}. {remedy_effect(recommendation, remedy)}"
            for remedy in recommendation.remedies
        ],
        flips=flip_sentences(recommendation),
        rejected=[
            (matrix.variant(other.variant).title, rejection_sentence(recommendation, other))
            for other in recommendation.rejected
        ],
        considered_title=considered_title(recommendation),
        considered=considered_sentence(recommendation),
        sources=source_rows(recommendation),
        command=command,
    )
