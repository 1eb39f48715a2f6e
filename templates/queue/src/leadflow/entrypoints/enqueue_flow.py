"""What `leadflow enqueue` does, step by step: take in, put back, answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from leadflow.bootstrap import Rules, open_csv, open_report
from leadflow.bootstrap_intake import Enqueuing, open_enqueuing, read_through
from leadflow.domain.columns import match_columns
from leadflow.domain.intake import IntakeCount
from leadflow.domain.ledger import State
from leadflow.entrypoints import exit_codes
from leadflow.entrypoints.enqueue_answer import EnqueueAnswer, print_enqueued
from leadflow.entrypoints.runs import FileFormat, TakenIn
from leadflow.entrypoints.send_answer import print_taken
from leadflow.entrypoints.terminal import can_draw
from leadflow.settings import Settings
from leadflow.use_cases.accept_leads import Intake, NumberedRow, accept_leads

__all__ = ["EnqueueOptions", "enqueue_file"]

EVERY_ROWS = 5_000  # of which progress is told


@dataclass(frozen=True, slots=True)
class EnqueueOptions:
    """The command line of one `leadflow enqueue`."""

    leads: Path | None
    is_rehearsal: bool
    with_failed: bool
    with_unknown: bool
    file_format: FileFormat
    output_format: str

    @property
    def states(self) -> tuple[State, ...]:
        """Which leads are put in once more: those asked for, or else those that still wait."""
        failed = (State.FAILED,) if self.with_failed else ()
        unknown = (State.UNKNOWN,) if self.with_unknown else ()
        waiting = (State.WAITING,) if self.leads is None else ()
        return (*failed, *unknown) or waiting


def enqueue_file(options: EnqueueOptions, settings: Settings, rules: Rules) -> int:
    """Do what the options say; return the exit code."""
    is_real = not options.is_rehearsal
    with open_enqueuing(settings.database, for_writing=is_real) as enqueuing:
        answer = EnqueueAnswer(None)
        if options.leads:
            answer = _take_in(options.leads, options, settings, rules, enqueuing)
        if is_real:
            answer = _put_back(options, answer, enqueuing)
    if answer.taken:
        print_taken(answer.taken)
    print_enqueued(answer, settings, options.output_format)
    return exit_codes.DONE


def _put_back(
    options: EnqueueOptions, answer: EnqueueAnswer, enqueuing: Enqueuing
) -> EnqueueAnswer:
    again = {state: enqueuing.ask_again([state], now=time.time()) for state in options.states}
    waiting, _ = enqueuing.outbox.depth()
    return replace(answer, again=again, outbox=waiting, account=enqueuing.account.account())


def _take_in(
    path: Path, options: EnqueueOptions, settings: Settings, rules: Rules, enqueuing: Enqueuing
) -> EnqueueAnswer:
    shape = options.file_format
    with open_csv(path, encoding=shape.encoding, delimiter=shape.delimiter) as file:
        if not file.header:
            return EnqueueAnswer(TakenIn(IntakeCount()))
        columns = match_columns(file.header, rules.columns)
        report_path = settings.results / f"{path.stem}.rejected.csv"
        # The report is on the disk before the reading counts as done; if not, it is done again.
        with (
            _intake(path, options, enqueuing) as (intake, earlier),
            open_report(report_path) as report,
        ):
            rows = _told(columns.pick_all(file))
            accepting = accept_leads(rows, rules=rules.leads, intake=intake, report=report)
            count = asyncio.run(accepting)
    report_at = report_path if report.lines else None
    return EnqueueAnswer(TakenIn(count, columns.unsent, report_at), earlier)


@contextmanager
def _intake(
    path: Path, options: EnqueueOptions, enqueuing: Enqueuing
) -> Iterator[tuple[Intake, int]]:
    """Where the leads go, and how many of them an earlier run has put there."""
    if options.is_rehearsal:
        with enqueuing.rehearsal() as rehearsal:
            yield rehearsal, 0
        return
    shape = options.file_format
    digest = read_through(path, encoding=shape.encoding, delimiter=shape.delimiter)
    with enqueuing.intake(path.name, digest=digest, now=time.time()) as intake:
        yield intake, intake.taken


def _told(rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
    """Let rows through, and tell a person at a terminal how many that were."""
    is_drawn, number = can_draw(), 0
    for number, row in enumerate(rows, 1):
        yield row
        if is_drawn and number % EVERY_ROWS == 0:
            click.echo(f"\r\x1b[K{number:,} rows read", nl=False, err=True)
    if is_drawn:
        click.echo(f"\r\x1b[K{number:,} rows read", err=True)
