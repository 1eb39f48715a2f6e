"""The command line, as its own help says it, and how each command may end."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clay_arch import errors
from clay_arch.cli import cli
from pages.markdown import table

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["command_page", "exit_code_page", "run"]

ROOT = Path(__file__).parent.parent.parent
LEADFLOW = ROOT / "templates/queue/src/leadflow/entrypoints/exit_codes.py"
WIDTH = "100"
ENDS = {
    0: "the answer was given",
    1: "a check found something, or a migration left conflicts",
    2: "bad input or usage; the message names the flag, line or field and the remedy",
    3: "with `--exit-code` only: the recommended variant is blocked or infeasible",
    4: "the target folder is not empty, not clean or not to be used; nothing in it was touched",
    130: "interrupted",
}
LEADFLOW_ENDS = {
    "DONE": "done",
    "FOUND": "finished, and some leads failed or are unknown, or a check found something",
    "USAGE": "usage or settings: mend them first",
    "DEFECT": "a defect of leadflow itself",
    "RUN_AGAIN": "stopped early with nothing lost: run the same command again",
    "INTERRUPTED": "interrupted",
}


def command_page() -> str:
    """Every command with its `--help`."""
    commands = (["clay-arch"], *sorted(_commands(cli, ["clay-arch"])))
    sections = (f"## `{' '.join(words)}`\n\n```text\n{_help(words)}\n```\n" for words in commands)
    return "\n".join(["# Commands\n", *sections])


def exit_code_page() -> str:
    """The codes of both programs; a code without a meaning here, or the reverse, is refused."""
    raised = {error.exit_code for error in vars(errors).values() if _is_error(error)}
    if unknown := raised - ENDS.keys():
        raise LookupError(f"errors.py ends with {unknown}, which this page does not explain")
    codes = _leadflow_codes()
    toolkit = table(["code", "`clay-arch`"], ([str(code), said] for code, said in ENDS.items()))
    project = table(
        ["code", "`leadflow`"], ([str(codes[name]), said] for name, said in LEADFLOW_ENDS.items())
    )
    return f"# Exit codes\n\n{toolkit}\nThe programs of the generated projects:\n\n{project}"


def run(words: list[str]) -> str:
    """What the real command prints, so that no page can differ from it."""
    tool = str(Path(sys.executable).parent / words[0])
    ended = subprocess.run(
        [tool, *words[1:]],
        env={**os.environ, "COLUMNS": WIDTH},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout


def _commands(group: click.Group, words: list[str]) -> Iterator[list[str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield [*words, name]
        if isinstance(command, click.Group):
            yield from _commands(command, [*words, name])


def _help(words: list[str]) -> str:
    return run([*words, "--help"]).rstrip()


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, errors.ClayArchError)


def _leadflow_codes() -> dict[str, int]:
    """Read from the source: the project's package is not installed here."""
    tree = ast.parse(LEADFLOW.read_text(encoding="utf-8"))
    found = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, int)
    }
    if found.keys() != LEADFLOW_ENDS.keys():
        raise LookupError(f"exit_codes.py has {sorted(found)}, this page {sorted(LEADFLOW_ENDS)}")
    return found
