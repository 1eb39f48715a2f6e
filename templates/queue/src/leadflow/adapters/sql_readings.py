"""The readings that leads belong to which no file brought: one for each source and day (UTC)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from leadflow.adapters.database import Database
from leadflow.use_cases.take_in import ArrivedLead

__all__ = ["find_readings"]

FIND = "SELECT max(intake_id) FROM intake WHERE file = ?"
BEGIN = "INSERT INTO intake (file, started_at) VALUES (?, ?) RETURNING intake_id"


def find_readings(database: Database, arrivals: Iterable[ArrivedLead]) -> list[int]:
    """Give the reading of each, begun where there is none; two of one day would do no harm."""
    found: dict[str, int] = {}
    readings = []
    for arrived in arrivals:
        day = datetime.fromtimestamp(arrived.arrived_at, UTC)
        file = f"{arrived.source} {day:%Y-%m-%d}"
        if file not in found:
            found[file] = _find(database, file, arrived.arrived_at)
        readings.append(found[file])
    return readings


def _find(database: Database, file: str, now: float) -> int:
    (intake_id,) = database.execute(FIND, (file,)).fetchone()
    if intake_id is None:
        (intake_id,) = database.execute(BEGIN, (file, now)).fetchone()
    return int(intake_id)
