"""The ledger of `leadflow send` in a project whose workers send, too."""

from __future__ import annotations

from collections.abc import Callable

from leadflow.adapters.database import Database
from leadflow.adapters.sql_ledger import SqlLedger

__all__ = ["BesideWorkers"]


class BesideWorkers(SqlLedger):
    """Takes nothing for lost that a worker may have in hand."""

    def __init__(self, database: Database, *, is_worked: Callable[[], bool]) -> None:
        super().__init__(database)
        self._is_worked = is_worked

    async def recover(self, *, now: float) -> list[str]:
        return [] if self._is_worked() else await super().recover(now=now)
