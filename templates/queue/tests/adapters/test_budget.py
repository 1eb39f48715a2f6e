"""The budget: never a reserved unit over a cap, on both stores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from harness.received import NOW
from harness.stores import Store
from leadflow.adapters.database import Database
from leadflow.adapters.sql_budget import SqlBudget
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.errors import BudgetExhausted

COST = Cost(credits=6, actions=4)
NO_CAPS = Caps()
LAST_MOMENT = datetime(2026, 11, 23, 23, 59, 59, 900_000, UTC).timestamp()
NEXT_DAY = LAST_MOMENT + 1


def test_what_is_reserved_stands_in_its_day_and_month(database: Database) -> None:
    budget = SqlBudget(database)

    budget.reserve("lead-a", COST, NO_CAPS, NOW)

    assert budget.standing(NOW) == (Cost(6, 4), Cost(6, 4))


@pytest.mark.parametrize(
    "caps",
    [
        Caps(daily_credits=17),
        Caps(monthly_credits=17),
        Caps(daily_actions=11),
        Caps(monthly_actions=11),
    ],
    ids=["credits a day", "credits a month", "actions a day", "actions a month"],
)
def test_a_lead_that_would_go_over_a_cap_reserves_nothing(database: Database, caps: Caps) -> None:
    budget = SqlBudget(database)
    budget.reserve("lead-a", COST, caps, NOW)
    budget.reserve("lead-b", COST, caps, NOW)

    with pytest.raises(BudgetExhausted, match="CAP is reached"):
        budget.reserve("lead-c", COST, caps, NOW)

    assert budget.standing(NOW) == (Cost(12, 8), Cost(12, 8))


def test_tenths_of_a_credit_add_up_exactly(database: Database) -> None:
    budget = SqlBudget(database)
    for number in range(10):
        budget.reserve(f"lead-{number}", Cost(0.1, 1), Caps(daily_credits=1), NOW)

    with pytest.raises(BudgetExhausted):
        budget.reserve("lead-more", Cost(0.1, 1), Caps(daily_credits=1), NOW)

    assert budget.standing(NOW)[0] == Cost(1.0, 10)


def test_what_was_released_is_given_back_once(database: Database) -> None:
    budget = SqlBudget(database)
    budget.reserve("lead-a", COST, NO_CAPS, NOW)
    budget.reserve("lead-b", COST, NO_CAPS, NOW)

    budget.release("lead-a")
    budget.release("lead-a")

    assert budget.standing(NOW)[0] == Cost(6, 4)


def test_what_was_committed_is_not_given_back(database: Database) -> None:
    budget = SqlBudget(database)
    budget.reserve("lead-a", COST, NO_CAPS, NOW)

    budget.commit("lead-a")
    budget.release("lead-a")

    assert budget.standing(NOW)[0] == Cost(6, 4)


def test_a_further_attempt_costs_again_and_only_it_is_given_back(database: Database) -> None:
    budget = SqlBudget(database)
    budget.reserve("lead-a", COST, NO_CAPS, NOW)
    budget.again("lead-a", COST, NO_CAPS, NOW)
    assert budget.standing(NOW)[0] == Cost(12, 8)

    budget.release("lead-a")
    budget.release("lead-a")

    assert budget.standing(NOW)[0] == Cost(6, 4)


def test_a_refusal_leaves_the_earlier_attempt_as_it_was(database: Database) -> None:
    budget, caps = SqlBudget(database), Caps(daily_credits=6)
    budget.reserve("lead-a", COST, caps, NOW)

    with pytest.raises(BudgetExhausted):
        budget.again("lead-a", COST, caps, NOW)
    budget.release("lead-a")

    assert budget.standing(NOW)[0] == Cost(0, 0)


@pytest.mark.case(28)
def test_a_refund_goes_to_the_day_it_was_reserved_on(database: Database) -> None:
    budget = SqlBudget(database)
    budget.reserve("lead-a", COST, NO_CAPS, LAST_MOMENT)
    assert budget.standing(NEXT_DAY) == (Cost(0, 0), Cost(6, 4))
    budget.reserve("lead-b", COST, NO_CAPS, NEXT_DAY)

    budget.release("lead-a")

    assert budget.standing(LAST_MOMENT) == (Cost(0, 0), Cost(6, 4))
    assert budget.standing(NEXT_DAY) == (Cost(6, 4), Cost(6, 4))


@pytest.mark.case(27)
def test_however_many_reserve_at_once_the_cap_holds(store: Store) -> None:
    caps = Caps(daily_credits=1000)
    with store.open():
        pass

    def reserve(worker: int) -> int:
        taken = 0
        with store.open() as database:
            budget = SqlBudget(database)
            for number in range(400):
                lead_id = f"lead-{worker}-{number}"
                try:
                    budget.reserve(lead_id, COST, caps, NOW)
                except BudgetExhausted:
                    continue
                if number % 5 == 0:
                    budget.release(lead_id)
                    budget.release(lead_id)
                else:
                    budget.commit(lead_id)
                    taken += 1
                assert budget.standing(NOW)[0].credits <= 1000
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = sum(pool.map(reserve, range(8)))

    with store.open() as database:
        assert SqlBudget(database).standing(NOW)[0].credits == taken * 6 == 996
        assert SqlJourney(database).problems() == []
