"""`migrate`: a living project of one variant becomes one of another, edits and all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clay_arch import __version__
from clay_arch.commands.printing import as_json, print_text, screen_of
from clay_arch.errors import InputError
from clay_arch.options import answer_options, format_option, project_option

if TYPE_CHECKING:
    from pathlib import Path

    from clay_arch.migration.climb import Start
    from clay_arch.migration.outcome import Outcome

__all__ = ["known_variant", "migrate", "print_outcome", "warn_of_undo"]

EXIT_CONFLICTS = 1


@click.command()
@click.argument("variant")
@project_option
@click.option("--dry-run", is_flag=True, help="Say what would happen, and touch nothing.")
@format_option("text", "json")
@answer_options
def migrate(variant: str, project: Path, form: str, *, dry_run: bool, **params: Any) -> int:
    """Change a project to another variant.

    VARIANT is direct, standard or queue; up and down both work.

    Your edits are merged with the new files, in the project's own git: nothing of yours is lost,
    and one command takes everything back. Where you and the template changed the same place, the
    file is left unmerged, as after any merge of git's, and the exit code is 1. The ledger goes
    with the project.

    The answers in docs/adr/answers.yaml hold unless a flag says otherwise; a new decision record
    supersedes the one before.

    \b
    Examples:
      clay-arch migrate standard --dry-run
      clay-arch migrate queue --volume 20k --infra https,redis
      clay-arch migrate direct --project ../acme-leads
    """
    from clay_arch.commands.record import Next, next_record
    from clay_arch.migration.climb import Templates, climb, look
    from clay_arch.migration.outcome import Rung
    from clay_arch.scaffold import template_of

    variant = known_variant("VARIANT", variant)
    start = look(project.absolute())
    _check_version(start, variant)
    is_same = variant == start.recorded.variant
    new = Next({}, {}) if is_same else next_record(start, params, variant)
    outcome = climb(
        start,
        Templates(
            template_of(start.recorded.variant), template_of(variant), Rung(variant, __version__)
        ),
        records=new.files,
        answers=new.answers,
        is_dry_run=dry_run,
        warn=warn_of_undo,
    )
    print_outcome(outcome, form)
    return EXIT_CONFLICTS if outcome.conflicts else 0


def warn_of_undo(undo: str) -> None:
    """Say how everything is taken back, before anything is touched."""
    click.echo(f"To take everything back: {undo}", err=True)


def print_outcome(outcome: Outcome, form: str) -> None:
    """What happened, for a person or a program."""
    from clay_arch.report.climbed import climbed_document, render_climbed_text

    if form == "json":
        print_text(as_json(climbed_document(outcome, tool_version=__version__)))
    else:
        print_text(render_climbed_text(outcome, **screen_of()))


def known_variant(name: str, variant: str) -> str:
    """A variant that there is a template for. Raises `InputError`, which begins with `name`."""
    from clay_arch.scaffold import variants
    from clay_arch.written import one_of

    try:
        return one_of(*variants())(variant)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _check_version(start: Start, variant: str) -> None:
    from clay_arch.history import refuse_newer

    version = start.recorded.version
    refuse_newer(version)
    if version != __version__:
        raise InputError(
            f"the project was made by clay-arch {version}, and this is {__version__};"
            f" clay-arch update --variant {variant} changes both in one step"
        )
