"""Click options made from the questions, and what they come to as answers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clay_arch.errors import InputError
from clay_arch.questions import QUESTIONS, Question, build_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

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

Command = TypeVar("Command", bound="Callable[..., Any]")


class Written(click.ParamType[Any]):
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


def answer_options(command: Command) -> Command:
    """Every question as an option of `command`, and `--answers` for a file of them."""
    answers = click.option(
        "--answers",
        "answers_file",
        metavar="FILE",
        envvar="CLAY_ARCH_ANSWERS",
        help="Answers as YAML or JSON; - reads standard input. Flags win over it.",
    )
    command = answers(matrix_option(facts_option(command)))
    for option in reversed([option for asked in QUESTIONS for option in _options(asked)]):
        command = option(command)
    return command


def choose_answers(params: Mapping[str, Any], matrix: Matrix) -> Answers:
    """The answers that flags, environment, answers file and, on a terminal, the wizard give.

    Raises `InputError` naming every flag that is still missing.
    """
    values = {**_from_environment(), **_given(params)}
    if values.get("infra"):
        values["infra"] = _together(values["infra"])
    if params["answers_file"]:
        values = {**_from_file(params["answers_file"]), **values}
    if _is_missing(values) and _is_terminal(sys.stdin) and _is_terminal(sys.stderr):
        from clay_arch.wizard import ask_missing

        values = ask_missing(values, ClickTerminal())
    return build_answers(values, matrix)


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    keys = (asked.key for asked in QUESTIONS)
    return {key: params[key] for key in keys if params[key] is not None and params[key] != ()}


def _from_environment() -> dict[str, Any]:
    """The questions with two flags: click reads the variables of all others itself."""
    values = {}
    for asked in QUESTIONS:
        written = os.environ.get(_variable(asked)) if "/" in asked.flag else None
        if written:
            try:
                values[asked.key] = asked.read(written)
            except InputError as error:
                raise InputError(f"{_variable(asked)}: {error}") from error
    return values


def _is_missing(values: dict[str, Any]) -> bool:
    return any(asked.is_required and values.get(asked.key) is None for asked in QUESTIONS)


def _is_terminal(stream: TextIO | None) -> bool:
    """A closed stream is None, and no terminal."""
    return stream is not None and stream.isatty()


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


def _options(asked: Question) -> list[Callable[[Command], Command]]:
    """One option for a question, or one flag for each of its two answers."""
    kind = Written(asked)
    if "/" not in asked.flag:
        variable, many = _variable(asked), asked.key == "infra"
        return [
            click.option(
                asked.flag, asked.key, type=kind, multiple=many, envvar=variable, help=asked.help
            )
        ]
    first, second = asked.flag.split("/")
    yes, no = asked.options
    return [
        click.option(first, asked.key, type=kind, flag_value=yes, help=asked.help),
        click.option(second, asked.key, type=kind, flag_value=no, help=f"The opposite of {first}."),
    ]


def _variable(asked: Question) -> str:
    return f"CLAY_ARCH_{asked.key.upper()}"


def matrix_option(command: Command) -> Command:
    """`--matrix FILE`: a matrix of one's own."""
    return click.option(
        "--matrix",
        "matrix_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Your own matrix instead of the packaged one.",
    )(command)


def facts_option(command: Command) -> Command:
    """`--facts FILE`: facts of one's own."""
    return click.option(
        "--facts",
        "facts_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Your own facts instead of the packaged ones.",
    )(command)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """`--format`, the first of `formats` being the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print the answer.",
    )


def output_option(command: Command) -> Command:
    """`--output FILE`: to a file instead of standard output."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to a file instead of standard output.",
    )(command)
