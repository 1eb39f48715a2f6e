"""`leadflow gate`: what stands before Clay, for all workers; seen, shut and opened by a person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import click

from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.gate_view import STATES, GateTerms, as_document
from leadflow.entrypoints.patience import in_time
from leadflow.entrypoints.tables import confirmed, moment, print_note, print_table
from leadflow.use_cases.trust_gate import GateDesk, Witness, init_gate

__all__ = ["GatePlace", "OpenGate", "PersonsDesk", "gate_group"]

Answer = TypeVar("Answer")
INIT_QUESTION = (
    "This puts the ledger's numbers into Redis. A worker that sends just now may make one call "
    "that is not counted. Have all workers ended?"
)


class PersonsDesk(GateDesk, Protocol):
    """What a person may do, beside looking."""

    async def isolate(self, reason: str) -> None:
        """Let nothing through, for every worker, until `close`."""

    async def close(self) -> None:
        """End an isolation and close the breaker, for every worker."""


@dataclass(frozen=True, slots=True)
class GatePlace:
    """The gate of a project, and the ledger that bears witness."""

    desk: PersonsDesk
    witness: Witness
    terms: GateTerms


OpenGate = Callable[[], AbstractAsyncContextManager[GatePlace]]


def gate_group(open_gate: OpenGate) -> click.Group:
    """Build the commands around whoever opens the gate."""

    @click.group("gate")
    def gate() -> None:
        """See, shut and open the gate before Clay, for all workers at once."""

    @gate.command()
    @format_option
    def show(output_format: str) -> None:
        """Show what holds calls back, and what is left of budget and webhooks.

        \b
        Examples:
          leadflow gate show
          leadflow gate show --format json
        """
        document = _at(open_gate, look)
        if output_format == "json":
            click.echo(json.dumps(document, indent=2))
        else:
            _tell(document)

    @gate.command()
    @click.option("--reason", default="", help="Is shown to whoever asks why nothing is sent.")
    def isolate(reason: str) -> None:
        """Let no call through, in no worker, until `leadflow gate close`."""
        _at(open_gate, lambda place: place.desk.isolate(reason))
        click.echo("The gate is shut. Leads wait; `leadflow gate close` lets them through.")

    @gate.command()
    def close() -> None:
        """End an isolation and close the breaker. A pause that Clay asked for stays."""
        _at(open_gate, lambda place: place.desk.close())
        click.echo("The circuit is closed: calls go through, as rate and budget allow.")

    @gate.command()
    @click.option("--yes", is_flag=True, help="Do not ask.")
    def init(*, yes: bool) -> None:
        """Put the ledger's numbers into Redis, after it was flushed or restored."""
        confirmed(INIT_QUESTION, is_confirmed=yes)
        total = _at(open_gate, put_numbers)
        click.echo(f"Redis counts {total} again, as the ledger does, or more where it knew more.")

    return gate


async def look(place: GatePlace) -> dict[str, Any]:
    mark = await place.witness.epoch()
    return as_document(await place.desk.held(), place.terms, mark=mark)


async def put_numbers(place: GatePlace) -> str:
    standing = await init_gate(place.desk, place.witness)
    submissions = sum(standing.webhooks.values())
    return f"{standing.total.credits / 1_000:,g} credits and {submissions:,} submissions"


def _at(open_gate: OpenGate, act: Callable[[GatePlace], Awaitable[Answer]]) -> Answer:
    async def acted() -> Answer:
        async with open_gate() as place:
            return await in_time(act(place))

    return asyncio.run(acted())


def _tell(document: dict[str, Any]) -> None:
    state = document["state"]
    note = {
        "gate": f"{state}: {STATES[state]}",
        "reason": document["reason"],
        "breaker": document["breaker"],
        "failures in a row": document["failures_in_a_row"],
    }
    print_note(note)
    for name in ("open_until", "paused_until"):
        if document[name]:
            click.echo(f"{name.replace('_', ' ')}: {moment(document[name])}")
    for lines in filter(None, (document["budget"], document["webhooks"])):
        click.echo()
        columns = [column for column in lines[0] if column != "is_full"]
        print_table(columns, ([_cell(line, column) for column in columns] for line in lines))


def _cell(line: dict[str, Any], column: str) -> str:
    if column == "left" and line.get("is_full"):
        return "0 (Clay says it is full)"
    value = line[column]
    if value is None:
        return "none"
    return f"{value:,g}" if isinstance(value, int | float) else str(value)
