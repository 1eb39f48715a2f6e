"""The command line: parse, call, print. Everything heavy is imported inside the command.

Exit codes: 0 answer given; 1 a check found something; 2 bad input or usage; 3 with --exit-code,
blocked or infeasible; 4 target not empty or not usable; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from clay_arch import __version__
from clay_arch.errors import CheckFailed, ClayArchError, InputError
from clay_arch.options import (
    answer_options,
    choose_answers,
    facts_option,
    format_option,
    matrix_option,
    output_option,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.recommend import Recommendation

__all__ = ["cli", "main"]

EXIT_NOT_READY, EXIT_INTERRUPTED = 3, 130
WIDEST = 100


def main() -> NoReturn:
    """Run the command line and exit. Every expected error is one line on standard error."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = error.exit_code
    except click.ClickException as error:
        code = _complain(error.format_message(), error.exit_code)
    except ClayArchError as error:
        code = _complain(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = _complain("interrupted; nothing was written", EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader has gone. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _complain(message: str, code: int) -> int:
    click.echo(f"Error: {message}", err=True)
    return code


def _print_versions(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click calls it so
    if wanted:
        matrix, facts = _tables({})
        click.echo(f"clay-arch {__version__}, matrix {matrix.version}, facts {facts.version}")
        ctx.exit()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
    no_args_is_help=True,
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_versions,
    help="Print the versions of tool, matrix and facts.",
)
def cli() -> None:
    """Recommend, prove and scaffold the architecture of a Clay integration.

    \b
    Start here:
      clay-arch recommend
      clay-arch recommend --volume 5k --plan growth --infra https
      clay-arch new acme-leads --variant direct
    """


# The decision


@cli.command()
@answer_options
@format_option("text", "json", "markdown", "adr")
@output_option
@click.option("--exit-code", is_flag=True, help="Exit 3 when the answer is blocked or infeasible.")
def recommend(form: str, output: Path | None, exit_code: bool, **params: Any) -> int:  # noqa: FBT001 - click passes flags by name
    """Recommend an architecture, prove it, and say what breaks first.

    Every question is a flag, an environment variable such as CLAY_ARCH_VOLUME, and a key of the
    answers file. On a terminal, what is missing is asked.

    \b
    Examples:
      clay-arch recommend --volume 5k --plan growth --infra https
      clay-arch recommend --volume 150k/month --plan pro --infra https,redis --several-sources
      clay-arch recommend --answers answers.yaml --format adr --output docs/adr/0001-variant.md
    """
    answer = _recommendation(params)
    _print(_rendered(answer, form, _command_line(answer, params), is_file=bool(output)), output)
    is_ready = answer.decision.status == "ready" and answer.feasibility.verdict != "infeasible"
    return EXIT_NOT_READY if exit_code and not is_ready else 0


def _recommendation(params: Mapping[str, Any]) -> Recommendation:
    from clay_arch.decision.recommend import recommend as answer

    matrix, facts = _tables(params)
    return answer(matrix, facts, choose_answers(params, matrix))


def _command_line(answer: Recommendation, params: Mapping[str, Any]) -> str:
    from clay_arch.questions import command_line, quoted

    files = {"--matrix": params.get("matrix_file"), "--facts": params.get("facts_file")}
    extra = [word for flag, path in files.items() if path for word in (flag, str(path))]
    return quoted([*command_line(answer.answers), *extra])


def _rendered(answer: Recommendation, form: str, command: str, *, is_file: bool) -> str:
    if form == "json":
        from clay_arch.report.document import recommendation_document

        return _json(recommendation_document(answer, command=command, tool_version=__version__))
    if form == "markdown":
        from clay_arch.report.markdown import render_markdown

        return render_markdown(answer, command=command)
    if form == "adr":
        return _decision_record(answer, command)
    from clay_arch.report.text import render_text

    return render_text(answer, command=command, **_screen(is_file=is_file))


def _decision_record(answer: Recommendation, command: str, chosen: str | None = None) -> str:
    from datetime import datetime

    from clay_arch.report.adr import render_adr
    from clay_arch.scaffold import generated_tests

    return render_adr(
        answer,
        number=1,
        date=datetime.now().astimezone().date().isoformat(),
        command=command,
        tests=generated_tests(answer.decision.variant),
    )


# What all commands share


def _tables(params: Mapping[str, Any]) -> tuple[Matrix, Facts]:
    from clay_arch.load import load_facts, load_matrix

    matrix = load_matrix(params.get("matrix_file"))
    return matrix, load_facts(matrix, params.get("facts_file"))


def _json(document: object) -> str:
    import json

    return json.dumps(document, indent=2, ensure_ascii=False)


def _screen(*, is_file: bool) -> dict[str, Any]:
    """How wide standard output is, and whether it takes colour."""
    is_terminal = not is_file and sys.stdout.isatty()
    if not is_terminal:
        return {"width": WIDEST, "colour": False}
    width = min(WIDEST, os.get_terminal_size(sys.stdout.fileno()).columns)
    return {"width": width, "colour": not os.environ.get("NO_COLOR")}


def _print(text: str, output: Path | None) -> None:
    """To standard output, or whole or not at all to a file."""
    if output is None:
        click.echo(text.rstrip("\n"))
        return
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"--output: cannot write {output}: {error.strerror}") from error
    click.echo(f"wrote {output}", err=True)


# The project


@cli.command()
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--variant", metavar="VARIANT", help="Scaffold this one, whatever the answers say.")
@click.option("--name", metavar="NAME", help="The project's name. Default: that of DEST.")
@click.option("--description", metavar="TEXT", help="One line for the project's metadata.")
@click.option("--dry-run", is_flag=True, help="List the files and write nothing.")
@answer_options
def new(
    dest: Path,
    variant: str | None,
    name: str | None,
    description: str | None,
    dry_run: bool,  # noqa: FBT001 - click passes flags by name
    **params: Any,
) -> None:
    """Scaffold a running project into the new or empty folder DEST.

    The variant is named, or taken from a recommendation; then the project also holds the decision
    record with the answers in it.

    \b
    Examples:
      clay-arch new acme-leads --variant direct
      clay-arch new acme-leads --volume 900/month --plan growth --infra none
      clay-arch new acme-leads --answers answers.yaml --dry-run
    """
    from clay_arch.scaffold import Project, list_files, scaffold

    answer = _recommendation(params) if _has_answers(params) or not variant else None
    chosen = variant or _runnable(answer)
    project = Project(
        variant=chosen,
        name=name or dest.resolve().name,
        transport=answer.decision.today.transport if answer else "webhook",
        **({"description": description} if description is not None else {}),
    )
    extra = _record_file(answer, chosen, params) if answer else {}
    if dry_run:
        click.echo("\n".join(list_files(project, extra)))
        return
    written = scaffold(project, dest, extra)
    click.echo(_next_steps(dest, chosen, len(written), has_record=bool(extra)))


def _has_answers(params: Mapping[str, Any]) -> bool:
    return any(value not in {None, ()} for value in params.values())


def _runnable(answer: Recommendation | None) -> str:
    """The recommended variant, once nothing blocks it. Raises `InputError` otherwise."""
    if answer is None or answer.decision.status == "ready":
        return answer.decision.variant if answer else ""
    decision = answer.decision
    lacking = ", ".join(blocker.need for blocker in decision.blockers)
    raise InputError(
        f"{decision.variant} fits but lacks {lacking}; add --variant {decision.today.variant}"
        f" for what can run today, or --variant {decision.variant} to prepare for it"
    )


def _record_file(answer: Recommendation, chosen: str, params: Mapping[str, Any]) -> dict[str, str]:
    record = _decision_record(answer, _command_line(answer, params), chosen=chosen)
    return {f"docs/adr/0001-clay-integration-{chosen}.md": record}


def _next_steps(dest: Path, variant: str, files: int, *, has_record: bool) -> str:
    record = (
        "docs/adr/ says why it is this variant"
        if has_record
        else ("recommend --format adr --output writes the decision record that is missing yet")
    )
    return "\n".join(
        [
            f"{variant}: {files} files in {dest}",
            "",
            f"  cd {dest}",
            "  make demo                  200 leads through a local Clay, no account needed",
            "  make test                  the project's own tests",
            "  cp .env.example .env       then fill in your webhook URL",
            "",
            f"README.md shows the rest; {record}.",
        ]
    )


@cli.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
@click.pass_context
def sandbox(ctx: click.Context) -> int:
    """Run a local Clay: webhook source, enrichment, callbacks, credits, limits, faults."""
    try:
        from clay_arch.sandbox.command import command
    except ModuleNotFoundError as error:
        raise InputError(
            f"the sandbox needs {error.name}; run: pip install 'clay-arch[sandbox]'"
        ) from error
    code: int = command.main(ctx.args, prog_name="clay-arch sandbox", standalone_mode=False)
    return code
