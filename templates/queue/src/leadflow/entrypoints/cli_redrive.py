"""`leadflow dead redrive`: what was given up is tried again."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import click

from leadflow.bootstrap import Project, open_beside
from leadflow.domain.delivery import DeliveryState
from leadflow.entrypoints.cli_dead_jobs import DeadId
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.cli_redrive_jobs import redrive_dead_jobs
from leadflow.entrypoints.exit_codes import DONE, FOUND
from leadflow.entrypoints.tables import confirmed
from leadflow.settings import load_settings

__all__ = ["destination_option", "reason_option", "redrive"]

destination_option = click.option("--destination", metavar="NAME", help="Only of this destination.")
reason_option = click.option("--reason", metavar="TEXT", help="Only where the reason holds TEXT.")
WHICH = (
    "say which: an ID (`leadflow dead list`), --destination NAME, --reason TEXT, --all or --jobs"
)
NOT_BOTH = "name deliveries by ID, or choose them by --all, --destination or --reason; not both"
BY_ID_ONLY = "--on-unknown=retry risks a second enrolment: name each delivery by its ID"


@click.command()
@click.argument("ids", type=DeadId(), nargs=-1, metavar="[ID]...")
@click.option("--all", "is_all", is_flag=True, help="Every dead delivery.")
@click.option("--jobs", "is_jobs", is_flag=True, help="Every dead job (10,000 at most at once).")
@destination_option
@reason_option
@click.option(
    "--on-unknown",
    type=click.Choice(["keep", "retry"]),
    default="keep",
    show_default=True,
    help="What is named by ID and whose answer was lost: leave it, or risk a second one.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
@click.pass_context
def redrive(
    context: click.Context,
    /,
    *,
    ids: tuple[int | str, ...],
    is_all: bool,
    is_jobs: bool,
    destination: str | None,
    reason: str | None,
    on_unknown: str,
    yes: bool,
    output_format: str,
) -> None:
    """Try again what is named by ID, the deliveries of a destination, or all that is dead.

    `leadflow work` does it, at the usual pace, within the budget, and under the same identity:
    redriving twice delivers once. Exit 1 when some that you named were left alone.

    \b
    Examples:
      leadflow dead redrive 17 18
      leadflow dead redrive lead-0123456789abcdef0123456789abcdef
      leadflow dead redrive --jobs
      leadflow dead redrive --destination crm --yes
      leadflow dead redrive 21 --on-unknown=retry
    """
    is_choice = is_all or is_jobs or bool(destination or reason)
    _check(ids, is_choice=is_choice, on_unknown=on_unknown)
    if is_jobs or any(isinstance(each, str) for each in ids):
        context.exit(
            redrive_dead_jobs(ids, on_unknown=on_unknown, yes=yes, output_format=output_format)
        )
    numbers = [each for each in ids if isinstance(each, int)]
    left: dict[int, str] = {}
    with open_beside(load_settings().database) as project:
        if ids:
            left = _left_alone(project, numbers, with_unknown=on_unknown == "retry")
            chosen = [number for number in dict.fromkeys(numbers) if number not in left]
            _ask(len(chosen), is_confirmed=yes)
            count = project.dead.redrive(chosen, now=time.time())
        else:
            counts = project.dead.count(destination=destination, reason=reason)
            _ask(counts.get(DeliveryState.DEAD, 0), is_confirmed=yes)
            count = project.dead.redrive_all(
                destination=destination, reason=reason, now=time.time()
            )
    _answer(count, left, output_format)
    context.exit(FOUND if left else DONE)


def _check(ids: Sequence[int | str], *, is_choice: bool, on_unknown: str) -> None:
    if ids and is_choice:
        raise click.UsageError(NOT_BOTH)
    if not ids and not is_choice:
        raise click.UsageError(WHICH)
    if on_unknown == "retry" and not ids:
        raise click.UsageError(BY_ID_ONLY)


def _left_alone(project: Project, ids: Sequence[int], *, with_unknown: bool) -> dict[int, str]:
    """Say of each named delivery that is not to be tried again why."""
    left = {}
    for number in ids:
        letter = project.dead.show(number)
        state = letter.note.state if letter else None
        if state == DeliveryState.UNKNOWN and not with_unknown:
            left[number] = "unknown: it may be enrolled already; --on-unknown=retry enrols it again"
        elif state not in {DeliveryState.DEAD, DeliveryState.UNKNOWN}:
            left[number] = f"{state}: there is nothing to try again" if state else "not known"
    return left


def _ask(count: int, *, is_confirmed: bool) -> None:
    if count:
        confirmed(f"Deliver {count:,} again?", is_confirmed=is_confirmed)


def _answer(count: int, left: dict[int, str], output_format: str) -> None:
    if output_format == "json":
        click.echo(json.dumps({"redriven": count, "left": left}))
        return
    click.echo(f"{count:,} will be delivered again")
    for number, why in left.items():
        click.echo(f"delivery {number} was left alone: {why}", err=True)
