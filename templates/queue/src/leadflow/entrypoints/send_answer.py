"""The answer of `leadflow send`: as text, as JSON, and as an exit code."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from leadflow.domain.ledger import Account
from leadflow.entrypoints.cli_status import account_lines
from leadflow.entrypoints.exit_codes import DONE, FOUND, RUN_AGAIN, USAGE
from leadflow.entrypoints.runs import TakenIn
from leadflow.entrypoints.sending import SendTally
from leadflow.entrypoints.terminal import listed, visible

__all__ = ["SendAnswer", "print_answer", "print_taken"]


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """What one command did; parts that it did not do are None."""

    taken: TakenIn | None
    credits_per_lead: float
    recovered: int = 0
    tally: SendTally | None = None
    files: list[Path] | None = None
    exported: int = 0
    account: Account | None = None

    @property
    def exit_code(self) -> int:
        tally = self.tally or SendTally()
        if tally.stop:
            return USAGE if tally.stop.is_settings else RUN_AGAIN
        if self.files is not None and self.account and self.account.waiting:
            return RUN_AGAIN
        return FOUND if tally.failed or tally.unknown or self.recovered else DONE

    def as_json(self) -> dict[str, Any]:
        tally = self.tally or SendTally(sent=self.exported)
        return {
            "file": _file_json(self.taken) if self.taken else None,
            "sent": tally.sent,
            "failed": tally.failed,
            "unknown": tally.unknown + self.recovered,
            "credits_estimate": tally.spent * self.credits_per_lead,
            "stopped": tally.stop.code if tally.stop else None,
            "files": [str(path) for path in self.files or []],
            "account": asdict(self.account) if self.account else None,
        }


def print_taken(taken: TakenIn) -> None:
    """Tell on stderr what was found in the file, and where the rest is listed."""
    if taken.unsent_columns:
        names = listed(taken.unsent_columns)
        click.echo(f"Columns that stay here (LEAD_EXTRA_COLUMNS sends them): {names}", err=True)
    if taken.count.flagged:
        click.echo(f"Flagged, but taken: {taken.count.flagged:,} rows", err=True)
    if taken.report:
        kept = "not taken or flagged" if taken.count.flagged else "not taken"
        click.echo(f"Lines {kept}, with reasons: {visible(str(taken.report))}", err=True)


def print_answer(answer: SendAnswer, output_format: str) -> None:
    """Write the answer to stdout, and why a run stopped to stderr."""
    if output_format == "json":
        click.echo(json.dumps(answer.as_json(), indent=2))
    else:
        for line in _lines(answer):
            click.echo(line)
    if answer.tally and answer.tally.stop:
        click.echo(f"Error: {answer.tally.stop.sentence}", err=True)


def _lines(answer: SendAnswer) -> list[str]:
    lines = [_file_line(answer.taken)] if answer.taken else []
    if answer.tally:
        tally = answer.tally
        lines.append(
            f"this run: {tally.sent:,} sent, {tally.failed:,} failed, "
            f"{tally.unknown + answer.recovered:,} unknown"
        )
    if answer.files is not None:
        names = visible(", ".join(map(str, answer.files))) or "no file"
        lines.append(f"this run: {answer.exported:,} leads in {names}")
    if answer.account:
        lines.append(f"account: {account_lines(answer.account)}")
    elif answer.taken:
        cost = answer.taken.count.new * answer.credits_per_lead
        lines.append(f"sending them would cost about {cost:,.0f} credits; nothing was sent")
    return lines


def _file_line(taken: TakenIn) -> str:
    count = taken.count
    return (
        f"file: {count.rows:,} rows: {count.new:,} new, {count.known:,} known, "
        f"{count.duplicates:,} duplicates, {count.rejected:,} rejected"
    )


def _file_json(taken: TakenIn) -> dict[str, Any]:
    return {
        "rows": taken.count.rows,
        **asdict(taken.count),
        "unsent_columns": list(taken.unsent_columns),
        "report": str(taken.report) if taken.report else None,
    }
