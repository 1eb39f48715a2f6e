"""What `leadflow doctor` looks at of the Queue: Redis, the gate, intake, warehouse, dead jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec

from leadflow.bootstrap import Rules, has_ledger, open_project, rules_from
from leadflow.bootstrap_receiving import load_destinations
from leadflow.domain.errors import (
    CrmEventsError,
    DestinationsError,
    LedgerError,
    SettingsError,
)
from leadflow.domain.gate_held import Held, spent
from leadflow.domain.snapshot import GateState, gate_line
from leadflow.entrypoints.findings import Finding
from leadflow.entrypoints.intake_serving import event_rules, form_rules
from leadflow.settings import Settings

__all__ = ["examine_queue"]

OWN = "one of the project's own, in {folder}"
STARTS = f"{OWN}; `leadflow work` starts it"
DURABLE = "{name}: it syncs every write and evicts nothing"
FIRST = "the first worker puts the ledger's numbers into Redis"
PUT_THEM_BACK = "nothing is sent: `leadflow gate init`, then `leadflow enqueue` without a file"
UNBOUNDED = "open to anybody, and no cap bounds what strangers can spend: set DAILY_CREDIT_CAP"
NO_EVENTS = "none: neither HUBSPOT_CLIENT_SECRET nor SALESFORCE_EVENT_SECRET is set"
NO_DLT = "dlt is missing, so rows wait for the warehouse: pip install 'dlt[duckdb]'"
REDRIVE = "`leadflow dead list`; mend what it names, then `leadflow dead redrive --jobs`"
NOTES = {
    GateState.CLOSED: "calls go through",
    GateState.HALF_OPEN: "one call at a time goes through, to see whether Clay is well",
    GateState.OPEN: "Clay fails, and is tried again by itself",
    GateState.SPENT: "no lead is sent until the next day or month, or until a cap is raised",
    GateState.PAUSED: "Clay asked for a pause, which ends by itself",
}


def examine_queue(
    settings: Settings, *, is_installed: Callable[[str], object] = find_spec
) -> Iterator[Finding]:
    """Look at all of it. Nothing is sent, started or changed."""
    yield from _redis(settings)
    yield from _intake(settings)
    yield from _warehouse(settings, is_installed)
    yield from _dead_jobs(settings)


def _redis(settings: Settings) -> Iterator[Finding]:
    # Imported here because Redis' libraries are slow to load, and most commands need none.
    from leadflow.bootstrap_redis import (  # noqa: PLC0415
        cost_of,
        ledger_mark,
        look_at_redis,
        name_redis,
    )

    own = OWN.format(folder=settings.valkey)
    if not settings.redis_url and not settings.valkey.exists():
        yield Finding("Redis", STARTS.format(folder=settings.valkey))
        return
    try:
        sight = asyncio.run(look_at_redis(settings))
    except SettingsError as fault:
        for problem in fault.problems:
            found, _, remedy = problem.partition(": ")[2].partition("; ")
            yield Finding("Redis", found, remedy)
        return
    except LedgerError as fault:
        yield _away(settings, fault)
        return
    yield Finding("Redis", sight.note or DURABLE.format(name=name_redis(settings) or own))
    with suppress(LedgerError):  # which is a finding of its own
        over = spent(sight.held, settings.caps, cost_of(settings))
        yield _gate(sight.held, ledger_mark(settings), over)


def _away(settings: Settings, fault: LedgerError) -> Finding:
    if not settings.redis_url:
        return Finding("Redis", STARTS.format(folder=settings.valkey))
    return Finding("Redis", "REDIS_URL names a server that cannot be used", str(fault))


def _gate(held: Held, mark: str, over: str) -> Finding:
    if not mark:
        return Finding("gate", FIRST)
    line = gate_line(held, mark=mark, over=over)
    if line.state is GateState.CONDEMNED:
        return Finding("gate", f"Redis cannot be believed: {line.detail}", PUT_THEM_BACK)
    if line.state is GateState.ISOLATED:
        found = f"shut by hand: {line.detail}"
        return Finding("gate", found, "`leadflow gate close` lets calls through again")
    return Finding("gate", f"{line.state}: {NOTES[line.state]}")


def _intake(settings: Settings) -> Iterator[Finding]:
    rules = rules_from(settings)
    yield from _checked("forms", lambda: _forms(settings, rules))
    yield from _checked("CRM events", lambda: _events(settings, rules))


def _checked(name: str, look: Callable[[], str]) -> Iterator[Finding]:
    try:
        yield Finding(name, look())
    except (SettingsError, CrmEventsError) as fault:
        for problem in fault.problems:
            yield Finding(name, "wrong", str(problem))


def _forms(settings: Settings, rules: Rules) -> str:
    form = form_rules(settings, rules)
    if not form.is_open:
        return "with a secret of INTAKE_SECRETS" if form.secrets else "none are taken"
    caps = settings.caps
    if caps.daily_credits is None and caps.monthly_credits is None:
        return UNBOUNDED
    return f"open to anybody, {settings.intake_per_minute:g} a minute from one address"


def _events(settings: Settings, rules: Rules) -> str:
    return ", ".join(event_rules(settings, rules).mappings) or NO_EVENTS


def _warehouse(settings: Settings, is_installed: Callable[[str], object]) -> Iterator[Finding]:
    with suppress(DestinationsError):  # which is a finding of its own
        found = load_destinations(settings)
        names = [name for name, spec in found.items() if spec.kind == "warehouse"]
        if names:
            listed = ", ".join(names)
            missing = not is_installed("dlt")
            yield Finding("warehouse", listed, NO_DLT if missing else "")


def _dead_jobs(settings: Settings) -> Iterator[Finding]:
    with suppress(LedgerError):  # which is a finding of its own
        if has_ledger(settings.database):
            with open_project(settings.database, for_writing=False) as project:
                count = project.dead_jobs.count(name=None, reason=None)
            yield Finding("dead jobs", f"{count:,}", REDRIVE if count else "")
