"""The element as one script, and as one file that opens from disk. Nothing is fetched by either."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from clay_arch.chooser.colours import variants_css
from clay_arch.report.limit_meanings import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["element_script", "one_file"]

ASSETS = Path(__file__).parent / "assets"
# In the order in which they build on each other. They share one scope and need no bundler.
SCRIPTS = (
    "words",
    "lookup",
    "limits",
    "sentences",
    "state",
    "parts",
    "form",
    "fields",
    "verdict",
    "scale",
    "band",
    "changes",
    "plot",
    "curves",
    "limit_table",
    "side_by_side",
    "element",
)
STYLES = ("frame", "questions", "answer", "pictures", "tables", "print")


def element_script(table: Mapping[str, Any]) -> str:
    """`<clay-arch-chooser>` with its table and style: one script for a page."""
    parts = [_bare(_asset(f"{name}.js")) for name in SCRIPTS]
    style = "\n".join(_bare(_asset(f"{name}.css")) for name in STYLES)
    return "\n".join(
        [
            "(() => {",
            '"use strict";',
            f"const TABLE = {_literal(table)};",
            f"const STYLE = {_literal(style)};",
            *parts,
            "})();\n",
        ]
    )


def one_file(table: Mapping[str, Any]) -> str:
    """A page of its own: the element, and below it the rules and facts that it links to."""
    return Template(_asset("explore.html")).substitute(
        variants=variants_css(),
        style=_asset("explore.css"),
        script=element_script(table),
        rules=_rules(table),
        facts=_facts(table),
        versions=escape(", ".join(f"{name} {said}" for name, said in table["versions"].items())),
    )


def _rules(table: Mapping[str, Any]) -> str:
    """All that the element links to: rules, requirements and limits."""
    entries = {
        **{
            name: f"asks for {rule['asks']}, because {rule['because']}."
            for name, rule in table["rules"].items()
        },
        **{
            name: f"needs {need['need']}, because {need['because']}."
            for name, need in table["needs"].items()
        },
        **{name: f"compares {limit.compares}. {limit.reached}" for name, limit in LIMITS.items()},
    }
    return "\n".join(
        f'<dt id="{name}">{escape(name)}</dt><dd>{escape(said)}</dd>'
        for name, said in entries.items()
    )


def _facts(table: Mapping[str, Any]) -> str:
    return "\n".join(
        f'<dt id="{name}">{escape(title)}</dt>'
        f"<dd>{escape(value)}. <small>{escape(table['sources'][source])};"
        f" read {read_on}; grade {escape(grade)}: {escape(table['grades'][grade])}.</small></dd>"
        for name, (title, value, source, read_on, grade) in table["facts"].items()
    )


def _literal(value: object) -> str:
    """As a script holds it. Inside HTML, no text may look like the script's end."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c")


def _bare(source: str) -> str:
    """Without indents and lines of comment. No text in the assets runs over several lines."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8").rstrip("\n")
