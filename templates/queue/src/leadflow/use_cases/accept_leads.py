"""Rows in, waiting leads out: every row ends as new, known, duplicate or rejected."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

from leadflow.domain.errors import LeadRejected
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat
from leadflow.domain.lead import LeadRules, parse_lead

__all__ = ["Intake", "LineReport", "NumberedRow", "accept_leads"]

BATCH = 1_000
NumberedRow = tuple[int, Mapping[str, str] | LeadRejected]


class Intake(Protocol):
    """Where accepted leads go."""

    async def add(self, leads: Sequence[NumberedLead]) -> list[Repeat]:
        """Add the leads; name those that were there already, which stay as they were."""

    def late_repeats(self) -> Iterable[Repeat]:
        """Name, after the last batch, those that only the whole file could tell."""

    async def finish(self, count: IntakeCount) -> None:
        """Keep the count with the file."""


class LineReport(Protocol):
    """Where lines that are not sent, or that deserve a look, are written down."""

    def write(self, line: int, verdict: str, reason: str) -> None:
        """Write one line down; nothing personal is in it."""


async def accept_leads(
    rows: Iterable[NumberedRow],
    *,
    rules: LeadRules,
    intake: Intake,
    report: LineReport,
) -> IntakeCount:
    """Parse, deduplicate and store the rows, in batches, so that memory does not grow."""
    tally: Counter[str] = Counter()
    leads = _leads(rows, rules, report, tally)
    while batch := list(islice(leads, BATCH)):
        repeats = await intake.add(batch)
        tally["new"] += len(batch)
        _note_all(repeats, report, tally)
        await asyncio.sleep(0)  # a Ctrl-C is heard between two batches
    _note_all(intake.late_repeats(), report, tally)
    count = IntakeCount(**tally)
    await intake.finish(count)
    return count


def _leads(
    rows: Iterable[NumberedRow],
    rules: LeadRules,
    report: LineReport,
    tally: Counter[str],
) -> Iterator[NumberedLead]:
    for line, row in rows:
        try:
            if isinstance(row, LeadRejected):
                raise row
            lead = parse_lead(row, rules)
        except LeadRejected as rejection:
            tally["rejected"] += 1
            report.write(line, "rejected", str(rejection))
            continue
        if lead.flag:
            tally["flagged"] += 1
            report.write(line, "flagged", lead.flag)
        yield line, lead


def _note_all(repeats: Iterable[Repeat], report: LineReport, tally: Counter[str]) -> None:
    for repeat in repeats:
        tally["new"] -= 1
        if repeat.is_known:
            tally["known"] += 1  # not written down: the same file twice is no news
        else:
            tally["duplicates"] += 1
            reason = f"the same lead as line {repeat.first_line}"
            report.write(repeat.line, "duplicate", reason)
