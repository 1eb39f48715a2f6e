"""What is known about Clay: each fact with value, source, date and grade, and what is stale."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from clay_arch.decision.facts import GRADES
from clay_arch.report import layout
from clay_arch.report.sources import fact_entry, fact_value
from clay_arch.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clay_arch.decision.facts import Fact, Facts

__all__ = ["facts_document", "render_facts_text", "stale_facts"]

COLUMNS = ("Id", "Fact", "Source, read")


def stale_facts(facts: Facts, *, today: str, days: int) -> tuple[Fact, ...]:
    """The facts that were read more than `days` before `today`, a date such as `2026-11-23`."""
    now = date.fromisoformat(today)
    return tuple(f for f in facts.all() if (now - date.fromisoformat(f.read_on)).days > days)


def render_facts_text(
    facts: Facts, *, colour: bool, width: int, only: Sequence[Fact] | None = None
) -> str:
    """All facts, or `only` those given, in a table; then the sources and grades they name."""
    shown = facts.all() if only is None else tuple(only)
    room = layout.fitted(width)
    total = counted(len(facts.by_id), "fact")
    title = total if only is None else f"{len(shown)} of {total}"
    lines = [layout.heading(f"Facts {facts.version}: {title}", colour=colour)]
    if shown:
        lines += [
            *layout.table(COLUMNS, [_row(fact) for fact in shown], room),
            "",
            layout.heading("Sources", colour=colour),
            *layout.fields(_used(facts.sources.items(), (f.source for f in shown)), room),
            "",
            layout.heading("Grades", colour=colour),
            *layout.fields(_used(GRADES.items(), (f.grade for f in shown)), room),
        ]
    return "\n".join(lines) + "\n"


def facts_document(
    facts: Facts, *, tool_version: str, only: Sequence[Fact] | None = None
) -> dict[str, Any]:
    """The same for JSON."""
    shown = facts.all() if only is None else only
    return {
        "versions": {"tool": tool_version, "facts": facts.version},
        "grades": dict(GRADES),
        "facts": [fact_entry(fact, facts.sources[fact.source]) for fact in shown],
    }


def _row(fact: Fact) -> tuple[str, ...]:
    note = f" ({fact.note})" if fact.note else ""
    said = f"{fact.title}: {fact_value(fact)}{note}"
    return (fact.id, said, f"{fact.source}, {fact.grade}\n{fact.read_on}")


def _used(pairs: Iterable[tuple[str, str]], names: Iterable[str]) -> list[tuple[str, str]]:
    used = set(names)
    return [(name, text) for name, text in pairs if name in used]
