"""`update`: a living project comes to the templates of the installed version, edits and all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clay_arch import __version__
from clay_arch.commands.migrate import (
    EXIT_CONFLICTS,
    known_variant,
    print_outcome,
    warn_of_undo,
)
from clay_arch.commands.printing import as_json, print_text
from clay_arch.errors import InputError, TargetError
from clay_arch.options import answer_options, format_option, project_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from clay_arch.migration.outcome import Outcome
    from clay_arch.migration.project import Recorded

__all__ = ["update"]

EXIT_UPDATE_EXISTS = 1


@click.command()
@project_option
@click.option("--variant", metavar="VARIANT", help="Change to this variant in the same step.")
@click.option("--check", is_flag=True, help="Only say whether an update exists: then exit 1.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and touch nothing.")
@format_option("text", "json")
@answer_options
def update(
    project: Path, variant: str | None, form: str, *, check: bool, dry_run: bool, **params: Any
) -> int:
    """Bring a project to the installed version.

    What changed in the templates since the version that .clay-arch.yml names is merged with your
    edits, as clay-arch migrate does it: nothing of yours is lost, one command takes everything
    back, and the exit code is 1 where you and the templates changed the same place.

    The flags that answer questions go with --variant, for the new decision record.

    \b
    Examples:
      clay-arch update --check
      clay-arch update --dry-run
      clay-arch update --variant queue --volume 20k --infra https,redis
    """
    from clay_arch.history import refuse_newer

    _check_flags(variant, params, check=check)
    recorded = _read_recorded(project)
    refuse_newer(recorded.version)
    if check:
        return _say_whether_it_exists(recorded, form)
    end = recorded.variant if variant is None else known_variant("--variant", variant)
    outcome = _changed(project, end, params, recorded, dry_run=dry_run)
    if form == "text" and not outcome.is_change:
        return _say_whether_it_exists(recorded, form)
    print_outcome(outcome, form)
    return EXIT_CONFLICTS if outcome.conflicts else 0


def _changed(
    project: Path, variant: str, params: Mapping[str, Any], recorded: Recorded, *, dry_run: bool
) -> Outcome:
    from clay_arch.commands.record import Next, next_record
    from clay_arch.history import template_tree
    from clay_arch.migration.climb import Templates, climb, look
    from clay_arch.migration.outcome import Outcome, Rung
    from clay_arch.scaffold import template_of

    end = Rung(variant, __version__)
    if end == (recorded.variant, recorded.version):  # nothing to look for, in whatever state it is
        return Outcome(end, end, is_dry_run=dry_run)
    with template_tree(recorded.version, recorded.variant) as base:
        start = look(project.absolute())
        is_same = variant == recorded.variant
        new = Next({}, {}) if is_same else next_record(start, params, variant)
        return climb(
            start,
            Templates(base, template_of(variant), end),
            records=new.files,
            answers=new.answers,
            is_dry_run=dry_run,
            warn=warn_of_undo,
        )


def _check_flags(variant: str | None, params: Mapping[str, Any], *, check: bool) -> None:
    if check and variant is not None:
        raise InputError("--check asks about the version only; leave --variant out")
    if variant is None and any(given not in {None, ()} for given in params.values()):
        raise InputError(
            "answers change nothing in an update; leave them out, or name the variant that they"
            " lead to with --variant"
        )


def _read_recorded(project: Path) -> Recorded:
    """What the project's file says as it lies there; an answer needs no git."""
    from clay_arch.migration.project import ANSWERS_FILE, parse_recorded

    try:
        content = (project / ANSWERS_FILE).read_bytes()
    except OSError as error:
        raise TargetError(
            f"{project / ANSWERS_FILE} cannot be read: {error.strerror}; name a project of"
            " `clay-arch new` with --project, or restore the file from git"
        ) from error
    return parse_recorded(ANSWERS_FILE, content)


def _say_whether_it_exists(recorded: Recorded, form: str) -> int:
    exists = recorded.version != __version__
    if form == "json":
        print_text(as_json(_document(recorded, exists=exists)))
    else:
        versions = f"project {recorded.version}, clay-arch {__version__}"
        what = "an update exists; clay-arch update --dry-run shows it" if exists else "up to date"
        print_text(f"{versions}: {what}")
    return EXIT_UPDATE_EXISTS if exists else 0


def _document(recorded: Recorded, *, exists: bool) -> dict[str, Any]:
    """The answer as its schema `update` has it."""
    return {
        "schema": "update/1",
        "tool_version": __version__,
        "variant": recorded.variant,
        "project_version": recorded.version,
        "update_exists": exists,
    }
