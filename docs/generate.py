"""Write from the code what the site and the README show; with --check, only say what is stale."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from clay_arch.chooser.colours import variants_css
from clay_arch.load import load_facts, load_matrix
from clay_arch.report.matrix_table import render_matrix_markdown
from pages import (
    commands,
    diagram,
    endpoints,
    facts,
    metrics,
    records,
    rules,
    schemas,
    settings,
    terminal,
    troubles,
)
from pages.markdown import NOTE

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent
SESSION = (
    "clay-arch recommend --volume 900/month --data-access callback --plan growth --infra https"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a file is stale")
    parser.add_argument("--facts", type=Path, help="facts of your own; the packaged ones otherwise")
    given = parser.parse_args()
    stale = [(path, text) for path, text in _all(given.facts) if _read(path) != text]
    for path, text in stale:
        print(f"{'stale' if given.check else 'written'}: docs/{path.relative_to(DOCS)}")
        if not given.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale and given.check else 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _all(own_facts: Path | None) -> Iterator[tuple[Path, str]]:
    for name, text in _pages(own_facts):
        path = DOCS / name
        upward = os.path.relpath(DOCS / "reference/facts.md", path.parent)
        yield path, NOTE + text.replace("FACTS#", f"{upward}#").rstrip() + "\n"
    yield from _pictures()


def _pages(own_facts: Path | None) -> Iterator[tuple[str, str]]:
    matrix = load_matrix()
    known = load_facts(matrix, own_facts)
    yield "reference/cli.md", commands.command_page()
    yield "reference/endpoints.md", endpoints.endpoints_page()
    yield "reference/exit-codes.md", commands.exit_code_page()
    yield "reference/facts.md", facts.facts_page(known)
    yield "reference/matrix.md", rules.linked(render_matrix_markdown(matrix))
    yield "reference/metrics.md", metrics.metrics_page()
    yield "reference/rules.md", rules.rules_page(matrix, known)
    yield "reference/schemas.md", schemas.schemas_page()
    yield "reference/settings.md", settings.settings_page()
    yield "reference/troubles.md", troubles.troubles_page(known)
    yield "pitfalls.md", troubles.pitfalls_page(known)
    for record in records.RECORDS:
        yield f"examples/{record.name}.md", records.record_page(record)


def _pictures() -> Iterator[tuple[Path, str]]:
    css = variants_css() + (DOCS / "assets/diagram.css").read_text(encoding="utf-8")
    for path in sorted((DOCS / "diagrams").glob("*.yaml")):
        drawn = diagram.draw(yaml.safe_load(path.read_text(encoding="utf-8")))
        yield DOCS / f"assets/{path.stem}.svg", diagram.standalone(drawn, css)
    yield DOCS / "assets/terminal.svg", terminal.draw_session(SESSION, terminal.record(SESSION))


if __name__ == "__main__":
    sys.exit(main())
