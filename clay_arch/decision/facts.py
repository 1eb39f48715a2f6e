"""Facts about Clay as values: each with unit, source, date read and grade."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from clay_arch.errors import Problem

__all__ = ["GRADES", "Fact", "Facts", "audit_facts", "parse_facts"]

GRADES = {
    "A": "Clay's own documentation",
    "A-": "Clay's own documentation repository; not on every published copy",
    "B": "third-party production code or a tested probe",
    "C": "an answer in Clay's community",
    "D": "an unverified secondary source",
    "ours": "our own judgement or convention, not a fact of Clay's",
    "unknown": "nobody says; treat as unknown",
}

Value = int | float | str | bool | tuple[str, ...] | None


class Fact(NamedTuple):
    """One fact. `value` None means that nobody says; `note` holds what is known around it."""

    id: str
    title: str
    value: Value
    unit: str | None
    source: str
    read_on: str
    grade: str
    note: str | None = None


class Facts(NamedTuple):
    """All facts by id, and the sources that they name."""

    version: str
    sources: Mapping[str, str]
    by_id: Mapping[str, Fact]

    def all(self) -> tuple[Fact, ...]:
        """Every fact, in the order of the file."""
        return tuple(self.by_id.values())

    def number(self, fact_id: str) -> int | None:
        """The whole number of that fact; None where it is unknown or there is no such fact."""
        fact = self.by_id.get(fact_id)
        value = fact.value if fact else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def includes(self, fact_id: str, member: str) -> bool:
        """Whether the list of that fact, such as the plans with webhooks, names `member`."""
        value = self.by_id[fact_id].value
        return isinstance(value, tuple) and member in value


def parse_facts(document: Mapping[str, Any]) -> Facts:
    """Make `Facts` of a document that follows facts.schema.json."""
    read_on = document["read_on"]
    facts = (_fact(entry, read_on) for entry in document["facts"])
    return Facts(
        version=document["version"],
        sources=document["sources"],
        by_id={fact.id: fact for fact in facts},
    )


def audit_facts(document: Mapping[str, Any], *, needed: Mapping[str, str]) -> list[Problem]:
    """Every problem of a facts document that follows its schema.

    `needed` maps the ids that the decision reads to the kind of value it expects: `number` or
    `list`. Unknown numbers are allowed; a missing fact is not.
    """
    problems = []
    seen: set[str] = set()
    for position, entry in enumerate(document["facts"]):
        path = ("facts", position)
        if entry["id"] in seen:
            problems.append(Problem((*path, "id"), f"fact {entry['id']} is given twice"))
        seen.add(entry["id"])
        if entry["source"] not in document["sources"]:
            message = f"unknown source {entry['source']}; list it under sources"
            problems.append(Problem((*path, "source"), message))
        if not _is_kind(entry["value"], needed.get(entry["id"])):
            message = f"fact {entry['id']} must be a {needed[entry['id']]}"
            problems.append(Problem((*path, "value"), message))
    missing = sorted(set(needed) - seen)
    problems += [Problem(("facts",), f"fact {fact_id} is missing") for fact_id in missing]
    return problems


def _is_kind(value: object, kind: str | None) -> bool:
    if kind == "number":
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return value is None or (is_number and value >= 0)  # type: ignore[operator]
    return kind != "list" or isinstance(value, list)


def _fact(entry: Mapping[str, Any], read_on: str) -> Fact:
    value = entry["value"]
    return Fact(
        id=entry["id"],
        title=entry["title"],
        value=tuple(value) if isinstance(value, list) else value,
        unit=entry.get("unit"),
        source=entry["source"],
        read_on=entry.get("read_on", read_on),
        grade=entry["grade"],
        note=entry.get("note"),
    )
