"""Dead jobs as the sweep and the commands see them: asynchronous, and durable on return."""

from __future__ import annotations

from collections.abc import Sequence

from leadflow.adapters.group_commit import GroupCommit
from leadflow.adapters.sql_dead_jobs import SqlDeadJobs
from leadflow.domain.dead_job import DeadJob, FailedJob
from leadflow.use_cases.redrive import Known

__all__ = ["CommittedDeadJobs"]


class CommittedDeadJobs:
    """Where dead jobs are kept."""

    def __init__(self, writer: GroupCommit) -> None:
        self._writer = writer

    async def keep(self, failed: Sequence[FailedJob]) -> int:
        return await self._writer.run(lambda database: SqlDeadJobs(database).keep(failed))

    async def sent_among(self, lead_ids: Sequence[str]) -> set[str]:
        return await self._writer.run(lambda database: SqlDeadJobs(database).sent_among(lead_ids))

    async def listing(self, *, name: str | None, reason: str | None, limit: int) -> list[DeadJob]:
        return await self._writer.run(
            lambda database: SqlDeadJobs(database).listing(name=name, reason=reason, limit=limit)
        )

    async def count(self, *, name: str | None, reason: str | None) -> int:
        return await self._writer.run(
            lambda database: SqlDeadJobs(database).count(name=name, reason=reason)
        )

    async def show(self, lead_id: str) -> DeadJob | None:
        return await self._writer.run(lambda database: SqlDeadJobs(database).show(lead_id))

    async def older(self, *, before: float, limit: int) -> list[DeadJob]:
        return await self._writer.run(
            lambda database: SqlDeadJobs(database).older(before=before, limit=limit)
        )

    async def mark(self, lead_ids: Sequence[str], state: str) -> None:
        await self._writer.run(lambda database: SqlDeadJobs(database).mark(lead_ids, state))

    async def look(self, lead_id: str) -> Known | None:
        return await self._writer.run(lambda database: SqlDeadJobs(database).look(lead_id))
