"""The ledger of a run, its pace and its account, on both stores."""

from __future__ import annotations

import asyncio

import pytest

from leadflow.adapters.database import Database
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_intake import sql_intake
from leadflow.adapters.sql_ledger import SqlLedger
from leadflow.adapters.sql_pace import SqlPace
from leadflow.domain.errors import LedgerBusy
from leadflow.domain.intake import IntakeCount
from leadflow.domain.lead import Lead
from leadflow.domain.ledger import Account, Event, State
from leadflow.domain.limits import Webhook
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS, Pace
from leadflow.use_cases.send_lead import WaitingLead

HOOK = Webhook(webhook_id="hook-1", label="...1234")
NOW = 1_795_000_000.25


def accept(database: Database, *names: str, file: str = "leads.csv") -> None:
    leads = [
        (line, Lead(f"lead-{name}", {"email": f"{name}@acme.com"}))
        for line, name in enumerate(names, start=2)
    ]

    async def take_in() -> None:
        with sql_intake(database, file=file, now=NOW) as intake:
            await intake.add(leads)
            await intake.finish(IntakeCount(new=len(leads), rejected=1, duplicates=2))

    asyncio.run(take_in())


@pytest.fixture
def ledger(database: Database) -> SqlLedger:
    """Three leads wait, and one webhook is known."""
    accept(database, "ada", "grace", "mary")
    ledger = SqlLedger(database)
    asyncio.run(ledger.webhooks([HOOK]))
    return ledger


def next_lead(ledger: SqlLedger, *origins: State, after: int = 0) -> WaitingLead:
    lead = asyncio.run(ledger.next_lead(origins or (State.WAITING,), after=after))
    assert lead is not None
    return lead


def attempt(ledger: SqlLedger, lead: WaitingLead, event: Event, reason: str = "") -> None:
    async def send() -> None:
        await ledger.claim(lead, webhook_id=HOOK.webhook_id, now=NOW)
        await ledger.resolve(lead, event, webhook_id=HOOK.webhook_id, reason=reason, now=NOW + 1)

    asyncio.run(send())


def used(ledger: SqlLedger) -> int:
    (webhook,) = asyncio.run(ledger.webhooks([HOOK]))
    return webhook.used


def test_leads_are_given_out_in_the_order_of_the_file(ledger: SqlLedger) -> None:
    first = next_lead(ledger)
    second = next_lead(ledger, after=first.seq)

    assert first == WaitingLead("lead-ada", {"email": "ada@acme.com"}, State.WAITING, first.seq)
    assert second.lead_id == "lead-grace"
    assert asyncio.run(ledger.next_lead((State.FAILED,), after=0)) is None


@pytest.mark.parametrize(
    ("event", "charged", "expected"),
    [
        (Event.ACCEPTED, 1, {"sent": 1, "failed": 0, "unknown": 0, "waiting": 2}),
        (Event.REFUSED, 0, {"sent": 0, "failed": 1, "unknown": 0, "waiting": 2}),
        (Event.BROKEN, 1, {"sent": 0, "failed": 1, "unknown": 0, "waiting": 2}),
        (Event.LOST, 1, {"sent": 0, "failed": 0, "unknown": 1, "waiting": 2}),
        (Event.PUT_BACK, 0, {"sent": 0, "failed": 0, "unknown": 0, "waiting": 3}),
    ],
    ids=["accepted", "refused", "broken", "lost", "put-back"],
)
def test_each_end_of_an_attempt_is_counted_once(
    database: Database, ledger: SqlLedger, event: Event, charged: int, expected: dict[str, int]
) -> None:
    attempt(ledger, next_lead(ledger), event)

    account = SqlAccount(database).account()
    assert {state: getattr(account, state) for state in expected} == expected
    assert account.is_balanced
    assert used(ledger) == charged


def test_a_lead_is_claimed_once(ledger: SqlLedger) -> None:
    lead = next_lead(ledger)
    asyncio.run(ledger.claim(lead, webhook_id=HOOK.webhook_id, now=NOW))

    with pytest.raises(LedgerBusy, match="taken by another run"):
        asyncio.run(ledger.claim(lead, webhook_id=HOOK.webhook_id, now=NOW))

    assert used(ledger) == 1


