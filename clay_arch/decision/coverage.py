"""Does exactly one rule of a factor answer each of its values? Pure."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from clay_arch.decision.matrix import Interval, parse_interval
from clay_arch.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Entry = Mapping[str, Any]
    Path = tuple[str | int, ...]

__all__ = ["audit_factor"]


def audit_factor(factor: Entry, path: Path) -> Iterator[Problem]:
    """Every gap, overlap and dead rule of the factor at `path`, with a cell that shows it; and
    whether the factor decides anything at all.
    """
    if factor.get("options"):
        yield from _option_rules(factor, path)
    else:
        yield from _interval_rules(factor, path)
    answers = {rule["simplest"] for rule in factor["rules"]}
    if len(answers) == 1:
        only = next(iter(answers))
        cell = f"{_cell(factor, 'any value')}: always {only}"
        message = f"dead column {factor['id']}: every rule gives {only}, so it decides nothing"
        yield Problem(path, message, cell)


def _option_rules(factor: Entry, path: Path) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for j, rule in enumerate(factor["rules"]):
        option = rule["when"]
        where = (*path, "rules", j, "when")
        if option not in factor["options"]:
            message = f"unknown option {option}; {factor['id']} has {', '.join(factor['options'])}"
            yield Problem(where, message)
        elif option in taken:
            message = f"dead rule {rule['id']}: {taken[option]} already answers {option}"
            yield Problem(where, message, _cell(factor, option))
        taken.setdefault(option, rule["id"])
    for option in factor["options"]:
        if option not in taken:
            message = f"gap in {factor['id']}: no rule answers {option}"
            yield Problem((*path, "rules"), message, _cell(factor, option))


def _interval_rules(factor: Entry, path: Path) -> Iterator[Problem]:
    intervals: list[tuple[Interval, str, Path]] = []
    problems = []
    for j, rule in enumerate(factor["rules"]):
        where = (*path, "rules", j, "when")
        try:
            intervals.append((parse_interval(rule["when"]), rule["id"], where))
        except InputError as error:
            problems.append(Problem(where, str(error)))
    if problems:
        yield from problems
        return
    for first, second in combinations(intervals, 2):
        yield from _overlap(factor, first, second)
    yield from _gaps(factor, [interval for interval, _, _ in intervals], (*path, "rules"))


def _overlap(
    factor: Entry, first: tuple[Interval, str, Path], second: tuple[Interval, str, Path]
) -> Iterator[Problem]:
    (one, one_id, _), (two, two_id, where) = first, second
    low = max(one.low, two.low)
    highs = [interval.high for interval in (one, two) if interval.high is not None]
    if highs and low >= min(highs):
        return
    shared = Interval(low, min(highs) if highs else None)
    cell = _cell(factor, low)
    if shared in (one, two):
        inner, outer = (one_id, two_id) if shared == one else (two_id, one_id)
        message = f"dead rule {inner}: {shared} lies inside {outer}, so it never answers alone"
    else:
        message = f"overlap of {one_id} and {two_id} in {shared}"
    yield Problem(where, message, f"{cell}: both {one_id} and {two_id}")


def _gaps(factor: Entry, intervals: Sequence[Interval], path: Path) -> Iterator[Problem]:
    reach: int | None = 0
    for interval in sorted(intervals, key=lambda i: i.low):
        if reach is None:
            return
        if interval.low > reach:
            message = f"gap in {factor['id']}: no rule answers {Interval(reach, interval.low)}"
            yield Problem(path, message, _cell(factor, reach))
        reach = None if interval.high is None else max(reach, interval.high)
    if reach is not None:
        message = f"gap in {factor['id']}: no rule answers {Interval(reach, None)}"
        yield Problem(path, message, _cell(factor, reach))


def _cell(factor: Entry, value: object) -> str:
    given = f"{factor['id']}={value}"
    volume = "" if factor["id"] == "volume" else "volume=1, "
    return f"{volume}{given}, plan=growth, infra=https+redis"
