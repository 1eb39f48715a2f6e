"""Asks what is still missing, on a terminal. Every step can be taken back; a summary ends it.

Speaks through a `Terminal`, so that the dialogue can be tested as a list of lines. Prompts go to
standard error: standard output holds nothing but the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from clay_arch.errors import InputError
from clay_arch.questions import QUESTIONS, Question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Terminal", "ask_missing"]

BACK = "<"
INTRODUCTION = (
    "A few questions. Enter alone takes the value in brackets, or leaves the question open;\n"
    f"{BACK} goes back one question; Ctrl-C ends without an answer."
)


class Terminal(Protocol):
    """A person at a terminal."""

    def ask(self, prompt: str) -> str:
        """Show the prompt and return the line that was typed, without its end."""

    def say(self, text: str) -> None:
        """Show a line."""


def ask_missing(values: Mapping[str, Any], terminal: Terminal) -> dict[str, Any]:
    """The values with every question of the wizard answered that was not answered before.

    Questions that need no answer may be left open; they are then None.
    """
    steps = [q for q in QUESTIONS if q.is_in_wizard and values.get(q.key) is None]
    terminal.say(INTRODUCTION)
    written: dict[str, str] = {}
    _ask_from(0, steps, written, terminal)
    while number := _correction(steps, written, terminal):
        _ask_one(number - 1, steps, written, terminal)
    answered = {q.key: q.read(written[q.key]) for q in steps if written[q.key]}
    return {**values, **answered}


def _ask_from(
    position: int, steps: Sequence[Question], written: dict[str, str], terminal: Terminal
) -> None:
    while position < len(steps):
        went_back = _ask_one(position, steps, written, terminal) == BACK
        position = max(0, position - 1) if went_back else position + 1


def _ask_one(
    position: int, steps: Sequence[Question], written: dict[str, str], terminal: Terminal
) -> str:
    """Ask until the line can be read; return it. `<` is returned but not written down."""
    asked = steps[position]
    before = written.get(asked.key, "")
    prompt = f"{position + 1}/{len(steps)} {asked.prompt}{_choices(asked, before)}: "
    while True:
        line = terminal.ask(prompt).strip()
        if line == BACK:
            return BACK
        text = _numbered(line, asked) or before
        try:
            if text or asked.is_required:
                asked.read(text)
        except InputError as error:
            terminal.say(f"  {error}")
        else:
            written[asked.key] = text
            return text


def _choices(asked: Question, before: str) -> str:
    options = "".join(f"\n    {n} {option}" for n, option in enumerate(asked.options, start=1))
    bracket = f" [{before}]" if before else "" if asked.is_required else " [open]"
    return f"{options}\n   {bracket or ' >'}" if options else bracket


def _numbered(line: str, asked: Question) -> str:
    """A choice may be given by its number; several of them separated by commas."""
    if not asked.options:
        return line
    numbers = {str(n): option for n, option in enumerate(asked.options, start=1)}
    return ",".join(numbers.get(part.strip(), part.strip()) for part in line.split(","))


def _correction(
    steps: Sequence[Question], written: Mapping[str, str], terminal: Terminal
) -> int | None:
    """Show what was answered; return the number of a question to ask again, or None."""
    terminal.say("\nYour answers:")
    for number, asked in enumerate(steps, start=1):
        terminal.say(f"  {number} {asked.prompt} {written[asked.key] or 'open'}")
    while True:
        line = terminal.ask("Enter to go on, or the number of an answer to change: ").strip()
        if not line:
            return None
        if line.isascii() and line.isdigit() and 1 <= int(line) <= len(steps):
            return int(line)
        terminal.say(f"  write a number from 1 to {len(steps)}, or nothing")
