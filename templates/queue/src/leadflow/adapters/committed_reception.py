"""The store as intake and relay see it: asynchronous, and durable on return."""

from __future__ import annotations

from collections.abc import Sequence

from leadflow.adapters.group_commit import GroupCommit
from leadflow.adapters.sql_outbox import SqlOutbox
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.adapters.sql_reception import receive
from leadflow.use_cases.relay import Waiting
from leadflow.use_cases.take_in import ArrivedLead, Taken

__all__ = ["CommittedOutbox", "CommittedReception"]

ORDER = "intake {lead_id}"  # before all callbacks, so that either kind is done together


class CommittedReception:
    """Where leads are stored that arrive one by one."""

    def __init__(self, writer: GroupCommit) -> None:
        self._writer = writer

    async def take(self, arrived: ArrivedLead) -> Taken:
        order = ORDER.format(lead_id=arrived.lead.lead_id)
        return await self._writer.run_with_others(receive, arrived, order=order)

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        await self._writer.run(
            lambda database: SqlQuarantine(database).put(body, reason=reason, now=now)
        )


class CommittedOutbox:
    """Where jobs wait for the relay."""

    def __init__(self, writer: GroupCommit) -> None:
        self._writer = writer

    async def take(self, *, limit: int, now: float, lease_until: float) -> list[Waiting]:
        return await self._writer.run(
            lambda database: SqlOutbox(database).take(limit=limit, now=now, lease_until=lease_until)
        )

    async def let_go(self, outbox_ids: Sequence[int]) -> None:
        await self._writer.run(lambda database: SqlOutbox(database).let_go(outbox_ids))

    async def forget(self, outbox_ids: Sequence[int]) -> None:
        await self._writer.run(lambda database: SqlOutbox(database).forget(outbox_ids))

    async def depth(self) -> tuple[int, float | None]:
        return await self._writer.run(lambda database: SqlOutbox(database).depth())
