"""The facts about Clay: the whole list, and one of them as a sentence quotes it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from clay_arch.decision.facts import GRADES
from clay_arch.report.sources import fact_value
from pages.markdown import named, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clay_arch.decision.facts import Fact, Facts

__all__ = ["attributed", "facts_page", "shown"]

SECTIONS = {
    "plan": "Plans",
    "capability": "What each plan can do",
    "meter": "Credits and actions",
    "wire": "Into Clay: the webhook source",
    "callback": "Out of Clay: the HTTP API column",
    "routines": "The Public API's routines",
    "conflict": "Where Clay's own pages disagree",
    "ours": "Our own conventions",
}


def facts_page(facts: Facts) -> str:
    """Every fact with value, source, date and grade; one that belongs nowhere is refused."""
    if lost := {fact.id for fact in facts.all() if fact.id.split(".")[0] not in SECTIONS}:
        raise LookupError(f"no section for {sorted(lost)}")
    sections = (
        f"## {title}\n\n{_list(fact for fact in facts.all() if fact.id.startswith(f'{start}.'))}"
        for start, title in SECTIONS.items()
    )
    sources = ([f"`{k}`{{ #source-{k.lower()} }}", title] for k, title in facts.sources.items())
    return "\n".join(
        [
            f"# Facts about Clay, {facts.version}\n",
            "Nothing about Clay is a constant in code: the decision, the local Clay and this site"
            " read this list.",
            "What nobody publishes is called unknown.",
            "`clay-arch facts --stale 180` names those that were read too long ago.\n",
            *sections,
            "## Grades\n",
            table(["grade", "who says so"], GRADES.items()),
            "## Sources\n",
            table(["key", "source"], sources),
        ]
    )


def _list(facts: Iterable[Fact]) -> str:
    rows = (
        [
            f"{fact.title}<small>{named(fact.id, anchor=fact.id)}</small>",
            shown(fact) + (f"<small>{_escaped(fact.note)}</small>" if fact.note else ""),
            f"[{fact.source}](#source-{fact.source.lower()}), {fact.grade}"
            f"<small><time>{fact.read_on}</time></small>",
        ]
        for fact in facts
    )
    return table(["fact", "value", "source, grade, read on"], rows)


def shown(fact: Fact) -> str:
    """The value as the reports say it, with plans by their names."""
    if isinstance(fact.value, tuple):
        return ", ".join(plan.replace("-", " ").title() for plan in fact.value)
    return _escaped(fact_value(fact))


def attributed(facts: Facts, fact: Fact) -> str:
    """Where a fact comes from, as a note below the page says it."""
    note = f" ({_escaped(fact.note)})" if fact.note else ""
    return (
        f"{fact.title}: {shown(fact)}{note}. {facts.sources[fact.source]}, "
        f"read {fact.read_on}, grade {fact.grade}."
    )


def _escaped(text: str) -> str:
    """A value such as `<uuid4>` is text, and no element of the page; a URL may break."""
    return escape(text, quote=False).replace("/", "/<wbr>" if "://" in text else "/")
