"""The sandbox's counts and rows as JSON values. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .table import Row
    from .world import World

__all__ = ["row_view", "state_view"]


def state_view(world: World, *, is_idle: bool) -> dict[str, Any]:
    """Every count, in the shape that `GET /_sandbox/state` answers."""
    table, meters, arrivals = world.table, world.meters, world.arrivals
    return {
        "plan": world.config.plan,
        "is_idle": is_idle,
        "requests": len(arrivals.all),
        "posts": sum(arrival.method == "POST" for arrival in arrivals.all),
        "answers": arrivals.answers(),
        "webhooks": [asdict(webhook) for webhook in world.webhooks],
        "rows": {
            "made": len(table.rows),
            "in_table": table.rows_in_table,
            "duplicates": table.duplicates,
            "turned_away": table.turned_away,
        },
        "credits": {"spent": meters.credits_spent, "left": meters.credits_left},
        "actions": {"spent": meters.actions_spent, "left": meters.actions_left},
        "starts": {
            "most_in_any_second": arrivals.most_in_any_second(),
            "per_second": arrivals.per_second(),
        },
        "callbacks": _callbacks_view(world),
        "crm_records": len(world.crm_records),
        "faults": world.faults.left(),
    }


def row_view(row: Row) -> dict[str, Any]:
    """Not `asdict`, which copies values in depth and so ends on a deeply nested one."""
    return {
        "number": row.number,
        "webhook": row.webhook,
        "arrived_at": row.arrived_at,
        "is_deleted": row.is_deleted,
        "values": row.values,
        "cells": {
            name: {"status": cell.status, "value": cell.value, "note": cell.note}
            for name, cell in row.cells.items()
        },
    }


def _callbacks_view(world: World) -> dict[str, Any]:
    log = world.callbacks
    return {
        "runs": dict(sorted(log.runs.items())),
        "attempts": len(log.attempts),
        "outcomes": dict(sorted(Counter(attempt.outcome for attempt in log.attempts).items())),
        "looped": log.looped,
    }
