"""`send_leads`: the same road as `leadflow send`, for an application of your own."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from leadflow.bootstrap import name_ledger, open_project, rules_from
from leadflow.domain.columns import ColumnRules, normalise_header
from leadflow.domain.errors import InputError, LeadRejected
from leadflow.domain.intake import IntakeCount
from leadflow.domain.ledger import Account
from leadflow.entrypoints.runs import open_sender
from leadflow.entrypoints.send_terms import SendTally, SilentObserver
from leadflow.settings import Settings, load_settings
from leadflow.use_cases.accept_leads import NumberedRow, accept_leads

__all__ = ["SendReport", "send_leads"]

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Lock]]
_turns = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class SendReport:
    """What one call did. `rejected` names each refused lead by its place, counted from 1."""

    taken: IntakeCount
    run: SendTally
    account: Account
    rejected: tuple[tuple[int, str], ...] = ()

    @property
    def sent(self) -> int:
        return self.run.sent


async def send_leads(
    leads: Iterable[Mapping[str, str]],
    *,
    settings: Settings | None = None,
    max_credits: float | None = None,
) -> SendReport:
    """Send each lead once, durably: leads the ledger knows are not sent again.

    Keys are what a CSV header may be (email, first_name, domain ...). Leads that wait from an
    earlier run go first; `max_credits` bounds what this call may cost. Cancel it at any time:
    nothing is lost. Several calls in one event loop take turns.
    """
    settings = settings or load_settings()
    rules = rules_from(settings)
    max_leads = _affordable(max_credits, settings.credits_per_lead)
    lines = _Rejections()
    async with _turn(settings.database):
        with open_project(settings.database, for_writing=True) as project:
            await project.ledger.recover(now=time.time())
            with project.intake("send_leads", now=time.time()) as intake:
                taken = await accept_leads(
                    _rows(leads, rules.columns), rules=rules.leads, intake=intake, report=lines
                )
            async with open_sender(
                project, settings, rules, observer=SilentObserver(), max_leads=max_leads
            ) as sender:
                run = await sender.send_all()
            return SendReport(taken, run, project.account.account(), tuple(lines.found))


class _Rejections:
    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def write(self, line: int, verdict: str, reason: str) -> None:
        if verdict == "rejected":
            self.found.append((line, reason))


def _turn(database: str) -> asyncio.Lock:
    """Calls in one loop would find the ledger held by each other."""
    turns = _turns.setdefault(asyncio.get_running_loop(), {})
    return turns.setdefault(name_ledger(database), asyncio.Lock())


def _affordable(max_credits: float | None, credits_per_lead: float) -> int | None:
    if max_credits is None:
        return None
    if not (math.isfinite(max_credits) and max_credits >= 0):
        raise InputError("max_credits must be a number, 0 or more")
    return int(max_credits // credits_per_lead) if credits_per_lead else None


def _rows(leads: Iterable[Mapping[str, str]], rules: ColumnRules) -> Iterator[NumberedRow]:
    for number, lead in enumerate(leads, start=1):
        if not isinstance(lead, Mapping) or not all(isinstance(title, str) for title in lead):
            raise InputError(f"lead {number} must be a mapping whose keys are strings")
        try:
            yield number, _row(lead, rules)
        except LeadRejected as rejection:
            yield number, rejection
        except Exception as fault:  # noqa: BLE001 - a value of the caller's own class did it
            yield number, LeadRejected(f"cannot be read as text: {type(fault).__name__}")


def _row(lead: Mapping[str, object], rules: ColumnRules) -> dict[str, str]:
    row: dict[str, str] = {}
    for title, value in lead.items():
        field = rules.field(normalise_header(title))
        if not field or value is None or value != value:  # noqa: PLR0124 - NaN is not itself
            continue
        if field in row and row[field] != str(value):
            raise LeadRejected(f"{field}: given twice, under two names")
        if "\0" in str(value):
            raise LeadRejected(f"{field}: holds a NUL character")
        row[field] = str(value)
    return row
