"""Two owners of one job: only the end of the attempt that is under way is written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from harness.stores import Store
from leadflow.adapters.committed_ledger import CommittedLedger, LedgerRules
from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import GroupCommit, group_commit
from leadflow.adapters.sql_budget import SqlBudget
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.errors import BudgetExhausted, LedgerBusy, LedgerError
from leadflow.domain.ledger import Event, State
from leadflow.use_cases.send_lead import WaitingLead

NOW = 1_790_000_000.0
RULES = LedgerRules(Cost(6, 4), Caps(daily_credits=12), webhook_life=50_000)
ADD = "INSERT INTO lead (lead_id, fields, intake_id, line) VALUES (?, ?, 1, 1)"
Play = Callable[[GroupCommit], Awaitable[None]]


def play(store: Store, part: Play, *, leads: int = 1) -> None:
    async def run() -> None:
        async with group_commit(store.open) as writer:
            await writer.run(lambda database: prepare(database, leads))
            await part(writer)

    asyncio.run(run())


def prepare(database: Database, leads: int) -> None:
    database.execute("INSERT INTO intake (intake_id, file, started_at) VALUES (1, 'f', 0)")
    database.execute("INSERT INTO webhook (webhook_id, label) VALUES ('w', '...')")
    for number in range(leads):
        database.execute(ADD, (f"lead-{number}", json.dumps({"email": "ada@acme.com"})))


async def found(ledger: CommittedLedger, lead_id: str = "lead-0") -> WaitingLead:
    lead = await ledger.find(lead_id)
    assert lead is not None
    return lead


async def resolved(
    ledger: CommittedLedger, lead: WaitingLead, event: Event, reason: str = ""
) -> None:
    await ledger.resolve(lead, event, webhook_id="w", reason=reason, now=NOW)


async def state_of(writer: GroupCommit, lead_id: str = "lead-0") -> tuple[str, int]:
    query = "SELECT state, attempts FROM lead WHERE lead_id = ?"
    row = await writer.run(lambda database: database.execute(query, (lead_id,)).fetchone())
    return row[0], row[1]


async def reserved(writer: GroupCommit) -> float:
    standing = await writer.run(lambda database: SqlBudget(database).standing(NOW))
    return standing[0].credits


@pytest.mark.case(37)
def test_an_owner_that_wakes_late_changes_nothing(store: Store) -> None:
    async def part(writer: GroupCommit) -> None:
        frozen, other = CommittedLedger(writer, RULES), CommittedLedger(writer, RULES)
        lead = await found(frozen)
        await frozen.claim(lead, webhook_id="w", now=NOW)
        # It is frozen; the other finds the lead `sending`, writes it down as lost and sends it.
        left = await found(other)
        await resolved(other, left, Event.LOST)
        unknown = await found(other)
        await other.claim(unknown, webhook_id="w", now=NOW)

        for event in (Event.ACCEPTED, Event.PUT_BACK, Event.LOST):
            with pytest.raises(LedgerBusy):
                await resolved(frozen, lead, event)

        assert await state_of(writer) == ("sending", 2)
        assert await reserved(writer) == 12
        await resolved(other, unknown, Event.ACCEPTED)
        assert await state_of(writer) == ("sent", 2)
        with pytest.raises(LedgerBusy):
            await resolved(frozen, lead, Event.LOST)
        assert await state_of(writer) == ("sent", 2)

    play(store, part)


def test_who_finds_a_lead_sending_loses_it_only_while_it_is_the_same_attempt(store: Store) -> None:
    async def part(writer: GroupCommit) -> None:
        owner, finder = CommittedLedger(writer, RULES), CommittedLedger(writer, RULES)
        lead = await found(owner)
        await owner.claim(lead, webhook_id="w", now=NOW)
        left = await found(finder)
        assert left.origin is State.SENDING
        await resolved(owner, lead, Event.ACCEPTED)  # it was alive

        with pytest.raises(LedgerBusy):
            await resolved(finder, left, Event.LOST)

        assert await state_of(writer) == ("sent", 1)

    play(store, part)


def test_two_that_claim_at_once_are_told_apart(store: Store) -> None:
    async def part(writer: GroupCommit) -> None:
        ledgers = [CommittedLedger(writer, RULES) for _ in range(2)]
        leads = [await found(ledger) for ledger in ledgers]

        ends = await asyncio.gather(
            *(
                ledger.claim(lead, webhook_id="w", now=NOW)
                for ledger, lead in zip(ledgers, leads, strict=True)
            ),
            return_exceptions=True,
        )

        assert [type(end) for end in ends] == [type(None), LedgerBusy]
        assert await reserved(writer) == 6

    play(store, part)


def test_one_that_is_refused_does_not_fail_its_neighbours_in_the_commit(store: Store) -> None:
    """Room for two of five: the others are refused, and what they took goes back."""

    async def part(writer: GroupCommit) -> None:
        views = [(CommittedLedger(writer, RULES), f"lead-{number}") for number in range(5)]
        leads = [await found(ledger, lead_id) for ledger, lead_id in views]

        ends = await asyncio.gather(
            *(
                ledger.claim(lead, webhook_id="w", now=NOW)
                for (ledger, _), lead in zip(views, leads, strict=True)
            ),
            return_exceptions=True,
        )

        assert [type(end) for end in ends].count(BudgetExhausted) == 3
        assert await reserved(writer) == 12
        used = await writer.run(
            lambda database: database.execute("SELECT used FROM webhook").fetchone()
        )
        assert used[0] == 2

    play(store, part, leads=5)


def test_the_end_of_a_call_is_stored_once_a_passing_trouble_is_over() -> None:
    class Troubled:
        """A writer whose store is away at first."""

        tries = 0

        async def run(self, _work: object) -> tuple[None, int]:
            self.tries += 1
            if self.tries <= 2:
                fault = LedgerError("the server is away")
                raise fault from OSError()
            return None, 1

    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    writer = Troubled()
    ledger = CommittedLedger(writer, RULES, sleep=sleep)  # type: ignore[arg-type] # a fake
    lead = WaitingLead("lead-0", {"email": "ada@acme.com"})

    asyncio.run(resolved(ledger, lead, Event.ACCEPTED))

    assert writer.tries == 3
    assert len(pauses) == 2
