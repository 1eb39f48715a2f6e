"""`leadflow dead`: deliveries that were given up, or whose answer was lost; and the way back."""

from __future__ import annotations

import json

import click

from leadflow.bootstrap import open_project
from leadflow.domain.delivery import DeliveryState
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.cli_redrive import destination_option, purge, reason_option, redrive
from leadflow.entrypoints.numbers import NUMBER
from leadflow.entrypoints.tables import may_show_facts, moment, print_facts, print_note, print_table
from leadflow.settings import load_settings

__all__ = ["dead"]

EMPTY = "No delivery is dead or unknown."
UNKNOWN_NOTE = """\
unknown: an enrolment whose answer was lost, so the destination may have the lead. Look there first;
`leadflow dead redrive ID --on-unknown=retry` enrols it again."""


@click.group()
def dead() -> None:
    """Deliveries that were given up, or whose answer was lost: look, and try them again.

    \b
    Examples:
      leadflow dead list
      leadflow dead show 17
      leadflow dead redrive --destination crm
    """


@dead.command("list")
@destination_option
@reason_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@format_option
def list_(*, destination: str | None, reason: str | None, limit: int, output_format: str) -> None:
    """List them, the oldest first; `show` has the details. No names, no addresses.

    \b
    Examples:
      leadflow dead list
      leadflow dead list --destination crm --reason 401 --format json
    """
    with open_project(load_settings().database, for_writing=False) as project:
        notes = project.dead.listing(destination=destination, reason=reason, limit=limit)
        counts = project.dead.count(destination=destination, reason=reason)
    if output_format == "json":
        answer = {"counts": counts, "deliveries": [note._asdict() for note in notes]}
        click.echo(json.dumps(answer, indent=2))
        return
    if not notes:
        click.echo(EMPTY)
        return
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
@click.argument("delivery_id", type=NUMBER, metavar="ID")
@click.option("--facts", is_flag=True, help="Print what was to be delivered: it is personal.")
@format_option
def show(*, delivery_id: int, facts: bool, output_format: str) -> None:
    """Show one delivery: what it is, what went wrong, and on a terminal what was to be delivered.

    \b
    Examples:
      leadflow dead show 17
      leadflow dead show 17 --facts --format json
    """
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
