"""What a page may ask of the code: `[[ fact("wire.rate") ]]` and `[[ diagram("queue") ]]`.

`[[ sources() ]]` ends a page that asks for facts: it shows in notes where each comes from.
Zensical and mkdocs-macros both call `define_env`; the first for each page, the second once.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))  # neither builder puts the folder of this file there

from clay_arch.load import load_facts, load_matrix  # noqa: E402 - after the line above
from pages.diagram import draw  # noqa: E402
from pages.facts import attributed, shown  # noqa: E402

OWN_FACTS = "SITE_FACTS"  # a file of one's own, as --facts is for the command


def define_env(env: Any) -> None:
    """Hand the macros to the builder."""
    quoted: list[str] = []

    def fact(name: str, *, unit: bool = True) -> str:
        """The value, with the number of the note that says where it comes from."""
        known = _facts().by_id[name]
        if name not in quoted:
            quoted.append(name)
        text = shown(known if unit else known._replace(unit=None))
        return f"{text}[^{name}]"

    def sources() -> str:
        """The notes for what was quoted so far; the last line of a page."""
        facts = _facts()
        link = os.path.relpath(DOCS / "reference/facts.md", (DOCS / _path(env.page)).parent)
        notes = [
            f"[^{name}]: {attributed(facts, facts.by_id[name])} [`{name}`]({link}#{name})"
            for name in quoted
        ]
        quoted.clear()
        return "\n".join(notes)

    for macro in (fact, sources, diagram):
        env.macro(macro)


def diagram(name: str) -> str:
    """The architecture of a variant, drawn."""
    text = (DOCS / f"diagrams/{name}.yaml").read_text(encoding="utf-8")
    return f'<div class="diagram">{draw(yaml.safe_load(text))}</div>'


@cache
def _facts() -> Any:
    own = os.environ.get(OWN_FACTS)
    return load_facts(load_matrix(), Path(own) if own else None)


def _path(page: Any) -> str:
    return str(page.path if hasattr(page, "path") else page.file.src_uri)
