"""Every rule, requirement and limit that a reason can name, each with an anchor of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clay_arch.report import explanation
from clay_arch.report.limit_meanings import LIMITS
from pages.markdown import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

__all__ = ["linked", "rules_page"]

RULE = re.compile(r"(?m)^\| ([A-Z]+-\d+) \|")


def rules_page(matrix: Matrix, facts: Facts) -> str:
    """What `clay-arch explain` says of each."""

    def section(title: str, names: Iterable[str]) -> str:
        return "\n".join([f"## {title}\n", *(entry(name) for name in names)])

    def entry(name: str) -> str:
        known = explanation.explain(name, matrix=matrix, facts=facts, troubles=())
        listed = table([known.kind, known.id], known.fields)
        return f"### {known.id}: {known.title} {{ #{known.id} }}\n\n{listed}"

    return "\n".join(
        [
            "# Rules\n",
            "A report names these ids; `clay-arch explain ID` prints any of them.\n",
            *(
                section(factor.title, (rule.id for rule in factor.rules))
                for factor in matrix.factors
            ),
            section("Requirements", (need.id for need in matrix.requirements)),
            section("Limits", LIMITS),
        ]
    )


def linked(matrix_table: str) -> str:
    """The matrix as `matrix show` writes it, its first column named, its rules linked."""
    named = matrix_table.replace("|  |", "| factor |", 1)
    return RULE.sub(r"| [\1](rules.md#\1) |", named)
