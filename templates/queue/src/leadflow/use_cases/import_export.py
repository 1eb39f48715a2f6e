"""Clay's CSV export into the ledger: the facts it found, by lead. The same file twice is no news.

A row that no lead matches is reported with its line; it is never kept without a lead.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from leadflow.domain.columns import Columns, normalise_header
from leadflow.domain.errors import LeadRejected
from leadflow.domain.lead import identify
from leadflow.domain.spreadsheet import unescape
from leadflow.use_cases.accept_leads import LineReport

__all__ = ["Enrichments", "ImportCount", "import_export"]

ROWS_BETWEEN_BREATHS = 10_000
Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportCount:
    """The rows of an export by what became of them."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    unmatched: int = 0


class Enrichments(Protocol):
    """Where facts are kept, by lead."""

    async def put(self, lead_id: str, facts: Facts) -> str:
        """Store the facts; answer new, changed, unchanged, or unmatched when no such lead is."""


async def import_export(
    rows: Iterable[tuple[int, Sequence[str] | LeadRejected]],
    *,
    header: Sequence[str],
    columns: Columns,
    enrichments: Enrichments,
    report: LineReport,
) -> ImportCount:
    """Match every row to its lead, by `lead_id` where Clay kept it, else by the lead's identity."""
    tally: Counter[str] = Counter()
    names = [normalise_header(title) for title in header]
    ours = {*columns.positions.values(), *(n for n, name in enumerate(names) if name == "lead_id")}
    facts_at = [n for n in range(len(names)) if n not in ours]
    for line, row in rows:
        reason = "no such lead in the ledger"
        try:
            if isinstance(row, LeadRejected):
                raise row
            facts = {header[n]: unescape(row[n]) for n in facts_at}
            outcome = await enrichments.put(_lead_id(names, columns, row), facts)
        except LeadRejected as rejection:
            outcome, reason = "unmatched", str(rejection)
        tally[outcome] += 1
        if outcome == "unmatched":
            report.write(line, outcome, reason)
        if sum(tally.values()) % ROWS_BETWEEN_BREATHS == 0:
            await asyncio.sleep(0)  # a Ctrl-C is heard
    return ImportCount(**tally)


def _lead_id(names: Sequence[str], columns: Columns, row: Sequence[str]) -> str:
    if "lead_id" in names and (given := row[names.index("lead_id")].strip()):
        return given
    return identify({field: unescape(text) for field, text in columns.pick(row).items()})
