"""The decision matrix: the architecture table, factors against variants, and then its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.report.architecture import architecture_rows, interval_phrase
from clay_arch.report.words import capitalised

if TYPE_CHECKING:
    from clay_arch.decision.matrix import Matrix

__all__ = ["matrix_document", "render_matrix_markdown", "render_matrix_text"]

RULE_COLUMNS = ("Rule", "Factor", "When", "Asks for", "Because")
NEED_COLUMNS = ("Rule", "Needs", "Because")


def render_matrix_text(matrix: Matrix, *, colour: bool, width: int) -> str:
    """The table, then every rule and requirement with its reason."""
    from clay_arch.report import layout
    from clay_arch.report.palette import paint_columns

    room = layout.fitted(width)
    paint = paint_columns(matrix, colour=colour)
    columns = ("", *(variant.title for variant in matrix.variants))
    lines = [
        layout.heading(f"Matrix {matrix.name} {matrix.version}", colour=colour),
        *layout.table(columns, architecture_rows(matrix), room, paint=paint),
        "",
        layout.heading("Rules", colour=colour),
        *layout.table(RULE_COLUMNS, _rules(matrix), room),
        "",
        layout.heading("Requirements", colour=colour),
        *layout.table(NEED_COLUMNS, _needs(matrix), room),
    ]
    return "\n".join(lines) + "\n"


def render_matrix_markdown(matrix: Matrix) -> str:
    from clay_arch.report.templating import fill

    return fill(
        "matrix.md.j2",
        matrix=matrix,
        columns=("", *(variant.title for variant in matrix.variants)),
        rows=architecture_rows(matrix),
        rule_columns=RULE_COLUMNS,
        rules=_rules(matrix),
        need_columns=NEED_COLUMNS,
        needs=_needs(matrix),
    )


def matrix_document(matrix: Matrix, *, tool_version: str) -> dict[str, Any]:
    """The architecture table as data, then the rules as they stand in the matrix."""
    table = {row[0]: row[1:] for row in architecture_rows(matrix)}
    ids = [variant.id for variant in matrix.variants]
    return {
        "name": matrix.name,
        "versions": {"tool": tool_version, "matrix": matrix.version},
        "table": {name: dict(zip(ids, cells, strict=True)) for name, cells in table.items()},
        "rules": [
            {
                "id": rule.id,
                "factor": rule.factor,
                "when": str(rule.when),
                "simplest": rule.simplest,
                "because": rule.because,
            }
            for factor in matrix.factors
            for rule in factor.rules
        ],
        "requirements": [
            {
                "id": need.id,
                "plans": list(need.plans),
                "infrastructure": need.infrastructure,
                "when": dict([need.when]) if need.when else None,
                "need": need.need,
                "because": need.because,
            }
            for need in matrix.requirements
        ],
    }


def _rules(matrix: Matrix) -> list[tuple[str, ...]]:
    return [
        (
            rule.id,
            factor.title,
            interval_phrase(factor.id, rule.when),
            matrix.variant(rule.simplest).title,
            rule.because,
        )
        for factor in matrix.factors
        for rule in factor.rules
    ]


def _needs(matrix: Matrix) -> list[tuple[str, ...]]:
    return [(need.id, capitalised(need.need), need.because) for need in matrix.requirements]
