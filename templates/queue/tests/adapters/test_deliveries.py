"""Claims, their ends, and claims that were left behind, on both stores."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.received import (
    CRM,
    NOW,
    OUTREACH,
    add_leads,
    arrival,
    lead_name,
    receive,
    route,
    states,
)
from harness.stores import Store
from leadflow.adapters.database import Database
from leadflow.adapters.sql_deliveries import DUE, SqlDeliveries
from leadflow.adapters.sql_depth import Depth, depth
from leadflow.adapters.sql_recovery import SqlRecovery
from leadflow.domain.delivery import Delivery, DeliveryState, Settled

LEASE = 60.0


def plan(database: Database, *numbers: int) -> None:
    add_leads(database, numbers)
    receive(database, *(arrival(number) for number in numbers))
    route(database, CRM, OUTREACH)


def claim(
    database: Database, destination: str = "crm", *, now: float = NOW, limit: int = 9
) -> list[Delivery]:
    return SqlDeliveries(database).claim(destination, limit=limit, now=now, lease_until=now + LEASE)


def settle(database: Database, ends: Sequence[Settled], *, now: float = NOW) -> None:
    SqlDeliveries(database).settle(ends, now=now)


def end(delivery: Delivery, state: DeliveryState, **more: object) -> Settled:
    return Settled(
        delivery_id=delivery.delivery_id,
        attempt=delivery.attempt,
        state=state,
        **more,  # type: ignore[arg-type]
    )


def recover(database: Database, *, now: float, all: bool = False) -> int:  # noqa: A002
    return SqlRecovery(database).recover(["outreach"], now=now, all=all)


def test_a_claim_carries_the_facts_over_the_fields_of_the_lead(database: Database) -> None:
    plan(database, 1)

    (delivery,) = claim(database)

    assert (delivery.lead_id, delivery.destination, delivery.attempt) == (lead_name(1), "crm", 1)
    assert delivery.fields == {
        "email": "ada1@acme.com",
        "first_name": "Ada",
        "work_email": "ada1@acme.com",
        "icp_score": 85,
        "lead_id": lead_name(1),
    }


def test_what_is_claimed_is_not_claimed_again(database: Database) -> None:
    plan(database, 1, 2, 3)

    first, rest = claim(database, limit=1), claim(database)

    assert [one.lead_id for one in first + rest] == [lead_name(1), lead_name(2), lead_name(3)]
    assert claim(database) == []


def test_what_was_put_off_is_claimed_when_it_is_due_and_behind_the_others(
    database: Database,
) -> None:
    plan(database, 1, 2)
    first, second = claim(database)
    settle(database, [end(first, DeliveryState.WAITING, reason="503", next_attempt_at=NOW + 5)])
    settle(database, [end(second, DeliveryState.WAITING, reason="503", next_attempt_at=NOW + 3)])

    assert claim(database, now=NOW + 2) == []
    again = claim(database, now=NOW + 6)

    assert [(one.lead_id, one.attempt) for one in again] == [(lead_name(2), 2), (lead_name(1), 2)]


def test_an_attempt_that_was_not_made_is_given_back(database: Database) -> None:
    plan(database, 1)
    (delivery,) = claim(database)

    settle(
        database,
        [end(delivery, DeliveryState.WAITING, next_attempt_at=NOW, spends_attempt=False)],
    )

    (again,) = claim(database)
    assert again.attempt == 1


@pytest.mark.parametrize(
    "state", [DeliveryState.DELIVERED, DeliveryState.DEAD, DeliveryState.UNKNOWN]
)
def test_what_has_ended_is_not_claimed(database: Database, state: DeliveryState) -> None:
    plan(database, 1)

    settle(database, [end(one, state, reason="said so") for one in claim(database)])

    assert claim(database, now=NOW + 1e6) == []
    assert states(database)[0] == ("crm", state)


def test_a_lease_that_ended_is_freed_and_an_enrolment_becomes_unknown(database: Database) -> None:
    plan(database, 1)
    claim(database)
    claim(database, "outreach")

    assert recover(database, now=NOW + LEASE - 1) == 0
    assert recover(database, now=NOW + LEASE) == 2

    assert states(database) == [
        ("crm", DeliveryState.WAITING),
        ("outreach", DeliveryState.UNKNOWN),
    ]
    (again,) = claim(database, now=NOW + LEASE)
    assert again.attempt == 2


def test_the_only_worker_frees_all_that_was_left_when_it_starts(database: Database) -> None:
    plan(database, 1)
    claim(database)

    assert recover(database, now=NOW, all=True) == 1
    assert recover(database, now=NOW, all=True) == 0


def test_a_late_worker_does_not_undo_what_its_successor_does(database: Database) -> None:
    plan(database, 1)
    (late,) = claim(database)
    recover(database, now=NOW + LEASE)
    claim(database, now=NOW + LEASE)

    settle(database, [end(late, DeliveryState.DEAD, reason="late")])

    assert states(database)[0] == ("crm", DeliveryState.CLAIMED)


@pytest.mark.parametrize("destination", ["crm", "outreach"])
def test_a_late_success_is_a_fact(database: Database, destination: str) -> None:
    plan(database, 1)
    (late,) = claim(database, destination)
    recover(database, now=NOW + LEASE)

    settle(database, [end(late, DeliveryState.DELIVERED)])

    assert (destination, DeliveryState.DELIVERED) in states(database)


def test_the_depth_counts_what_is_not_done(database: Database) -> None:
    plan(database, 1, 2, 3)
    first, *_ = claim(database, limit=2)
    settle(database, [end(first, DeliveryState.DELIVERED)])

    assert depth(database, now=NOW + 5) == [
        Depth("crm", "claimed", 1, 5.0),
        Depth("crm", "waiting", 1, 5.0),
        Depth("outreach", "waiting", 3, 5.0),
    ]


def test_a_claim_reads_no_more_than_it_takes(store: Store) -> None:
    if store.kind != "sqlite":
        pytest.skip("PostgreSQL plans anew each time, by what it has counted")
    with store.open() as database:
        steps = database.execute(
            f"EXPLAIN QUERY PLAN {DUE.format(skip_locked='')}", ("crm", NOW, 9)
        )
        plan = [step[-1] for step in steps]

    assert any("delivery_by_due (state=? AND destination=? AND due_at<?)" in step for step in plan)
    assert any("delivery_claimed (lead_seq=? AND destination=?)" in step for step in plan)
    assert not any("SCAN" in step or "TEMP" in step for step in plan)


def test_workers_at_once_claim_each_delivery_once(store: Store) -> None:
    with store.open() as database:
        plan(database, *range(200))

    def take(_worker: int) -> list[int]:
        taken: list[int] = []
        with store.open() as database:
            for _ in range(200):
                found = claim(database, limit=9)
                if not found:
                    break
                taken += [one.delivery_id for one in found]
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [number for found in pool.map(take, range(6)) for number in found]

    assert len(taken) == len(set(taken)) == 200
