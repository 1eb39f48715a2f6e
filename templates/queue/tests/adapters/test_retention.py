"""What is kept about people ends, and the counts stay; on both stores."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial

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
from leadflow.adapters.committed import CommittedRetention
from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import group_commit
from leadflow.adapters.sql_deliveries import SqlDeliveries
from leadflow.adapters.sql_inbox import SqlInbox
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.adapters.sql_retention import SqlRetention
from leadflow.domain.delivery import DeliveryState, Settled
from leadflow.domain.inbox import Acceptance
from leadflow.domain.lead import identify

DAY = 86_400
ADA = "ada1@acme.com"


def settle_all(database: Database, destination: str, state: DeliveryState) -> None:
    deliveries = SqlDeliveries(database)
    found = deliveries.claim(destination, limit=99, now=NOW, lease_until=NOW + 60)
    deliveries.settle(
        [Settled(delivery_id=one.delivery_id, attempt=1, state=state) for one in found], now=NOW
    )


def purge(database: Database, *, days: float) -> dict[str, int]:
    now = NOW + days * DAY
    return SqlRetention(database).purge_old(now=now, inbox_days=7, dead_days=30)


def everything(database: Database) -> Iterator[str]:
    """All that the tables hold, as one would find it in the file."""
    for table in ("lead", "inbox", "delivery", "enrichment", "quarantine", "reservation"):
        for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own names
            yield from (
                bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                for value in row
            )


def test_facts_are_emptied_after_their_time_and_the_event_stays(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))
    route(database, CRM)
    settle_all(database, "crm", DeliveryState.DELIVERED)

    assert purge(database, days=6.9) == {"inbox": 0, "quarantine": 0}
    assert purge(database, days=7.1) == {"inbox": 1, "quarantine": 0}
    assert purge(database, days=7.1) == {"inbox": 0, "quarantine": 0}

    assert receive(database, arrival(1)) == [Acceptance.DUPLICATE]
    assert SqlInbox(database).count() == {"routed": 1}
    assert SqlJourney(database).journey(NOW, DAY).delivered == 1
    assert SqlJourney(database).problems() == []


@pytest.mark.parametrize("state", [DeliveryState.WAITING, DeliveryState.CLAIMED])
def test_facts_that_are_still_to_be_delivered_are_kept(
    database: Database, state: DeliveryState
) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))
    route(database, CRM)
    if state is DeliveryState.CLAIMED:
        SqlDeliveries(database).claim("crm", limit=9, now=NOW, lease_until=NOW)

    assert purge(database, days=99)["inbox"] == 0


def test_facts_that_are_not_routed_yet_are_kept(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))

    assert purge(database, days=99)["inbox"] == 0


def test_dead_letters_are_kept_for_longer(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))
    route(database, CRM)
    settle_all(database, "crm", DeliveryState.DEAD)

    assert purge(database, days=29.9)["inbox"] == 0
    assert purge(database, days=30.1)["inbox"] == 1
    assert SqlJourney(database).journey(NOW, DAY).dead == 1


def test_bodies_in_quarantine_go_after_their_time(database: Database) -> None:
    SqlQuarantine(database).put(b"{", reason="not JSON", now=NOW)

    assert purge(database, days=6.9)["quarantine"] == 0
    assert purge(database, days=7.1)["quarantine"] == 1


def test_more_than_one_round_is_emptied(database: Database) -> None:
    add_leads(database, range(1_200))
    receive(database, *(arrival(number) for number in range(1_200)))
    while route(database, limit=200):
        pass

    assert purge(database, days=8)["inbox"] == 1_200


def test_a_person_is_forgotten_everywhere(database: Database) -> None:
    add_leads(database, [1, 2])
    assert lead_name(1) != identify({"email": ADA})  # found by what the row says
    receive(database, arrival(1, note=f"Write to <{ADA.upper()}>."), arrival(2))
    route(database, CRM, OUTREACH)
    facts = json.dumps({"work_email": ADA})
    database.execute("INSERT INTO enrichment VALUES (?, ?, 0)", (lead_name(1), facts))
    SqlQuarantine(database).put(f'{{"email": "{ADA}"'.encode(), reason="not JSON", now=NOW)

    counts = SqlRetention(database).purge_email(ADA)

    assert counts == {"lead": 1, "inbox": 1, "enrichment": 1, "quarantine": 1}
    assert not any(ADA in text.lower() for text in everything(database))
    assert SqlJourney(database).journey(NOW, DAY).is_balanced
    assert SqlJourney(database).problems() == []
    assert [state for _, state in states(database)] == [
        "withheld",
        "withheld",
        "waiting",
        "waiting",
    ]
    assert SqlRetention(database).purge_email(ADA) == dict.fromkeys(counts, 0)


def test_what_clay_says_of_a_forgotten_person_later_goes_nowhere_and_is_not_kept(
    database: Database,
) -> None:
    add_leads(database, [1, 2])
    receive(database, arrival(1))
    SqlRetention(database).purge_email(ADA)

    late = receive(database, arrival(1, note="later"), arrival(2))
    route(database, CRM, OUTREACH)

    assert late == [Acceptance.NEW] * 2
    assert not any(ADA in text.lower() for text in everything(database))
    assert [name for name, _ in states(database)] == ["crm", "outreach"]  # of the other lead
    assert SqlInbox(database).count() == {"routed": 1, "superseded": 2}
    assert SqlJourney(database).journey(NOW, DAY).is_balanced
    assert SqlJourney(database).problems() == []


def test_a_running_process_forgets_between_its_other_writes_and_ends_when_told(
    store: Store,
) -> None:
    with store.open() as database:
        add_leads(database, [1])
        receive(database, *(arrival(1, note=number) for number in range(1_200)))
        route(database, limit=2_000)
    rounds = iter([True, False])

    async def scenario() -> list[dict[str, int]]:
        async with group_commit(store.open) as writer:
            purge_old = partial(
                CommittedRetention(writer).purge_old, now=NOW + 8 * DAY, inbox_days=7, dead_days=30
            )
            return [await purge_old(goes_on=lambda: next(rounds)), await purge_old()]

    assert [gone["inbox"] for gone in asyncio.run(scenario())] == [1_000, 200]


def test_a_lead_is_forgotten_by_its_identity_however_its_row_spells_it(database: Database) -> None:
    add_leads(database, [1])
    lead_id = identify({"email": "grace@acme.com"})
    database.execute("UPDATE lead SET lead_id = ?", (lead_id,))

    assert SqlRetention(database).purge_email("grace@acme.com")["lead"] == 1


@pytest.mark.parametrize(
    "other",
    ["nada1@acme.com", "ada1@acme.com.br", "x.ada1@acme.com", "ada1@acme.community"],
)
def test_another_person_is_not_forgotten(database: Database, other: str) -> None:
    add_leads(database, [2])
    receive(database, arrival(2, work_email=other))

    assert sum(SqlRetention(database).purge_email(ADA).values()) == 0


def test_an_underscore_stands_for_itself(database: Database) -> None:
    add_leads(database, [2])
    receive(
        database, arrival(2, work_email="ada_b@acme.com"), arrival(2, work_email="adaxb@acme.com")
    )

    assert SqlRetention(database).purge_email("ada_b@acme.com")["inbox"] == 1


def test_a_domain_beyond_ascii_is_found_as_people_write_it(database: Database) -> None:
    add_leads(database, [2])
    receive(database, arrival(2, work_email="ada@müller.de"))

    assert SqlRetention(database).purge_email("ada@xn--mller-kva.de")["inbox"] == 1


def test_a_lead_that_was_not_sent_yet_is_not_sent_any_more(database: Database) -> None:
    add_leads(database, [1], state="waiting")

    SqlRetention(database).purge_email(ADA)

    state, fields = database.execute("SELECT state, fields FROM lead").fetchone()
    assert (state, fields) == ("failed", "{}")
