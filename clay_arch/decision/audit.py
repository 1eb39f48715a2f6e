"""Is a matrix total? Every problem of a matrix, all at once: see also `coverage` for one factor.

Works on the document rather than on the parsed `Matrix`, so that a spoiled one can be looked at
too and each problem says where it stands. Pure.
"""

from __future__ import annotations

from itertools import combinations
from math import gcd, prod
from typing import TYPE_CHECKING, Any

from clay_arch.decision.answers import Answers, Volume
from clay_arch.decision.coverage import audit_factor
from clay_arch.decision.matrix import Interval
from clay_arch.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clay_arch.decision.matrix import Factor, Matrix

    Entry = Mapping[str, Any]
    Path = tuple[str | int, ...]

__all__ = ["all_cells", "audit_matrix", "axes", "count_cells"]


def audit_matrix(document: Entry) -> list[Problem]:
    """Every problem of a document that follows matrix.schema.json; an empty list proves it total:
    each combination of answers then has exactly one recommendation and something to run today.
    """
    return [
        *_repeated_ids(document),
        *_unknown_names(document),
        *(
            p
            for i, factor in enumerate(document["factors"])
            for p in audit_factor(factor, ("factors", i))
        ),
        *_dead_variants(document),
        *_nothing_to_run(document),
    ]


def all_cells(matrix: Matrix, *, most: int | None = None) -> Iterator[Answers]:
    """Answers for each cell: every rule, needs left open too, every plan and infrastructure.

    Where there are more than `most`, that many of them, spread evenly over all.
    """
    grid = axes(matrix)
    cells = count_cells(matrix)
    step = 1
    if most is not None and cells > most:
        # Without a common divisor the steps meet every value of every axis.
        step = next(n for n in range(-(-cells // most), cells) if gcd(n, cells) == 1)
    for number in range(0, cells, step):
        yield _cell_at(grid, number)


def count_cells(matrix: Matrix) -> int:
    return prod(len(values) for values in axes(matrix).values())


def axes(matrix: Matrix) -> dict[str, Sequence[Any]]:
    """What each answer can be, by field; the last one changes from cell to cell."""
    pieces = [piece.id for piece in matrix.infrastructure]
    volumes = (max(1, int(low)) for low in _samples(matrix.factor("volume")))
    needs = (factor for factor in matrix.factors if factor.id != "volume")
    return {
        "volume": [Volume(amount) for amount in volumes],
        "plan": [plan.id for plan in matrix.plans],
        "infrastructure": [
            frozenset(some) for n in range(len(pieces) + 1) for some in combinations(pieces, n)
        ],
        **{need.id: [None, *_samples(need)] for need in needs},
    }


def _cell_at(grid: Mapping[str, Sequence[Any]], number: int) -> Answers:
    values = {}
    for field in reversed(list(grid)):
        number, position = divmod(number, len(grid[field]))
        values[field] = grid[field][position]
    return Answers(**values)


def _samples(factor: Factor) -> list[int | str]:
    return [
        rule.when.low if isinstance(rule.when, Interval) else rule.when for rule in factor.rules
    ]


# Names


def _repeated_ids(document: Entry) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, entry in _with_ids(document):
        if entry["id"] in seen:
            yield Problem((*path, "id"), f"id {entry['id']} is used twice")
        seen.add(entry["id"])


def _with_ids(document: Entry) -> Iterator[tuple[Path, Entry]]:
    for part in ("plans", "infrastructure", "variants", "factors", "requirements"):
        yield from (((part, i), entry) for i, entry in enumerate(document[part]))
    yield from _rules(document)


def _rules(document: Entry) -> Iterator[tuple[Path, Entry]]:
    for i, factor in enumerate(document["factors"]):
        yield from ((("factors", i, "rules", j), rule) for j, rule in enumerate(factor["rules"]))


def _unknown_names(document: Entry) -> Iterator[Problem]:
    requirements = _ids(document["requirements"])
    for i, variant in enumerate(document["variants"]):
        for j, rule_id in enumerate(variant["requires"]):
            if rule_id not in requirements:
                message = f"unknown rule id {rule_id}; the requirements are {_list(requirements)}"
                yield Problem(("variants", i, "requires", j), message)
    variants = _ids(document["variants"])
    for path, rule in _rules(document):
        if rule["simplest"] not in variants:
            message = f"unknown variant {rule['simplest']}; the variants are {_list(variants)}"
            yield Problem((*path, "simplest"), message)
    for i, needed in enumerate(document["requirements"]):
        yield from _unknown_in_requirement(document, needed, ("requirements", i))


def _unknown_in_requirement(document: Entry, needed: Entry, path: Path) -> Iterator[Problem]:
    plans, pieces = _ids(document["plans"]), _ids(document["infrastructure"])
    for j, plan in enumerate(needed.get("plan", ())):
        if plan not in plans:
            yield Problem((*path, "plan", j), f"unknown plan {plan}; the plans are {_list(plans)}")
    piece = needed.get("infrastructure")
    if piece is not None and piece not in pieces:
        message = f"unknown infrastructure {piece}; it is one of {_list(pieces)}"
        yield Problem((*path, "infrastructure"), message)
    options = {factor["id"]: factor.get("options", ()) for factor in document["factors"]}
    for factor, option in needed.get("when", {}).items():
        if option not in options.get(factor, ()):
            yield Problem((*path, "when"), f"no factor {factor} has the option {option}")


# The variants


def _dead_variants(document: Entry) -> Iterator[Problem]:
    named = {rule["simplest"] for _, rule in _rules(document)}
    for i, variant in enumerate(document["variants"]):
        if variant["id"] not in named:
            message = f"dead variant {variant['id']}: no rule ever asks for it"
            yield Problem(("variants", i), message)


def _nothing_to_run(document: Entry) -> Iterator[Problem]:
    """Somebody with the least plan and no infrastructure must still be able to run something."""
    needs = {needed["id"]: needed for needed in document["requirements"]}
    for plan in document["plans"]:
        for variant in document["variants"]:
            required = (needs.get(rule_id) for rule_id in variant["requires"])
            unconditional = [need for need in required if need and not need.get("when")]
            if all(plan["id"] in need.get("plan", ()) for need in unconditional):
                break
        else:
            cell = f"volume=1, plan={plan['id']}, infra=none"
            yield Problem(("variants",), f"nothing runs on the {plan['id']} plan alone", cell)


def _ids(entries: Sequence[Entry]) -> list[str]:
    return [entry["id"] for entry in entries]


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)
