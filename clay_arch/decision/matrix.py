"""The decision matrix as values: factors with their rules, variants and what each requires.

A factor is a table of its own: each rule says which variant is the simplest that will do when the
factor has a certain value. Nothing here reads a file or decides anything; see `evaluate`.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from clay_arch.errors import InputError

__all__ = [
    "Factor",
    "Interval",
    "Matrix",
    "Named",
    "Requirement",
    "Rule",
    "Variant",
    "parse_interval",
    "parse_matrix",
]

_INTERVAL = re.compile(r"\[\s*(\d{1,12})\s*,\s*(?:(\d{1,12})|inf)\s*\)", re.ASCII)
_BELOW = re.compile(r"<\s*(\d{1,12})", re.ASCII)
_FROM = re.compile(r">=\s*(\d{1,12})", re.ASCII)


class Interval(NamedTuple):
    """Whole numbers from `low` up to, not including, `high`; `high` None means without end."""

    low: int
    high: int | None

    def holds(self, number: int) -> bool:
        return self.low <= number and (self.high is None or number < self.high)

    def __str__(self) -> str:
        return f"[{self.low}, {'inf' if self.high is None else self.high})"


class Rule(NamedTuple):
    """When `factor` has a value in `when`, `simplest` is the simplest variant that will do."""

    id: str
    factor: str
    when: Interval | str
    simplest: str
    because: str

    def matches(self, value: int | str) -> bool:
        if isinstance(self.when, Interval):
            return isinstance(value, int) and self.when.holds(value)
        return self.when == value


class Factor(NamedTuple):
    """One input of the decision. Numeric factors have no `options`; their rules use intervals."""

    id: str
    title: str
    unit: str | None
    options: tuple[str, ...]
    rules: tuple[Rule, ...]


class Requirement(NamedTuple):
    """What the architect must have: one of `plans`, or one piece of `infrastructure`.

    With `when`, a pair of factor and option, it holds only for those who answered so.
    """

    id: str
    plans: tuple[str, ...]
    infrastructure: str | None
    when: tuple[str, str] | None
    need: str
    because: str


class Variant(NamedTuple):
    """One of the architectures, with its row of the matrix in words."""

    id: str
    title: str
    summary: str
    best_for: str
    requires: tuple[str, ...]
    retry: str
    data_access: str
    crm_sync: str
    latency: str
    crash_loses: str
    complexity: str
    time_to_implement: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]


class Named(NamedTuple):
    """An allowed value with its title; plans also have a generation, modern or legacy."""

    id: str
    title: str
    generation: str | None = None


class Matrix(NamedTuple):
    """The whole table. Variants are listed simplest first; that order is their rank."""

    name: str
    version: str
    plans: tuple[Named, ...]
    infrastructure: tuple[Named, ...]
    variants: tuple[Variant, ...]
    factors: tuple[Factor, ...]
    requirements: tuple[Requirement, ...]
    ranks: Mapping[str, int]

    def rank(self, variant_id: str) -> int:
        return self.ranks[variant_id]

    def variant(self, variant_id: str) -> Variant:
        return self.variants[self.rank(variant_id)]

    def factor(self, factor_id: str) -> Factor:
        return next(factor for factor in self.factors if factor.id == factor_id)

    def requirement(self, requirement_id: str) -> Requirement:
        return next(r for r in self.requirements if r.id == requirement_id)

    def plan(self, plan_id: str) -> Named:
        return next(plan for plan in self.plans if plan.id == plan_id)

    def rule(self, rule_id: str) -> Rule | Requirement | None:
        """The factor rule or requirement of that id, or None."""
        rules: list[Rule | Requirement] = [r for factor in self.factors for r in factor.rules]
        return next((r for r in [*rules, *self.requirements] if r.id == rule_id), None)


def parse_interval(text: str) -> Interval:
    """Read `[1000, 10000)`, `[10000, inf)`, `< 1000` or `>= 10000`.

    Raises `InputError` for anything else, a closed end or an empty interval among them.
    """
    if found := _INTERVAL.fullmatch(text):
        interval = Interval(int(found[1]), int(found[2]) if found[2] else None)
    elif found := _BELOW.fullmatch(text):
        interval = Interval(0, int(found[1]))
    elif found := _FROM.fullmatch(text):
        interval = Interval(int(found[1]), None)
    else:
        raise InputError(f"{text!r} is not an interval; write [0, 1000), [10000, inf) or < 1000")
    if interval.high is not None and interval.high <= interval.low:
        raise InputError(f"{text!r} holds no number; its end must lie above its start")
    return interval


def parse_matrix(document: Mapping[str, Any]) -> Matrix:
    """Make a `Matrix` of a document that follows matrix.schema.json.

    Raises `InputError` for an interval that cannot be read. Whether the rules fit together is
    not looked at here; see `audit`.
    """
    variants = tuple(_variant(variant) for variant in document["variants"])
    return Matrix(
        name=document["name"],
        version=document["version"],
        plans=tuple(Named(**plan) for plan in document["plans"]),
        infrastructure=tuple(Named(**piece) for piece in document["infrastructure"]),
        variants=variants,
        ranks={variant.id: rank for rank, variant in enumerate(variants)},
        factors=tuple(_factor(factor) for factor in document["factors"]),
        requirements=tuple(_requirement(needed) for needed in document["requirements"]),
    )


def _variant(entry: Mapping[str, Any]) -> Variant:
    lists = {key: tuple(entry[key]) for key in ("requires", "pros", "cons")}
    return Variant(**{**entry, **lists})


def _factor(entry: Mapping[str, Any]) -> Factor:
    options = tuple(entry.get("options", ()))
    return Factor(
        id=entry["id"],
        title=entry["title"],
        unit=entry.get("unit"),
        options=options,
        rules=tuple(
            Rule(
                id=rule["id"],
                factor=entry["id"],
                when=rule["when"] if options else parse_interval(rule["when"]),
                simplest=rule["simplest"],
                because=rule["because"],
            )
            for rule in entry["rules"]
        ),
    )


def _requirement(entry: Mapping[str, Any]) -> Requirement:
    condition = entry.get("when")
    return Requirement(
        id=entry["id"],
        plans=tuple(entry.get("plan", ())),
        infrastructure=entry.get("infrastructure"),
        when=next(iter(condition.items())) if condition else None,
        need=entry["need"],
        because=entry["because"],
    )
