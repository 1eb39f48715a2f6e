"""`leadflow dead redrive` and `dead purge`: what becomes of what was given up."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import click

from leadflow.bootstrap import Project, open_beside, open_project
from leadflow.domain.dead_job import Redrive
from leadflow.domain.delivery import DeliveryState
from leadflow.entrypoints.cli_dead_jobs import DeadId, print_redriven
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.dead_jobs_desk import purge_dead_jobs, redrive_jobs
from leadflow.entrypoints.exit_codes import DONE, FOUND
from leadflow.entrypoints.numbers import FiniteRange
from leadflow.entrypoints.queue_desks import open_dead_desk
from leadflow.entrypoints.tables import confirmed
from leadflow.settings import load_settings

__all__ = ["destination_option", "purge", "reason_option", "redrive"]

DAY = 86_400
destination_option = click.option("--destination", metavar="NAME", help="Only of this destination.")
reason_option = click.option("--reason", metavar="TEXT", help="Only where the reason holds TEXT.")
WHICH = (
    "say which: an ID (`leadflow dead list`), --destination NAME, --reason TEXT, --all or --jobs"
)
MIXED = "name jobs or deliveries, not both at once"
MOST_AT_ONCE = 10_000
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
            _redrive_jobs(ids, on_unknown=on_unknown, yes=yes, output_format=output_format)
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


@click.command()
@click.option(
    "--older-than",
    type=FiniteRange(0, 3_650),
    metavar="DAYS",
    help="Only what has been dead for so many days.  [DEAD_RETENTION_DAYS]",
)
@destination_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
def purge(
    *, older_than: float | None, destination: str | None, yes: bool, output_format: str
) -> None:
    """Empty what dead deliveries hold about people, so that they cannot be tried again.

    The account still counts them. What another delivery of the lead still needs is kept. Dead jobs
    leave the queue, unless --destination chooses; they hold nothing personal.

    \b
    Examples:
      leadflow dead purge
      leadflow dead purge --older-than 7 --destination nurture --yes
    """
    settings = load_settings()
    days = settings.dead_days if older_than is None else older_than
    confirmed(f"Empty what has been dead for {days:g} days?", is_confirmed=yes)
    with open_beside(settings.database) as project:
        before = time.time() - days * DAY
        count = project.dead.purge(before=before, destination=destination)
        has_jobs = not destination and bool(project.dead_jobs.older(before=before, limit=1))
    jobs = purge_dead_jobs(open_dead_desk, before=before) if has_jobs else 0
    if output_format == "json":
        click.echo(json.dumps({"purged": count, "jobs": jobs}))
    else:
        click.echo(f"{count:,} emptied" + (f"; {jobs:,} jobs forgotten" if jobs else ""))


def _redrive_jobs(
    ids: Sequence[int | str], *, on_unknown: str, yes: bool, output_format: str
) -> int:
    """Redrive those that are named, or all that are dead; return the exit code."""
    lead_ids = [each for each in ids if isinstance(each, str)]
    if len(lead_ids) < len(ids):
        raise click.UsageError(MIXED)
    if not ids:
        with open_project(load_settings().database, for_writing=False) as project:
            dead = project.dead_jobs.listing(name=None, reason=None, limit=MOST_AT_ONCE)
        lead_ids = [job.lead_id for job in dead]
    if lead_ids:
        confirmed(f"Send {len(lead_ids):,} again?", is_confirmed=yes)
    redriven = redrive_jobs(open_dead_desk, lead_ids, may_repeat=on_unknown == "retry")
    left = {lead_id: what for lead_id, what in redriven.items() if what is not Redrive.BACK}
    if output_format == "json":
        click.echo(json.dumps({"redriven": len(redriven) - len(left), "left": left}))
    else:
        print_redriven(redriven)
    return FOUND if left else DONE


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
