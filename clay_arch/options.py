"""Click options made from the questions, and what they come to as answers."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clay_arch.errors import FileProblems, InputError
from clay_arch.questions import QUESTIONS, Question, flag_of, questions_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clay_arch.decision.answers import Answers
    from clay_arch.decision.matrix import Matrix

__all__ = [
    "answer_options",
    "choose_answers",
    "facts_option",
    "format_option",
    "has_answers",
    "is_interactive",
    "matrix_option",
    "output_option",
    "project_option",
]

Command = TypeVar("Command", bound="Callable[..., Any]")


def answer_options(command: Command) -> Command:
    """Every question as an option of `command`, and `--answers` for a file of them."""
    answers = click.option(
        "--answers",
        "answers_file",
        metavar="FILE",
        help="Answers as YAML or JSON; - reads standard input. Flags win over it.",
    )
    command = answers(matrix_option(facts_option(command)))
    for option in reversed([option for asked in QUESTIONS for option in _options(asked)]):
        command = option(command)
    return command


def choose_answers(params: Mapping[str, Any], matrix: Matrix) -> Answers:
    """The answers that flags, environment, answers file and, on a terminal, the wizard give.

    Raises `InputError` naming the flag, variable or line of what the matrix does not know, and
    every flag that is still missing.
    """
    questions = questions_for(matrix)
    values = _from_file(params, questions)
    for asked in questions:
        if found := _written(asked, params):
            name, text = found
            with _blaming(name):
                values[asked.key] = asked.read(text)
    if _missing(values) and is_interactive():
        from clay_arch.wizard import ask_missing

        values = ask_missing(values, ClickTerminal(), questions)
    return _build_answers(values)


def has_answers(params: Mapping[str, Any]) -> bool:
    """Whether a flag, a variable or a file answers anything."""
    tables = params["matrix_file"] or params["facts_file"]
    return bool(tables or _answers_file(params) or any(_written(q, params) for q in QUESTIONS))


def is_interactive() -> bool:
    """Whether somebody is there to be asked. A closed stream is None, and no terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _written(asked: Question, params: Mapping[str, Any]) -> tuple[str, str] | None:
    """The written answer to a question behind the name of what gave it: a flag or a variable."""
    given = params[asked.key]
    if given is not None and given != ():
        text = given if isinstance(given, str) else ",".join(given)
        return flag_of(asked.key, text)[0], text
    variable = f"CLAY_ARCH_{asked.key.upper()}"
    text = os.environ.get(variable, "")
    return (variable, text) if text else None


def _answers_file(params: Mapping[str, Any]) -> tuple[str, str] | None:
    if params["answers_file"] is not None:
        return "--answers", params["answers_file"]
    file = os.environ.get("CLAY_ARCH_ANSWERS", "")
    return ("CLAY_ARCH_ANSWERS", file) if file else None


def _from_file(params: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    found = _answers_file(params)
    if not found:
        return {}
    from clay_arch.load import load_answers

    name, source = found
    with _blaming(name):
        return load_answers(source, questions)


@contextmanager
def _blaming(name: str) -> Iterator[None]:
    """Name the flag or variable that an error comes from; a file names itself and its lines."""
    try:
        yield
    except FileProblems:
        raise
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _build_answers(values: Mapping[str, Any]) -> Answers:
    from clay_arch.decision.answers import Answers

    if missing := _missing(values):
        raise InputError(f"{' and '.join(missing)} must be given; see --help for what to write")
    given = {key: value for key, value in values.items() if value is not None}
    return Answers(infrastructure=given.pop("infra"), **given)


def _missing(values: Mapping[str, Any]) -> list[str]:
    return [q.flag for q in QUESTIONS if q.is_required and values.get(q.key) is None]


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
    """The flags of a question: one that takes words, or one for each of its two answers.

    What they say is read later, when the matrix is at hand.
    """
    first, *others = asked.flag.split("/")
    if not others:
        words = f"[{'|'.join(asked.options)}]" if asked.options else "TEXT"
        many = asked.key == "infra"
        return [
            click.option(first, asked.key, metavar=words, multiple=many, help=asked.help, type=str)
        ]
    texts = (asked.help, f"The opposite of {first}.")
    flags = zip((first, others[0]), asked.options, texts, strict=True)
    return [
        *(click.option(f, asked.key, flag_value=o, help=text, type=str) for f, o, text in flags),
        *(click.option(flag, asked.key, hidden=True, type=str) for flag in others[1:]),
    ]


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
        callback=_no_dash,
        metavar="FILE",
        help="Write to a file instead of standard output, which is -.",
    )(command)


def project_option(command: Command) -> Command:
    """`--project DIR`: the project that the command is about."""
    return click.option(
        "--project",
        type=click.Path(path_type=Path),
        default=Path(),
        metavar="DIR",
        help="The project's folder. Default: the current one.",
    )(command)


def _no_dash(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """None for standard output."""
    return None if str(path) == "-" else path
