"""A made-up moment of a busy queue."""

from __future__ import annotations

from leadflow.domain.snapshot import (
    BudgetLine,
    DestinationLine,
    GateLine,
    GateState,
    OutboxLine,
    QueueLine,
    Snapshot,
    WebhookLine,
)

__all__ = ["AWAY", "BUSY"]

BUSY = Snapshot(
    at=1_795_821_000.0,  # 2026-11-27 23:10:00 UTC
    queue=QueueLine(
        {"waiting": 12_041, "active": 5, "delayed": 12, "completed": 8_120, "failed": 3}, 2_450.0, 3
    ),
    gate=GateLine(GateState.CLOSED),
    budget=(
        BudgetLine("credits", "day", "2026-11-27", 48_720, 60_000),
        BudgetLine("credits", "month", "2026-11", 912_000, None),
        BudgetLine("actions", "day", "2026-11-27", 39_900, 40_000),
        BudgetLine("actions", "month", "2026-11", 40_000, 40_000),
    ),
    webhooks=(
        WebhookLine("1f3a", 50_000, 50_000, is_full=True),
        WebhookLine("77c0", 41_200, 50_000),
    ),
    outbox=OutboxLine(7, 0.4),
    destinations=(
        DestinationLine("crm", 120, 61.0, 0, 0),
        DestinationLine("outreach", 4, 3.0, 2, 1, is_open=True),
        DestinationLine("warehouse", 0, None, 0, 0),
    ),
)
AWAY = Snapshot(
    at=1_795_821_001.0,
    gate=GateLine(GateState.UNREACHABLE),
    outbox=OutboxLine(310, 95.0),
    troubles=("Redis: no connection",),
)
