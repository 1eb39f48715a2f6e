"""Click options made from the questions, and what they come to as answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clay_arch.errors import InputError
from clay_arch.questions import QUESTIONS, Question, build_answers

if TYPE_CHECKING:
    from clay_arch.decision.answers import Answers
    from clay_arch.decision.matrix import Matrix

__all__ = [
    "answer_options",
    "choose_answers",
    "facts_option",
    "format_option",
    "matrix_option",
    "output_option",
]

KEYS = tuple(asked.key for asked in QUESTIONS)


class Written(click.ParamType):
    """A value in its written form, read by its question."""

    name = "text"

    def __init__(self, question: Question) -> None:
        self.question = question

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.question.read(value) if isinstance(value, str) else value
        except InputError as error:
            self.fail(str(error), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's
        return f"[{'|'.join(self.question.options)}]" if self.question.options else "TEXT"


def answer_options(command: Any) -> Any:
    """Every question as an option of `command`, and `--answers` for a file of them."""
    answers = click.option(
        "--answers",
        "answers_file",
        metavar="FILE",
        envvar="CLAY_ARCH_ANSWERS",
        help="Answers as YAML or JSON; - reads standard input. Flags win over it.",
    )
    for asked in reversed(QUESTIONS):
        command = _option(asked)(command)
    return matrix_option(facts_option(answers(command)))


def choose_answers(params: dict[str, Any], matrix: Matrix) -> Answers:
    """The answers that flags, environment, answers file and, on a terminal, the wizard give.

    Raises `InputError` naming every flag that is still missing.
    """
    values = {key: params[key] for key in KEYS if params[key] not in {None, ()}}
    if values.get("infra"):
        values["infra"] = _together(values["infra"])
    if params["answers_file"]:
        values = {**_from_file(params["answers_file"]), **values}
    if _is_missing(values) and sys.stdin.isatty() and sys.stderr.isatty():
        from clay_arch.wizard import ask_missing

        values = ask_missing(values, ClickTerminal())
    return build_answers(values, matrix)


def _is_missing(values: dict[str, Any]) -> bool:
    return any(asked.is_required and values.get(asked.key) is None for asked in QUESTIONS)


def _from_file(source: str) -> dict[str, Any]:
    from clay_arch.load import load_answers

    return load_answers(source)


def _together(pieces: tuple[frozenset[str], ...]) -> frozenset[str]:
    if len(pieces) > 1 and frozenset() in pieces:
        raise InputError("--infra: none cannot stand beside another value; leave one of them out")
    return frozenset().union(*pieces)


class ClickTerminal:
    """The person at this terminal. Prompts go to standard error."""

    def ask(self, prompt: str) -> str:
        answer: str = click.prompt(
            prompt, default="", show_default=False, prompt_suffix="", err=True
        )
        return answer

    def say(self, text: str) -> None:
        click.echo(text, err=True)


def _option(asked: Question) -> Any:
    variable = f"CLAY_ARCH_{asked.key.upper()}"
    if "/" in asked.flag:
        return click.option(
            asked.flag, asked.key, default=None, envvar=variable, help=asked.help, type=bool
        )
    return click.option(
        asked.flag,
        asked.key,
        type=Written(asked),
        multiple=asked.key == "infra",
        envvar=variable,
        help=asked.help,
    )


def matrix_option(command: Any) -> Any:
    """`--matrix FILE`: a matrix of one's own."""
    return click.option(
        "--matrix",
        "matrix_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Your own matrix instead of the packaged one.",
    )(command)


def facts_option(command: Any) -> Any:
    """`--facts FILE`: facts of one's own."""
    return click.option(
        "--facts",
        "facts_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Your own facts instead of the packaged ones.",
    )(command)


def format_option(*formats: str) -> Any:
    """`--format`, the first of `formats` being the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the answer.",
    )


def output_option(command: Any) -> Any:
    """`--output FILE`: to a file instead of standard output."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to a file instead of standard output.",
    )(command)
