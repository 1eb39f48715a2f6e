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

BACK, OPEN = "<", "-"
INTRODUCTION = (
    "A few questions. Enter alone takes what stands in brackets; [open] asks for nothing.\n"
    f"{OPEN} takes an answer back to open; {BACK} goes back one question; Ctrl-C ends without one."
)


class Terminal(Protocol):
    """A person at a terminal."""

    def ask(self, prompt: str) -> str:
        """Show the prompt and return the line that was typed, without its end."""

    def say(self, text: str) -> None:
        """Show a line."""


def ask_missing(
    values: Mapping[str, Any], terminal: Terminal, questions: Sequence[Question] = QUESTIONS
) -> dict[str, Any]:
    """The values with every question of the wizard answered that was not answered before.

    Questions that need no answer may be left open; they are then None.
    """
    steps = [q for q in questions if q.is_in_wizard and values.get(q.key) is None]
    terminal.say(INTRODUCTION)
    written: dict[str, str] = {}
    position = 0
    while position <= len(steps):  # the last position is the summary
        turn = _sum_up if position == len(steps) else _ask_one
        position = turn(position, steps, written, terminal)
    answered = {q.key: q.read(written[q.key]) for q in steps if written[q.key]}
    return {**values, **answered}


def _ask_one(
    position: int, steps: Sequence[Question], written: dict[str, str], terminal: Terminal
) -> int:
    """Ask until the line can be read, and write it down; return the position to go on from."""
    asked = steps[position]
    before = written.get(asked.key, "")
    prompt = f"{position + 1}/{len(steps)} {asked.prompt}{_choices(asked, before)}"
    while True:
        line = terminal.ask(prompt).strip()
        if line == BACK:
            return max(0, position - 1)
        try:
            written[asked.key] = _answer_in(line, asked, before)
        except InputError as error:
            terminal.say(f"  {error}")
        else:
            return len(steps) if len(written) == len(steps) else position + 1


def _answer_in(line: str, asked: Question, before: str) -> str:
    """The written answer that the line gives, empty for an open question."""
    text = before if not line else "" if line == OPEN else _numbered(line, asked)
    if not text and asked.is_required:
        raise InputError("this one needs an answer")
    if text:
        asked.read(text)
    return text


def _choices(asked: Question, before: str) -> str:
    bracket = f" [{before}]" if before else "" if asked.is_required else " [open]"
    options = "".join(f"\n    {n} {option}" for n, option in enumerate(asked.options, start=1))
    return f"{bracket}{options}\n  > " if options else f"{bracket}: "


def _numbered(line: str, asked: Question) -> str:
    """A choice may be given by its number; several of them separated by commas."""
    if not asked.options:
        return line
    numbers = {str(n): option for n, option in enumerate(asked.options, start=1)}
    return ",".join(numbers.get(part.strip(), part.strip()) for part in line.split(","))


def _sum_up(
    position: int, steps: Sequence[Question], written: dict[str, str], terminal: Terminal
) -> int:
    """Show what was answered; return the position of an answer to change, or the one after all."""
    terminal.say("\nYour answers:")
    for number, asked in enumerate(steps, start=1):
        terminal.say(f"  {number} {asked.prompt} {written[asked.key] or 'open'}")
    while True:
        line = terminal.ask(
            f"Enter to go on, the number of an answer to change, or {BACK} for the last: "
        ).strip()
        if not line:
            return position + 1
        if line == BACK:
            return position - 1
        if line.isascii() and line.isdigit() and 1 <= int(line) <= len(steps):
            return int(line) - 1
        terminal.say(f"  write a number from 1 to {len(steps)}, {BACK} or nothing")
