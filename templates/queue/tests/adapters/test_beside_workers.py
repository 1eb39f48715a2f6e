"""`leadflow send` in a project that has workers: nothing of theirs is touched, on both stores."""

from __future__ import annotations

import asyncio

import pytest

from harness.intake import NOW, arrived, lead_of, taken
from leadflow.adapters.beside_workers import BesideWorkers
from leadflow.adapters.committed_witness import begin_gate
from leadflow.adapters.database import Database
from leadflow.adapters.sql_intake import sql_intake
from leadflow.adapters.sql_withdrawal import withdraw_unsourced
from leadflow.adapters.sql_witness import SqlWitness
from leadflow.domain.intake import IntakeCount
from leadflow.domain.lead import Lead

STATES = "SELECT lead_id, state FROM lead ORDER BY seq"


def states(database: Database) -> dict[str, str]:
    return dict(database.execute(STATES).fetchall())


@pytest.mark.parametrize(
    ("is_worked", "state"), [(True, "sending"), (False, "unknown")], ids=["worked", "alone"]
)
def test_what_a_worker_may_have_in_hand_is_not_taken_for_lost(
    database: Database, *, is_worked: bool, state: str
) -> None:
    taken(database, arrived(1))
    database.execute("UPDATE lead SET state = 'sending', attempts = 1")

    lost = asyncio.run(BesideWorkers(database, is_worked=lambda: is_worked).recover(now=NOW))

    assert states(database) == {lead_of(1).lead_id: state}
    assert lost == ([] if is_worked else [lead_of(1).lead_id])


def test_a_file_that_is_taken_back_leaves_what_a_form_brought_meanwhile(
    database: Database,
) -> None:
    take_file(database, [lead_of(1), lead_of(2)])
    taken(database, arrived(2))

    withdraw_unsourced(database, 1)

    assert states(database) == {lead_of(2).lead_id: "waiting"}


def take_file(database: Database, leads: list[Lead]) -> None:
    async def take() -> None:
        with sql_intake(database, file="leads.csv", now=NOW) as intake:
            await intake.add([*enumerate(leads, 2)])
            await intake.finish(IntakeCount())

    asyncio.run(take())


def test_before_a_run_charges_the_ledger_the_mark_of_redis_is_forgotten(
    database: Database,
) -> None:
    witness = SqlWitness(database)
    asyncio.run(witness.keep("of-the-last-init"))

    begin_gate(database)

    assert asyncio.run(witness.epoch()) == ""
