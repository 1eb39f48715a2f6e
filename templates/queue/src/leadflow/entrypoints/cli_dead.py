"""`leadflow dead`: jobs and deliveries that were given up, or whose answer was lost; and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import click

from leadflow.bootstrap import DeadNote, Project, open_project
from leadflow.domain.delivery import DeliveryState
from leadflow.entrypoints.cli_dead_jobs import DeadId, jobs_as_json, print_job, print_jobs
from leadflow.entrypoints.cli_dead_purge import purge
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.cli_redrive import destination_option, reason_option, redrive
from leadflow.entrypoints.dead_jobs_desk import JobListing
from leadflow.entrypoints.tables import may_show_facts, moment, print_facts, print_note, print_table
from leadflow.settings import load_settings

__all__ = ["dead"]

EMPTY = "No delivery is dead or unknown."
UNKNOWN_NOTE = """\
unknown: an enrolment whose answer was lost, so the destination may have the lead. Look there first;
`leadflow dead redrive ID --on-unknown=retry` enrols it again."""


@click.group()
def dead() -> None:
    """Jobs and deliveries that were given up, or whose answer was lost: look, and try them again.

    A job is a lead on its way to Clay, named by its lead; a delivery is an enrichment on its way
    to a destination, named by its number.

    \b
    Examples:
      leadflow dead list
      leadflow dead show 17
      leadflow dead redrive --jobs
      leadflow dead redrive --destination crm
    """


@dead.command("list")
@destination_option
@reason_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@format_option
def list_(*, destination: str | None, reason: str | None, limit: int, output_format: str) -> None:
    """List them, the oldest first; `show` has the details. No names, no addresses.

    With --destination deliveries only.

    \b
    Examples:
      leadflow dead list
      leadflow dead list --destination crm --reason 401 --format json
    """
    with open_project(load_settings().database, for_writing=False) as project:
        notes = project.dead.listing(destination=destination, reason=reason, limit=limit)
        counts = project.dead.count(destination=destination, reason=reason)
        jobs = JobListing((), 0) if destination else _jobs(project, reason=reason, limit=limit)
    if output_format == "json":
        answer = {"counts": counts, "deliveries": [note._asdict() for note in notes]}
        click.echo(json.dumps({**answer, **jobs_as_json(jobs)}, indent=2))
        return
    if not notes and not jobs.jobs:
        click.echo(EMPTY)
    if notes:
        _print_deliveries(notes, counts)
    if notes and jobs.jobs:
        click.echo()
    print_jobs(jobs)


def _jobs(project: Project, *, reason: str | None, limit: int) -> JobListing:
    found = project.dead_jobs.listing(name=None, reason=reason, limit=limit)
    return JobListing(found, project.dead_jobs.count(name=None, reason=reason))


def _print_deliveries(notes: Sequence[DeadNote], counts: Mapping[str, int]) -> None:
    print_table(
        ("delivery", "lead", "destination", "state", "tries", "since", "reason"),
        (
            (
                note.delivery_id,
                note.lead_id,
                note.destination,
                note.state,
                note.attempts,
                moment(note.changed_at),
                note.reason,
            )
            for note in notes
        ),
    )
    if len(notes) < sum(counts.values()):
        click.echo(f"... and {sum(counts.values()) - len(notes):,} more; --limit shows more")
    if counts.get(DeliveryState.UNKNOWN):
        click.echo(UNKNOWN_NOTE)


@dead.command()
@click.argument("dead_id", type=DeadId(), metavar="ID")
@click.option("--facts", is_flag=True, help="Print what was to be delivered: it is personal.")
@format_option
def show(*, dead_id: int | str, facts: bool, output_format: str) -> None:
    """Show one job or delivery: what it is, and what went wrong.

    Of a delivery, on a terminal, also what was to be delivered.

    \b
    Examples:
      leadflow dead show 17
      leadflow dead show lead-0123456789abcdef0123456789abcdef
      leadflow dead show 17 --facts --format json
    """
    if isinstance(dead_id, str):
        _show_job(dead_id, output_format)
    else:
        _show_delivery(dead_id, facts=facts, output_format=output_format)


def _show_job(lead_id: str, output_format: str) -> None:
    with open_project(load_settings().database, for_writing=False) as project:
        job = project.dead_jobs.show(lead_id)
    if job is None:
        raise click.UsageError(f"no job of {lead_id} was dead; `leadflow dead list` has them")
    if output_format == "json":
        click.echo(json.dumps(job._asdict(), indent=2))
    else:
        print_job(job)


def _show_delivery(delivery_id: int, *, facts: bool, output_format: str) -> None:
    with open_project(load_settings().database, for_writing=False) as project:
        letter = project.dead.show(delivery_id)
    if letter is None:
        raise click.UsageError(f"there is no delivery {delivery_id}; `leadflow dead list` has them")
    note = letter.note._asdict()
    if output_format == "json":
        shown = {"fields": dict(letter.fields)} if may_show_facts(is_asked=facts) else {}
        click.echo(json.dumps({**note, "event_id": letter.event_id, **shown}, indent=2))
        return
    print_note(note)
    click.echo(f"event: {letter.event_id} (`leadflow inbox show {letter.event_id}`)")
    print_facts(letter.fields, is_asked=facts)


dead.add_command(redrive)
dead.add_command(purge)
