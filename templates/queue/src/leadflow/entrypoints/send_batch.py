"""`send_batch`: rows to Clay, one request each, a pause between two; it reports, never throws."""

from __future__ import annotations

import math
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from leadflow.bootstrap import open_project, rules_from
from leadflow.domain.columns import ColumnRules, normalise_header
from leadflow.domain.errors import InputError, LeadflowError, LeadRejected
from leadflow.domain.lead import identify
from leadflow.domain.ledger import State
from leadflow.entrypoints.library import send_leads
from leadflow.settings import Settings, load_settings

__all__ = ["BatchReport", "send_batch"]

NO_MAPPING = "a row must be a mapping whose keys are strings"
NO_DELAY = "delay_ms is the pause in milliseconds, a number from 0 on"
NOT_YET = "not sent yet: {why}"
LOST = "unknown ({why}): Clay may have it, so it goes again only by `send --on-unknown=retry`"
REFUSED = "{why}; `leadflow send --failed` tries it again"


@dataclass(frozen=True, slots=True)
class BatchReport:
    """Every row counts once: sent + failed + unknown is their number.

    A row is sent when Clay took its lead, in this call or an earlier one. `errors` holds for every
    other row its number, counted from 1, and what happened; nothing personal is in it.
    """

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    errors: tuple[tuple[int, str], ...] = ()


class _End(NamedTuple):
    """What became of one row; the error of one that is sent is empty."""

    state: State
    error: str = ""


async def send_batch(
    rows: Iterable[Mapping[str, Any]], delay_ms: float = 200, *, settings: Settings | None = None
) -> BatchReport:
    """Send the rows one after the other, `delay_ms` from start to start; it is no batch size.

    What Clay has is not sent again, so the same batch may be given again. Raises nothing but a
    cancellation or an interrupt, and neither of them loses a lead.
    """
    read: list[object] = []
    try:
        for row in rows:
            read.append(row)  # noqa: PERF402 - what was read before a fault counts, too
        ends = await _ends(read, _paced(settings or load_settings(), delay_ms))
    except Exception as fault:  # noqa: BLE001 - the promise: any failure is reported
        ends = [_End(State.FAILED, _sentence(fault))] * max(1, len(read))
    errors = tuple((number, end.error) for number, end in enumerate(ends, start=1) if end.error)
    states = [end.state for end in ends]
    return BatchReport(
        sent=states.count(State.SENT),
        failed=states.count(State.FAILED),
        unknown=states.count(State.UNKNOWN),
        errors=errors,
    )


def _paced(settings: Settings, delay_ms: float) -> Settings:
    if isinstance(delay_ms, bool) or not isinstance(delay_ms, int | float):
        raise InputError(NO_DELAY)
    if not 0 <= delay_ms < math.inf:
        raise InputError(NO_DELAY)
    return replace(settings, interval_seconds=delay_ms / 1000)


async def _ends(rows: Sequence[object], settings: Settings) -> list[_End]:
    leads = {number: row for number, row in enumerate(rows) if _is_mapping(row)}
    refused, why = await _send(leads, settings)
    columns = rules_from(settings).columns
    lead_ids = {n: _lead_id(lead, columns) for n, lead in leads.items() if n not in refused}
    with open_project(settings.database, for_writing=False) as project:
        found = project.outcomes.of(sorted(set(filter(None, lead_ids.values()))))
    errors = {number: NO_MAPPING for number in range(len(rows)) if number not in leads} | refused
    return [
        _End(State.FAILED, errors[number])
        if number in errors
        else _end(found.get(lead_ids[number]), why=why)
        for number in range(len(rows))
    ]


async def _send(
    leads: Mapping[int, Mapping[str, Any]], settings: Settings
) -> tuple[dict[int, str], str]:
    """Send them; return the rows that are no leads, and why it stopped if it did."""
    numbers = list(leads)
    try:
        report = await send_leads(leads.values(), settings=settings)
    except Exception as fault:  # noqa: BLE001 - what was sent before it is in the ledger
        return {}, _sentence(fault)
    refused = {numbers[place - 1]: reason for place, reason in report.rejected}
    return refused, report.run.stop.sentence if report.run.stop else ""


def _end(outcome: tuple[State, str] | None, *, why: str) -> _End:
    if outcome is None:
        return _End(State.FAILED, why or "not taken in")
    state, reason = outcome
    if state is State.SENT:
        return _End(state)
    if state is State.WAITING:
        return _End(State.FAILED, NOT_YET.format(why=why or reason))
    if state is State.FAILED:
        return _End(state, REFUSED.format(why=reason))
    return _End(State.UNKNOWN, LOST.format(why=reason or "the run ended before its answer"))


def _is_mapping(row: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(row, Mapping) and all(isinstance(title, str) for title in row)


def _lead_id(row: Mapping[str, Any], columns: ColumnRules) -> str:
    fields = {columns.field(normalise_header(title)): value for title, value in row.items()}
    named = {
        field: str(value)
        for field, value in fields.items()
        if field and value is not None and value == value  # noqa: PLR0124 - NaN is not itself
    }
    try:
        return identify(named)
    except LeadRejected:
        return ""


def _sentence(fault: Exception) -> str:
    """Say what happened without the text of a stranger's exception, which may name a person."""
    if isinstance(fault, LeadflowError):
        return str(fault)
    place = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} at {Path(place.filename).name} line {place.lineno}"