def test_what_a_killed_run_left_in_flight_is_unknown_and_stays_charged(
    database: Database, ledger: SqlLedger
) -> None:
    asyncio.run(ledger.claim(next_lead(ledger), webhook_id=HOOK.webhook_id, now=NOW))

    assert asyncio.run(ledger.recover(now=NOW + 9)) == ["lead-ada"]
    assert asyncio.run(ledger.recover(now=NOW + 10)) == []

    (note,) = SqlAccount(database).unknown()
    assert (note.lead_id, note.file, note.line) == ("lead-ada", "leads.csv", 2)
    assert note.reason == "the run ended before the answer"
    assert used(ledger) == 1
    assert asyncio.run(SqlPace(database).load(now=NOW + 60)).last_start == NOW + 9


def test_a_lead_that_was_asked_for_again_is_perhaps_there_twice(
    database: Database, ledger: SqlLedger
) -> None:
    attempt(ledger, next_lead(ledger), Event.LOST, "no answer")
    again = next_lead(ledger, State.UNKNOWN, State.FAILED)

    attempt(ledger, again, Event.PUT_BACK, "breaker open")
    (kept,) = SqlAccount(database).unknown()
    attempt(ledger, again, Event.ACCEPTED)
    (note,) = SqlAccount(database).perhaps_twice()

    assert kept.reason == "no answer"
    assert note.reason == "Clay may have it from 1 earlier request(s), too"
    assert used(ledger) == 2


def test_failed_leads_are_named_with_their_reason(database: Database, ledger: SqlLedger) -> None:
    attempt(ledger, next_lead(ledger), Event.REFUSED, "Clay answered 400")

    (note,) = SqlAccount(database).failed()

    assert (note.lead_id, note.reason) == ("lead-ada", "Clay answered 400")


def test_what_leads_wait_for_is_told(database: Database, ledger: SqlLedger) -> None:
    asyncio.run(ledger.hold("webhook_exhausted"))

    assert SqlAccount(database).held() == {"webhook_exhausted": 3}


def test_a_webhook_that_is_full_stays_full_until_clay_takes_more(
    database: Database, ledger: SqlLedger
) -> None:
    asyncio.run(ledger.mark_full(HOOK.webhook_id, full_at=NOW))
    (full,) = SqlAccount(database).webhooks()
    asyncio.run(ledger.mark_full(HOOK.webhook_id, full_at=None))
    (free,) = SqlAccount(database).webhooks()

    assert (full.is_full, full.full_at) == (True, NOW)
    assert not free.is_full


def test_the_account_tells_earlier_files_from_the_last(
    database: Database, ledger: SqlLedger
) -> None:
    account = SqlAccount(database)
    first = account.last_intake()
    accept(database, "joan", file="more.csv")
    last = account.last_intake()

    assert (first, last) == (1, 2)
    assert account.earlier([State.WAITING, State.SENT], intake_id=last) == {"leads.csv": 3}
    assert account.earlier([State.WAITING], intake_id=None) == {"leads.csv": 3, "more.csv": 1}
    assert (account.account().rejected, account.account().duplicates) == (2, 4)
    assert next_lead(ledger).lead_id == "lead-ada"


def test_a_new_ledger_has_an_empty_account(database: Database) -> None:
    account = SqlAccount(database)

    assert account.account() == Account(accepted=0, sent=0, failed=0, unknown=0, waiting=0)
    assert account.last_intake() is None


def test_the_pace_is_kept_and_believes_nothing_of_the_future(database: Database) -> None:
    pace = SqlPace(database)
    asyncio.run(pace.pause(until=NOW + 30))

    near = asyncio.run(pace.load(now=NOW))
    far = asyncio.run(pace.load(now=NOW - 10_000))

    assert near == Pace(0.0, NOW + 30)
    assert far.not_before == NOW - 10_000 + LONGEST_PAUSE_SECONDS
    assert asyncio.run(pace.load(now=NOW)) == far
