"""Troubles on a screen and as data: cause, remedy and the command that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.report import layout
from clay_arch.report.sources import fact_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.troubles import Trouble

__all__ = ["render_diagnosis_text", "render_troubles_text", "troubles_document"]


def render_troubles_text(troubles: Sequence[Trouble], *, colour: bool, width: int) -> str:
    """Every trouble with its symptom; ask for one by its id or in your own words."""
    room = layout.fitted(width)
    rows = [(trouble.id, trouble.symptom) for trouble in troubles]
    lines = [
        layout.heading("Troubles", colour=colour),
        *layout.table(("Id", "What you see"), rows, room),
        "",
        *layout.paragraph("clay-arch diagnose ID, or a few words of what you see.", room),
    ]
    return "\n".join(lines) + "\n"


def render_diagnosis_text(
    troubles: Sequence[Trouble], *, facts: Facts, colour: bool, width: int
) -> str:
    """Those troubles in full, the likeliest first."""
    room = layout.fitted(width)
    parts = []
    for trouble in troubles:
        rows = [
            ("Id", trouble.id),
            ("Cause", trouble.cause),
            ("Remedy", trouble.remedy),
            ("Command", trouble.command),
        ]
        if trouble.facts:
            rows.append(("Facts", "; ".join(_facts(trouble, facts))))
        heading = [layout.heading(line, colour=colour) for line in _symptom(trouble, room)]
        parts.append("\n".join([*heading, *layout.fields(rows, room)]))
    return "\n\n".join(parts) + "\n"


def troubles_document(troubles: Sequence[Trouble], *, facts: Facts) -> dict[str, Any]:
    """The troubles for JSON; each fact with its value, where the facts file has it."""
    return {
        "troubles": [
            {
                "id": trouble.id,
                "symptom": trouble.symptom,
                "cause": trouble.cause,
                "remedy": trouble.remedy,
                "command": trouble.command,
                "facts": {
                    fact_id: fact_value(facts.by_id[fact_id])
                    for fact_id in trouble.facts
                    if fact_id in facts.by_id
                },
            }
            for trouble in troubles
        ]
    }


def _symptom(trouble: Trouble, width: int) -> list[str]:
    return layout.paragraph(trouble.symptom, width, indent="")


def _facts(trouble: Trouble, facts: Facts) -> list[str]:
    """Each fact by id with its value; by id alone where a user's own file leaves it out."""
    known = facts.by_id
    return [f"{i} ({fact_value(known[i])})" if i in known else i for i in trouble.facts]
