"""`send_leads`: the same road as `leadflow send`, for an application of your own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from leadflow.adapters.sqlite_intake import sqlite_intake
from leadflow.bootstrap import open_project, rules_from
from leadflow.domain.columns import ColumnRules, normalise_header
from leadflow.domain.intake import IntakeCount
from leadflow.domain.ledger import Account
from leadflow.entrypoints.runs import send_waiting
from leadflow.entrypoints.sending import SendTally, SilentObserver
from leadflow.settings import Settings, load_settings
from leadflow.use_cases.accept_leads import NumberedRow, accept_leads

__all__ = ["SendReport", "send_leads"]


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
    leads: Iterable[Mapping[str, str]], *, settings: Settings | None = None
) -> SendReport:
    """Send each lead once, durably: leads the ledger knows are not sent again.

    Keys are what a CSV header may be (email, first_name, domain ...). Leads that wait from an
    earlier run go first. Cancel it at any time: nothing is lost.
    """
    settings = settings or load_settings()
    rules = rules_from(settings)
    lines = _Rejections()
    with open_project(settings.database, for_writing=True) as project:
        await project.ledger.recover(now=time.time())
        with sqlite_intake(project.connection, file="send_leads", now=time.time()) as intake:
            taken = await accept_leads(
                _rows(leads, rules.columns), rules=rules.leads, intake=intake, report=lines
            )
        run = await send_waiting(project, settings, rules, observer=SilentObserver())
        return SendReport(taken, run, project.account.account(), tuple(lines.found))


class _Rejections:
    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def write(self, line: int, verdict: str, reason: str) -> None:
        if verdict == "rejected":
            self.found.append((line, reason))


def _rows(leads: Iterable[Mapping[str, str]], rules: ColumnRules) -> Iterator[NumberedRow]:
    for number, lead in enumerate(leads, start=1):
        named = ((rules.field(normalise_header(title)), text) for title, text in lead.items())
        yield number, {field: str(text) for field, text in named if field and text is not None}
