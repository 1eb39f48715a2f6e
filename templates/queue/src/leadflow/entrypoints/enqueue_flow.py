"""What `leadflow enqueue` does, step by step: take in, put back, answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from leadflow.bootstrap import Rules, open_csv, open_report
from leadflow.bootstrap_intake import Enqueuing, open_enqueuing
from leadflow.domain.columns import match_columns
from leadflow.domain.intake import IntakeCount
from leadflow.domain.ledger import Account, State
from leadflow.entrypoints import exit_codes
from leadflow.entrypoints.runs import FileFormat, TakenIn
from leadflow.entrypoints.send_answer import SendAnswer, print_answer, print_taken
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


@dataclass(frozen=True, slots=True)
class EnqueueAnswer:
    """What one command did; `account` is None when it was only a rehearsal."""

    taken: TakenIn | None
    again: dict[State, int]
    outbox: int = 0
    account: Account | None = None

    @property
    def queued(self) -> int:
        return (self.taken.count.new if self.taken else 0) + sum(self.again.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "file": SendAnswer(self.taken, 0).as_json()["file"],
            "queued": self.queued if self.account else 0,
            "again": {str(state): count for state, count in self.again.items()},
            "outbox": self.outbox,
            "account": asdict(self.account) if self.account else None,
        }


def enqueue_file(options: EnqueueOptions, settings: Settings, rules: Rules) -> int:
    """Do what the options say; return the exit code."""
    is_real = not options.is_rehearsal
    with open_enqueuing(settings.database, for_writing=is_real) as enqueuing:
        taken = _take_in(options, settings, rules, enqueuing) if options.leads else None
        answer = EnqueueAnswer(taken, {})
        if is_real:
            answer = _put_back(options, taken, enqueuing)
    if taken:
        print_taken(taken)
    _print(answer, settings, options.output_format)
    return exit_codes.DONE


def _put_back(
    options: EnqueueOptions, taken: TakenIn | None, enqueuing: Enqueuing
) -> EnqueueAnswer:
    again = {state: enqueuing.ask_again([state], now=time.time()) for state in options.states}
    waiting, _ = enqueuing.outbox.depth()
    return EnqueueAnswer(taken, again, waiting, enqueuing.account.account())


def _take_in(
    options: EnqueueOptions, settings: Settings, rules: Rules, enqueuing: Enqueuing
) -> TakenIn:
    path, shape = options.leads or Path(), options.file_format
    with open_csv(path, encoding=shape.encoding, delimiter=shape.delimiter) as file:
        if not file.header:
            return TakenIn(IntakeCount())
        columns = match_columns(file.header, rules.columns)
        report_path = settings.results / f"{path.stem}.rejected.csv"
        # The report is on the disk before the ledger commits: if it cannot be, nothing is taken.
        with _intake(options, path, enqueuing) as intake, open_report(report_path) as report:
            rows = _told(columns.pick_all(file))
            accepting = accept_leads(rows, rules=rules.leads, intake=intake, report=report)
            count = asyncio.run(accepting)
    return TakenIn(count, columns.unsent, report_path if report.lines else None)


def _intake(
    options: EnqueueOptions, path: Path, enqueuing: Enqueuing
) -> AbstractContextManager[Intake]:
    if options.is_rehearsal:
        return enqueuing.rehearsal()
    return enqueuing.intake(path.name, now=time.time())


def _told(rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
    """Let rows through, and tell a person at a terminal how many that were."""
    is_drawn, number = can_draw(), 0
    for number, row in enumerate(rows, 1):
        yield row
        if is_drawn and number % EVERY_ROWS == 0:
            click.echo(f"\r\x1b[K{number:,} rows read", nl=False, err=True)
    if is_drawn:
        click.echo(f"\r\x1b[K{number:,} rows read", err=True)


def _print(answer: EnqueueAnswer, settings: Settings, output_format: str) -> None:
    if output_format == "json":
        click.echo(json.dumps(answer.as_json(), indent=2))
        return
    if answer.account:
        put_back = [f"{count:,} {state}" for state, count in answer.again.items() if count]
        among = f" (among them, once more: {', '.join(put_back)})" if put_back else ""
        click.echo(f"queue: {answer.queued:,} leads put in{among}; {answer.outbox:,} on their way")
    print_answer(
        SendAnswer(answer.taken, settings.credits_per_lead, account=answer.account), output_format
    )
