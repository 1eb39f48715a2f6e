"""The answer of `leadflow enqueue`: as text, and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import click

from leadflow.domain.ledger import Account, State
from leadflow.entrypoints.runs import TakenIn
from leadflow.entrypoints.send_answer import SendAnswer, print_answer
from leadflow.settings import Settings

__all__ = ["EnqueueAnswer", "print_enqueued"]

EARLIER = "before: {count:,} leads of the file, put in by a run that did not come to its end"


@dataclass(frozen=True, slots=True)
class EnqueueAnswer:
    """What one command did; `account` is None when it was only a rehearsal."""

    taken: TakenIn | None
    earlier: int = 0  # leads of the file that were put in by a run which was ended
    again: dict[State, int] = field(default_factory=dict)
    outbox: int = 0
    account: Account | None = None

    @property
    def queued(self) -> int:
        new = self.taken.count.new if self.taken else 0
        return new - self.earlier + sum(self.again.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "file": SendAnswer(self.taken, 0).as_json()["file"],
            "queued": self.queued if self.account else 0,
            "earlier": self.earlier,
            "again": {str(state): count for state, count in self.again.items()},
            "outbox": self.outbox,
            "account": asdict(self.account) if self.account else None,
        }


def print_enqueued(answer: EnqueueAnswer, settings: Settings, output_format: str) -> None:
    """Write the answer to stdout."""
    if output_format == "json":
        click.echo(json.dumps(answer.as_json(), indent=2))
        return
    if answer.account:
        put_back = [f"{count:,} {state}" for state, count in answer.again.items() if count]
        among = f" (among them, once more: {', '.join(put_back)})" if put_back else ""
        click.echo(f"queue: {answer.queued:,} leads put in{among}; {answer.outbox:,} on their way")
        if answer.earlier:
            click.echo(EARLIER.format(count=answer.earlier))
    print_answer(
        SendAnswer(answer.taken, settings.credits_per_lead, account=answer.account), output_format
    )
