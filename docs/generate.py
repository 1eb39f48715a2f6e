"""Write the reference pages from the code; with --check, only say which are stale."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clay_arch.cli import cli
from clay_arch.load import DATA, load_facts, load_matrix, load_schema, load_troubles
from clay_arch.report.matrix_table import render_matrix_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Made from the code by `make docs`. -->\n\n"
WIDTH = "100"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a page is stale")
    only_check = parser.parse_args().check
    pages = {
        "cli.md": _command_page(),
        "facts.md": _facts_page(),
        "matrix.md": render_matrix_markdown(load_matrix()),
        "schemas.md": _schemas_page(),
        "troubles.md": _troubles_page(),
    }
    stale = [name for name, text in pages.items() if _read(name) != NOTE + text]
    for name in stale:
        print(f"{'stale' if only_check else 'written'}: docs/reference/{name}")
        if not only_check:
            REFERENCE.mkdir(exist_ok=True)
            (REFERENCE / name).write_text(NOTE + pages[name], encoding="utf-8")
    return 1 if stale and only_check else 0


def _read(name: str) -> str:
    path = REFERENCE / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _command_page() -> str:
    commands = (["clay-arch"], *sorted(_commands(cli, ["clay-arch"])))
    sections = (f"## `{' '.join(words)}`\n\n```text\n{_help(words)}\n```\n" for words in commands)
    return "\n".join(["# Commands\n", *sections])


def _commands(group: click.Group, words: list[str]) -> Iterator[list[str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield [*words, name]
        if isinstance(command, click.Group):
            yield from _commands(command, [*words, name])


def _help(words: list[str]) -> str:
    """What `--help` prints, from the real command, so that the page cannot differ from it."""
    tool = str(Path(sys.executable).parent / words[0])
    ended = subprocess.run(
        [tool, *words[1:], "--help"],
        env={**os.environ, "COLUMNS": WIDTH},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.rstrip()


def _facts_page() -> str:
    facts = load_facts(load_matrix())
    rows = [
        _row(
            f"`{fact.id}`",
            fact.title,
            _shown(fact.value, fact.unit),
            fact.note or "",
            fact.source,
            fact.read_on,
            fact.grade,
        )
        for fact in facts.by_id.values()
    ]
    sources = [_row(f"`{key}`", title) for key, title in facts.sources.items()]
    return "\n".join(
        [
            f"# Facts about Clay, {facts.version}\n",
            _row("id", "fact", "value", "note", "source", "read", "grade"),
            _row(*["---"] * 7),
            *rows,
            "\n## Sources\n",
            _row("key", "source"),
            _row("---", "---"),
            *sources,
            "",
        ]
    )


def _shown(value: object, unit: str | None) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, tuple):
        return ", ".join(value)
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return f"{text} {unit}" if unit else text


def _troubles_page() -> str:
    parts = ["# Troubles\n\n`clay-arch diagnose` finds them by id or by a few words.\n"]
    parts += [
        f"## {trouble.symptom}\n\n"
        f"`{trouble.id}`\n\n"
        f"* Cause: {trouble.cause}\n"
        f"* Remedy: {trouble.remedy}\n"
        f"* Command: `{trouble.command}`\n"
        for trouble in load_troubles()
    ]
    return "\n".join(parts)


def _schemas_page() -> str:
    names = sorted(path.name.removesuffix(".schema.json") for path in DATA.glob("schemas/*"))
    rows = [
        _row(
            f"[{name}](../../clay_arch/data/schemas/{name}.schema.json)",
            load_schema(name)["description"],
        )
        for name in names
    ]
    header = [_row("schema", "what it describes"), _row("---", "---")]
    return "\n".join(["# JSON Schemas\n", *header, *rows, ""])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(main())
