"""The variants side by side for one workload: cost, time, what a crash loses, what breaks first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.report.architecture import ATTRIBUTES
from clay_arch.report.cost import cost_rows
from clay_arch.report.document import inputs_of, versions_of, workload_of
from clay_arch.report.entries import blocker_entry, cost_entry, limit_entry
from clay_arch.report.limits import binding_sentence
from clay_arch.report.phrases import by_transport, lacked
from clay_arch.report.verdict import fit_sentence
from clay_arch.report.words import capitalised, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clay_arch.decision.compare import Compared
    from clay_arch.decision.recommend import Recommendation

__all__ = ["OFFERS", "comparison_document", "render_comparison_markdown", "render_comparison_text"]

OFFERS = (("Data comes back", "data_access"), ("Retry", "retry"), ("CRM sync", "crm_sync"))
_LIMITS = {"feasible": "kept", "conditional": "to be watched", "infeasible": "exceeded"}


def render_comparison_text(
    compared: Sequence[Compared],
    recommendation: Recommendation,
    *,
    command: str,
    colour: bool,
    width: int,
) -> str:
    """A table with one column for each variant; the recommended one is named above it."""
    from clay_arch.report import layout
    from clay_arch.report.palette import paint_columns

    room = layout.fitted(width)
    columns, rows = _table(compared, recommendation)
    paint = paint_columns(recommendation.matrix, colour=colour)
    lines = [
        *layout.paragraph(fit_sentence(recommendation), room, indent=""),
        "",
        *layout.table(columns, rows, room, paint=paint),
        "",
        layout.heading("The same again", colour=colour),
        *layout.command_lines(command, room),
    ]
    return "\n".join(lines) + "\n"


def render_comparison_markdown(
    compared: Sequence[Compared], recommendation: Recommendation, *, command: str
) -> str:
    from clay_arch.report.templating import fill

    columns, rows = _table(compared, recommendation)
    return fill(
        "comparison.md.j2",
        fit=fit_sentence(recommendation),
        columns=columns,
        rows=rows,
        command=command,
    )


def comparison_document(
    compared: Sequence[Compared],
    recommendation: Recommendation,
    *,
    command: str,
    tool_version: str,
) -> dict[str, Any]:
    """The same for JSON, in the order of compare.schema.json."""
    return {
        "inputs": inputs_of(recommendation),
        "workload": workload_of(recommendation),
        "recommended": recommendation.decision.variant,
        "variants": [_entry(column, recommendation) for column in compared],
        "versions": versions_of(recommendation, tool_version),
        "command": command,
    }


def _table(
    compared: Sequence[Compared], recommendation: Recommendation
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The names of the columns, and one row for each thing compared."""
    columns = [_column(column, recommendation) for column in compared]
    rows = [(label, *(column[label] for column in columns)) for label in columns[0]]
    return ("", *(column.variant.title for column in compared)), rows


def _column(compared: Compared, recommendation: Recommendation) -> dict[str, str]:
    variant, feasibility = compared.variant, compared.feasibility
    costs = dict(cost_rows(recommendation._replace(feasibility=feasibility)))
    lacking = lacked(recommendation.matrix, tuple(b.rule for b in compared.blockers))
    cells = {
        "Fit": _fit(compared, recommendation)[0],
        "You lack": listed(lacking) or "nothing",
        "Leads go in": by_transport(compared.transport),
        **{label: getattr(variant, name) for label, name in (*OFFERS, *ATTRIBUTES)},
        "Breaks first": binding_sentence(feasibility),
        "Clay's limits": _LIMITS[feasibility.verdict],
        **{label: costs[label] for label in ("Data credits", "Actions", "Per lead")},
    }
    return {label: capitalised(text) for label, text in cells.items()}


def _fit(compared: Compared, recommendation: Recommendation) -> tuple[str, str, str | None]:
    """How the variant fits, in words and as a word, and the rule that it fails."""
    if compared.variant.id == recommendation.decision.variant:
        return "recommended", "recommended", None
    rejection = next(r for r in recommendation.rejected if r.variant == compared.variant.id)
    if rejection.rule is None:
        return "more than needed", "more", None
    return f"too little: {rejection.rule}", "less", rejection.rule


def _entry(compared: Compared, recommendation: Recommendation) -> dict[str, Any]:
    variant, feasibility = compared.variant, compared.feasibility
    _, fit, rule = _fit(compared, recommendation)
    return {
        "variant": variant.id,
        "title": variant.title,
        "summary": variant.summary,
        "fit": fit,
        "rule": rule,
        "transport": compared.transport,
        "blockers": [blocker_entry(blocker) for blocker in compared.blockers],
        **{name: getattr(variant, name) for _, name in (*OFFERS, *ATTRIBUTES)},
        "pros": list(variant.pros),
        "cons": list(variant.cons),
        "feasibility": {
            "verdict": feasibility.verdict,
            "text": binding_sentence(feasibility),
            "binding": feasibility.binding,
            "limits": [limit_entry(limit) for limit in feasibility.limits],
            "cost": cost_entry(feasibility.cost),
        },
    }
