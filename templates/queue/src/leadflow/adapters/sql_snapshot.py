"""What the ledger can tell whoever watches: outbox, dead jobs, budget, webhooks, deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leadflow.adapters.at_once import finished
from leadflow.adapters.database import Database
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_budget import SqlBudget
from leadflow.adapters.sql_dead_jobs import SqlDeadJobs
from leadflow.adapters.sql_depth import Depth, depth
from leadflow.adapters.sql_outbox import SqlOutbox
from leadflow.adapters.sql_witness import SqlWitness
from leadflow.domain.credit_budget import Caps, periods
from leadflow.domain.snapshot import BudgetLine, DestinationLine, OutboxLine, WebhookLine

__all__ = ["LedgerLines", "ledger_lines"]


class LedgerLines(NamedTuple):
    """The ledger's part of a snapshot; `mark` is that of the gate's numbers."""

    dead_jobs: int
    mark: str
    outbox: OutboxLine
    budget: Sequence[BudgetLine]
    webhooks: Sequence[WebhookLine]
    destinations: Sequence[DestinationLine]


def ledger_lines(database: Database, *, caps: Caps, webhook_life: int, now: float) -> LedgerLines:
    """Read all of it; one connection, many short questions."""
    count, oldest_at = SqlOutbox(database).depth()
    return LedgerLines(
        SqlDeadJobs(database).count(name=None, reason=None),
        finished(SqlWitness(database).epoch()),
        OutboxLine(count, None if oldest_at is None else max(0.0, now - oldest_at)),
        [*_budget(database, caps, now)],
        [
            WebhookLine(webhook.label.strip("."), webhook.used, webhook_life, webhook.is_full)
            for webhook in SqlAccount(database).webhooks()
        ],
        _destinations(depth(database, now=now)),
    )


def _budget(database: Database, caps: Caps, now: float) -> Iterator[BudgetLine]:
    day, month = periods(now)
    used = SqlBudget(database).standing(now)
    limits = (
        ("credits", "day", day, used[0].credits, caps.daily_credits),
        ("credits", "month", month, used[1].credits, caps.monthly_credits),
        ("actions", "day", day, used[0].actions, caps.daily_actions),
        ("actions", "month", month, used[1].actions, caps.monthly_actions),
    )
    for limit in limits:
        yield BudgetLine(*limit)


def _destinations(depths: Sequence[Depth]) -> list[DestinationLine]:
    found: dict[str, dict[str, Depth]] = {}
    for each in depths:
        found.setdefault(each.destination, {})[each.state] = each
    return [_destination(name, states) for name, states in sorted(found.items())]


def _destination(name: str, states: dict[str, Depth]) -> DestinationLine:
    open_states = [states[state] for state in ("waiting", "claimed") if state in states]
    waiting = sum(each.deliveries for each in open_states)
    oldest = max((each.oldest_seconds for each in open_states), default=None)
    dead, unknown = (states[s].deliveries if s in states else 0 for s in ("dead", "unknown"))
    return DestinationLine(name, waiting, oldest, dead, unknown)
