"""Troubles and pitfalls: what goes wrong, and what the generated projects do instead."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from clay_arch.load import load_troubles
from pages.facts import attributed

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts

__all__ = ["pitfalls_page", "troubles_page"]

PITFALLS = Path(__file__).parent.parent / "pitfalls.yaml"


def troubles_page(facts: Facts) -> str:
    """What `clay-arch diagnose` knows."""
    parts = [
        "# Troubles\n",
        '`clay-arch diagnose "rows stop arriving"` finds them by id or by a few words.\n',
    ]
    for trouble in load_troubles():
        parts += [
            f"## {trouble.symptom} {{ #{trouble.id} }}\n",
            f"* Cause: {trouble.cause}",
            f"* Remedy: {trouble.remedy}",
            f"* Command: `{trouble.command}`",
            f"* Id: `{trouble.id}`",
            '\n<div class="sources" markdown>\n',
            *_sources(facts, trouble.facts),
            "\n</div>\n",
        ]
    return "\n".join(parts)


def pitfalls_page(facts: Facts) -> str:
    """How integrations with Clay lose leads or credits, each with the fact behind it."""
    document = yaml.safe_load(PITFALLS.read_text(encoding="utf-8"))
    parts = [f"# Pitfalls\n\n{document['introduction']}"]
    for number, pitfall in enumerate(document["pitfalls"], 1):
        parts += [
            f"## {number}. {pitfall['title']} {{ #{pitfall['id']} }}\n",
            f"{pitfall['happens']}\n",
            f"**Instead:** {pitfall['instead']}\n",
            '<div class="sources" markdown>\n',
            *_sources(facts, pitfall["facts"]),
            "\n</div>\n",
        ]
    return "\n".join(parts)


def _sources(facts: Facts, ids: tuple[str, ...]) -> list[str]:
    return [f"* [`{i}`](FACTS#{i}) {attributed(facts, facts.by_id[i])}" for i in ids]
