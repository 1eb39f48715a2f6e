"""The decision over the whole answer space, as a diagram of its distinct regions. Pure.

Every cell is answered by the engine. Equal answers are kept once, and so are equal branches on
the way to them: what is left is a table in which an answer is looked up axis by axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clay_arch.decision.audit import all_cells, axes
from clay_arch.decision.evaluate import Reason, decide, missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clay_arch.decision.answers import Answers
    from clay_arch.decision.evaluate import Decision
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

__all__ = ["Region", "Regions", "compile_regions"]

Level = tuple[tuple[int, ...], ...]


class Region(NamedTuple):
    """One answer, as many cells share it. `lacks` are the unmet requirements of each variant."""

    variant: str
    status: str
    transport: str
    today: str
    today_transport: str
    lacks: tuple[tuple[str, ...], ...]


class Regions(NamedTuple):
    """The diagram. Begin at node 0 of the first level; on each level, the node's entry at the
    position of the answer on that axis is the node of the next level, and after the last one the
    region.

    `decides` and `short` say of each variant which rules make it the answer, and which needs it
    leaves unmet.
    """

    axes: Mapping[str, Sequence[Any]]
    levels: tuple[Level, ...]
    regions: tuple[Region, ...]
    decides: Mapping[str, tuple[str, ...]]
    short: Mapping[str, tuple[str, ...]]


def compile_regions(matrix: Matrix, facts: Facts) -> Regions:
    """Answer every cell of the matrix and fold the answers into a diagram."""
    grid = axes(matrix)
    regions: dict[Region, int] = {}
    decides: dict[str, dict[str, None]] = {variant.id: {} for variant in matrix.variants}
    short: dict[str, dict[str, None]] = {variant.id: {} for variant in matrix.variants}
    cells = []
    for answers in all_cells(matrix):
        decision = decide(matrix, facts, answers)
        region = _region(matrix, answers, decision)
        cells.append(regions.setdefault(region, len(regions)))
        deciding = (reason.rule for reason in decision.reasons if reason.decides)
        unmet = (need.rule for need in decision.today.unmet if isinstance(need, Reason))
        decides[decision.variant].update(dict.fromkeys(deciding))
        short[decision.today.variant].update(dict.fromkeys(unmet))
    return Regions(
        axes=grid,
        levels=_fold(cells, [len(values) for values in grid.values()]),
        regions=tuple(regions),
        decides={variant: tuple(rules) for variant, rules in decides.items()},
        short={variant: tuple(rules) for variant, rules in short.items()},
    )


def _region(matrix: Matrix, answers: Answers, decision: Decision) -> Region:
    lacking = (missing(matrix, variant.id, answers) for variant in matrix.variants)
    return Region(
        variant=decision.variant,
        status=decision.status,
        transport=decision.transport,
        today=decision.today.variant,
        today_transport=decision.today.transport,
        lacks=tuple(tuple(blocker.rule for blocker in blockers) for blockers in lacking),
    )


def _fold(cells: Sequence[int], sizes: Iterable[int]) -> tuple[Level, ...]:
    """From the last axis to the first: equal runs of cells become one node."""
    levels: list[Level] = []
    for size in reversed(list(sizes)):
        nodes = [tuple(cells[start : start + size]) for start in range(0, len(cells), size)]
        numbers = {node: number for number, node in enumerate(dict.fromkeys(nodes))}
        cells = [numbers[node] for node in nodes]
        levels.append(tuple(numbers))
    return tuple(reversed(levels))
