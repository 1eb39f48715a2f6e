"""The store as the server and the workers see it: asynchronous, and durable on return."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import LAST, GroupCommit
from leadflow.adapters.sql_arrivals import accept
from leadflow.adapters.sql_deliveries import SqlDeliveries
from leadflow.adapters.sql_depth import Depth, depth
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.adapters.sql_recovery import SqlRecovery
from leadflow.adapters.sql_retention import Limits, SqlRetention, limits_at
from leadflow.adapters.sql_routing import SqlRouting
from leadflow.domain.delivery import Delivery, Settled
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.domain.planned import Plan

__all__ = ["CommittedDeliveries", "CommittedInbox", "CommittedRetention"]


SETTLING = f"{LAST}settling"  # side by side, so that they are one


class CommittedInbox:
    """Where arrivals are kept."""

    def __init__(self, writer: GroupCommit) -> None:
        self._writer = writer

    async def accept(self, arrival: Arrival) -> Acceptance:
        return await self._writer.run_with_others(accept, arrival, order=arrival.lead_id)

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        await self._writer.run(
            lambda database: SqlQuarantine(database).put(body, reason=reason, now=now)
        )


class CommittedDeliveries:
    """Where deliveries are kept."""

    def __init__(self, writer: GroupCommit) -> None:
        self._writer = writer

    async def route(self, plan: Plan, *, limit: int, now: float) -> int:
        return await self._writer.run(
            lambda database: SqlRouting(database).route(plan, limit=limit, now=now)
        )

    async def claim(
        self, destination: str, *, limit: int, now: float, lease_until: float
    ) -> list[Delivery]:
        return await self._writer.run(
            lambda database: SqlDeliveries(database).claim(
                destination, limit=limit, now=now, lease_until=lease_until
            )
        )

    async def settle(self, settled: Sequence[Settled], *, now: float) -> None:
        await self._writer.run_with_others(_settle, (settled, now), order=SETTLING)

    async def recover(self, enrolments: Collection[str], *, now: float, all: bool) -> int:  # noqa: A002 - it is said in full
        return await self._writer.run(
            lambda database: SqlRecovery(database).recover(enrolments, now=now, all=all)
        )

    async def depth(self, *, now: float) -> list[Depth]:
        return await self._writer.run(lambda database: depth(database, now=now))


def _settle(database: Database, ends: Sequence[tuple[Sequence[Settled], float]]) -> list[None]:
    """Store the ends of many calls as if they were of one: each by itself costs four statements."""
    settled = [end for some, _ in ends for end in some]
    SqlDeliveries(database).settle(settled, now=max(now for _, now in ends))
    return [None] * len(ends)


class CommittedRetention:
    """Forgets a few rows at a time, between the other writes: none waits long, nor does a stop."""

    def __init__(self, writer: GroupCommit) -> None:
        self._writer = writer

    async def purge_old(
        self,
        *,
        now: float,
        inbox_days: float,
        dead_days: float,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> dict[str, int]:
        """Do as SqlRetention does, while it `goes_on`; tell how many rows of what are gone."""
        limits = limits_at(now, inbox_days=inbox_days, dead_days=dead_days)
        emptied = 0
        for start in await self._writer.run(lambda database: SqlRetention(database).rounds()):
            if not goes_on():
                break
            emptied += await self._writer.run(partial(_empty, start=start, limits=limits))
        forgotten = await self._writer.run(lambda database: SqlRetention(database).forget(limits))
        return {"inbox": emptied, "quarantine": forgotten}


def _empty(database: Database, *, start: int, limits: Limits) -> int:
    return SqlRetention(database).empty(start, limits)
