"""`leadflow inbox`: the callbacks that arrived, and the bodies that were not taken."""

from __future__ import annotations

import json
import time

import click

from leadflow.bootstrap import open_beside, open_project
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.cli_quarantine import quarantine
from leadflow.entrypoints.exit_codes import DONE, FOUND
from leadflow.entrypoints.numbers import NUMBER
from leadflow.entrypoints.tables import may_show_facts, moment, print_facts, print_note, print_table
from leadflow.settings import load_settings

__all__ = ["inbox"]

EMPTY = "No callback has arrived."
STATES = ("received", "routed", "superseded", "failed")


@click.group()
def inbox() -> None:
    """The callbacks that arrived: look, route them anew, see what was not taken.

    \b
    Examples:
      leadflow inbox list
      leadflow inbox show 12
      leadflow inbox quarantine
    """


@inbox.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only events in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@format_option
def list_(*, state: str | None, limit: int, output_format: str) -> None:
    """List events, the newest first. No names, no addresses: `show` has the facts.

    \b
    Examples:
      leadflow inbox list
      leadflow inbox list --state received --format json
    """
    with open_project(load_settings().database, for_writing=False) as project:
        notes = project.inbox.listing(state=state, limit=limit)
        counts = project.inbox.count()
    if output_format == "json":
        answer = {"counts": counts, "events": [note._asdict() for note in notes]}
        click.echo(json.dumps(answer, indent=2))
        return
    if notes:
        rows = (
            (
                note.event_id,
                note.lead_id,
                note.state,
                moment(note.issued_at),
                moment(note.received_at),
            )
            for note in notes
        )
        print_table(("event", "lead", "state", "sent to Clay", "received"), rows)
    total = counts.get(state, 0) if state else sum(counts.values())
    if len(notes) < total:
        click.echo(f"... and {total - len(notes):,} more; --limit shows more")
    summary = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    click.echo(f"in all: {summary}" if counts else EMPTY)


@inbox.command()
@click.argument("event_id", type=NUMBER, metavar="ID")
@click.option("--facts", is_flag=True, help="Print the facts: they are personal.")
@format_option
def show(*, event_id: int, facts: bool, output_format: str) -> None:
    """Show one event: what it is, where it went, and on a terminal the facts.

    \b
    Examples:
      leadflow inbox show 12
      leadflow inbox show 12 --facts --format json
    """
    with open_project(load_settings().database, for_writing=False) as project:
        event = project.inbox.show(event_id)
    if event is None:
        raise click.UsageError(f"there is no event {event_id}; `leadflow inbox list` has them")
    note, found = event.note._asdict(), json.loads(event.facts)
    deliveries = [delivery._asdict() for delivery in event.deliveries]
    if output_format == "json":
        shown = {"facts": found} if may_show_facts(is_asked=facts) else {}
        answer = {**note, "digest": event.digest, "deliveries": deliveries, **shown}
        click.echo(json.dumps(answer, indent=2))
        return
    print_note(note)
    for delivery in event.deliveries:
        click.echo(f"delivery {delivery.delivery_id}: {delivery.destination}, {delivery.state}")
    print_facts(found, is_asked=facts)


@inbox.command()
@click.argument("event_ids", type=NUMBER, nargs=-1, required=True, metavar="ID...")
@format_option
@click.pass_context
def retry(context: click.Context, /, *, event_ids: tuple[int, ...], output_format: str) -> None:
    """Route events anew, after routes.yaml was changed. What was delivered is not repeated.

    Exit 1 when some could not be: unknown ones, and those that a newer event superseded.

    \b
    Example:
      leadflow inbox retry 12 13
    """
    asked = list(dict.fromkeys(event_ids))
    with open_beside(load_settings().database) as project:
        count = project.inbox.retry(asked, now=time.time())
    if output_format == "json":
        click.echo(json.dumps({"asked": len(asked), "routed_anew": count}))
    else:
        click.echo(f"{count:,} of {len(asked):,} will be routed anew")
    context.exit(DONE if count == len(asked) else FOUND)


inbox.add_command(quarantine)
