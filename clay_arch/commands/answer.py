"""`recommend` and `compare`: an answer to the architect's questions, in the form asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clay_arch import __version__
from clay_arch.commands.printing import as_json, print_text, read_tables, screen_of
from clay_arch.options import answer_options, choose_answers, format_option, output_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from clay_arch.decision.answers import Answers
    from clay_arch.decision.recommend import Recommendation

__all__ = [
    "answer_to",
    "command_of",
    "compare",
    "decision_record",
    "recommend",
    "written_answers",
]

EXIT_NOT_READY = 3


@click.command()
@answer_options
@format_option("text", "json", "markdown", "adr")
@output_option
@click.option("--exit-code", is_flag=True, help="Exit 3 when the answer is blocked or infeasible.")
def recommend(form: str, output: Path | None, *, exit_code: bool, **params: Any) -> int:
    """Recommend an architecture, and prove it.

    Every question is a flag, an environment variable such as CLAY_ARCH_VOLUME, and a key of the
    answers file. On a terminal, what is missing is asked.

    \b
    Examples:
      clay-arch recommend --volume 5k --plan growth --infra https
      clay-arch recommend --volume 150k/month --plan pro --infra https,redis --several-sources
      clay-arch recommend --answers answers.yaml --format adr --output docs/adr/0001-variant.md
    """
    answer = answer_to(params)
    print_text(_rendered(answer, form, command_of(answer, params), output), output)
    is_ready = answer.decision.status == "ready" and answer.feasibility.verdict != "infeasible"
    return EXIT_NOT_READY if exit_code and not is_ready else 0


@click.command()
@answer_options
@format_option("text", "json", "markdown")
@output_option
def compare(form: str, output: Path | None, **params: Any) -> None:
    """Set the variants side by side.

    Every question is a flag, an environment variable such as CLAY_ARCH_VOLUME, and a key of the
    answers file. On a terminal, what is missing is asked.

    \b
    Example:
      clay-arch compare --volume 5k --plan growth --infra https
    """
    from clay_arch.decision.compare import compare as compare_variants
    from clay_arch.decision.recommend import recommend as answer_of
    from clay_arch.report import comparison

    matrix, facts = read_tables(params)
    answers = choose_answers(params, matrix)
    compared = compare_variants(matrix, facts, answers)
    answer = answer_of(matrix, facts, answers)
    command = command_of(answer, params, "compare")
    if form == "json":
        document = comparison.comparison_document(
            compared, answer, command=command, tool_version=__version__
        )
        text = as_json(document)
    elif form == "markdown":
        text = comparison.render_comparison_markdown(compared, answer, command=command)
    else:
        text = comparison.render_comparison_text(
            compared, answer, command=command, **screen_of(output)
        )
    print_text(text, output)


def answer_to(params: Mapping[str, Any]) -> Recommendation:
    """The recommendation for what flags, environment, file and wizard answer."""
    from clay_arch.decision.recommend import recommend as answer_of

    matrix, facts = read_tables(params)
    return answer_of(matrix, facts, choose_answers(params, matrix))


def command_of(
    answer: Recommendation, params: Mapping[str, Any], command: str = "recommend"
) -> str:
    """The command that gives the same answer again, as one line for a shell."""
    from shlex import join

    files = {"--matrix": params.get("matrix_file"), "--facts": params.get("facts_file")}
    extra = [word for flag, path in files.items() if path for word in (flag, str(path))]
    return join(["clay-arch", command, *_flags(answer.answers), *extra])


def written_answers(answers: Answers) -> dict[str, str]:
    """The answers as a person writes them, by question; without those that nobody gave."""
    from clay_arch.questions import QUESTIONS, as_text

    infra = ",".join(sorted(answers.infrastructure)) or "none"
    written = {"volume": str(answers.volume), "plan": answers.plan, "infra": infra}
    for asked in QUESTIONS:
        if not asked.is_required and (value := getattr(answers, asked.key)) is not None:
            text = f"{value}s" if asked.key == "max_latency" else as_text(value)
            written[asked.key] = text
    return written


def _flags(answers: Answers) -> list[str]:
    from clay_arch.questions import flag_of

    words = []
    for key, text in written_answers(answers).items():
        flag, takes_text = flag_of(key, text)
        words += [flag, text] if takes_text else [flag]
    return words


def decision_record(
    answer: Recommendation,
    command: str,
    chosen: str | None = None,
    *,
    number: int = 1,
    supersedes: str | None = None,
    changes: Sequence[tuple[str, str, str]] = (),
) -> str:
    """The decision as an architecture decision record of today."""
    from datetime import datetime

    from clay_arch.report.adr import render_adr
    from clay_arch.scaffold import generated_tests

    variant = chosen or answer.decision.variant
    return render_adr(
        answer,
        number=number,
        date=datetime.now().astimezone().date().isoformat(),
        command=command,
        tests=generated_tests(variant),
        chosen=variant,
        supersedes=supersedes,
        changes=changes,
    )


def _rendered(answer: Recommendation, form: str, command: str, output: Path | None) -> str:
    if form == "json":
        from clay_arch.report.document import recommendation_document

        return as_json(recommendation_document(answer, command=command, tool_version=__version__))
    if form == "markdown":
        from clay_arch.report.markdown import render_markdown

        return render_markdown(answer, command=command)
    if form == "adr":
        return decision_record(answer, command)
    from clay_arch.report.text import render_text

    return render_text(answer, command=command, **screen_of(output))
