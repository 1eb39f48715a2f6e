"""The ledger as the gate's witness, read by the thread that writes."""

from __future__ import annotations

from leadflow.adapters.at_once import finished
from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import GroupCommit
from leadflow.adapters.sql_witness import SqlWitness
from leadflow.domain.standing import Standing

__all__ = ["CommittedWitness", "begin_gate"]

UNMARKED = "UPDATE gate_epoch SET epoch = '' WHERE epoch <> ''"


class CommittedWitness:
    """What the ledger charged, and the mark of the Redis that its numbers were put into."""

    def __init__(self, writer: GroupCommit) -> None:
        self._writer = writer

    async def epoch(self) -> str:
        return await self._writer.run(lambda database: finished(SqlWitness(database).epoch()))

    async def keep(self, epoch: str) -> None:
        await self._writer.run(lambda database: finished(SqlWitness(database).keep(epoch)))

    async def standing(self) -> Standing:
        return await self._writer.run(lambda database: finished(SqlWitness(database).standing()))


def begin_gate(database: Database) -> None:
    """Let the next worker put the ledger's numbers into Redis: something else will charge it.

    Only while no worker is at work, for then the ledger knows of every call.
    """
    with database.transaction():
        database.execute(UNMARKED)
