"""Lead, webhook and budget change together, or not at all: on both stores."""

from __future__ import annotations

import asyncio

import pytest

from leadflow.adapters.budgeted_ledger import BudgetedLedger
from leadflow.adapters.database import Database
from leadflow.adapters.sql_budget import SqlBudget
from leadflow.adapters.sql_intake import sql_intake
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.adapters.sql_outcomes import SqlOutcomes
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.errors import BudgetExhausted, LedgerError
from leadflow.domain.lead import Lead
from leadflow.domain.ledger import Event, State
from leadflow.domain.limits import Webhook
from leadflow.use_cases.send_lead import WaitingLead

NOON = 1_764_244_800.0
LEAD_ID = "lead-" + "a" * 32
LEAD = WaitingLead(LEAD_ID, {"email": "ada@acme.com"})
WEBHOOK = Webhook("w", "...a1b2")


def ledger(database: Database, *, daily_credits: float = 100, life: int = 50_000) -> BudgetedLedger:
    """A ledger with one waiting lead and one webhook."""
    made = BudgetedLedger(
        database, cost=Cost(6, 4), caps=Caps(daily_credits=daily_credits), webhook_life=life
    )

    async def fill() -> None:
        with sql_intake(database, file="leads.csv", now=NOON) as intake:
            await intake.add([(2, Lead(LEAD_ID, LEAD.fields))])
        await made.webhooks([WEBHOOK])

    asyncio.run(fill())
    return made


def claim(made: BudgetedLedger) -> None:
    asyncio.run(made.claim(LEAD, webhook_id="w", now=NOON))


def resolve(made: BudgetedLedger, event: Event) -> None:
    asyncio.run(made.resolve(LEAD, event, webhook_id="w", reason="", now=NOON))


def charge_again(made: BudgetedLedger) -> bool:
    return asyncio.run(made.charge_again("w", now=NOON))


def standing(database: Database) -> tuple[State, int, float, int]:
    """The lead's state, what the webhook has used, the credits and actions of the day."""
    state = SqlOutcomes(database).of([LEAD_ID])[LEAD_ID].state
    (used,) = database.execute("SELECT used FROM webhook").fetchone()
    day, _month = SqlBudget(database).standing(NOON)
    assert SqlJourney(database).problems() == []
    return state, used, day.credits, day.actions


def test_a_claim_charges_and_reserves(database: Database) -> None:
    made = ledger(database)

    claim(made)

    assert standing(database)[0] is State.SENDING
    assert standing(database)[1:] == (1, 6, 4)


@pytest.mark.parametrize(("daily_credits", "life"), [(5, 50_000), (100, 0)])
def test_without_room_in_budget_or_webhook_nothing_has_changed(
    database: Database, daily_credits: float, life: int
) -> None:
    made = ledger(database, daily_credits=daily_credits, life=life)

    with pytest.raises(BudgetExhausted if daily_credits == 5 else LedgerError):
        claim(made)

    assert standing(database) == (State.WAITING, 0, 0, 0)


@pytest.mark.parametrize(
    ("event", "state", "charged"),
    [
        (Event.ACCEPTED, State.SENT, 1),
        (Event.BROKEN, State.FAILED, 1),
        (Event.LOST, State.UNKNOWN, 1),
        (Event.REFUSED, State.FAILED, 0),
        (Event.PUT_BACK, State.WAITING, 0),
    ],
)
def test_an_end_keeps_what_clay_may_have_and_gives_the_rest_back(
    database: Database, event: Event, state: State, charged: int
) -> None:
    made = ledger(database)
    claim(made)

    resolve(made, event)

    assert standing(database) == (state, charged, 6 * charged, 4 * charged)


def test_a_further_try_is_charged_reserved_and_remembered_as_a_doubt(database: Database) -> None:
    made = ledger(database)
    claim(made)

    assert charge_again(made)
    resolve(made, Event.ACCEPTED)

    assert standing(database) == (State.SENT, 2, 12, 8)
    assert database.execute("SELECT attempts, doubts FROM lead").fetchall() == [(2, 1)]


@pytest.mark.parametrize(("daily_credits", "life"), [(11, 50_000), (100, 1)])
def test_a_further_try_without_room_is_a_no_and_nothing_has_changed(
    database: Database, daily_credits: float, life: int
) -> None:
    made = ledger(database, daily_credits=daily_credits, life=life)
    claim(made)

    assert not charge_again(made)
    resolve(made, Event.BROKEN)

    assert standing(database) == (State.FAILED, 1, 6, 4)


def test_outcomes_are_those_of_the_leads_that_are_named(database: Database) -> None:
    ledger(database)
    many = [f"lead-{number:032x}" for number in range(1_200)]

    found = SqlOutcomes(database).of([*many, LEAD_ID])

    assert found == {LEAD_ID: (State.WAITING, "")}
