"""The ledger's numbers beside the gate's: on both stores, and after real claims."""

from __future__ import annotations

import asyncio

from harness.gates import RULES, gate_on, leave_of, refusal_of
from harness.valkey import ValkeyPlace
from leadflow.adapters.budgeted_ledger import BudgetedLedger
from leadflow.adapters.database import Database
from leadflow.adapters.redis_gate import RedisGate
from leadflow.adapters.sql_intake import sql_intake
from leadflow.adapters.sql_witness import SqlWitness
from leadflow.domain.call_end import CallEnd
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.gate import RefusalReason
from leadflow.domain.lead import Lead
from leadflow.domain.ledger import Event
from leadflow.domain.limits import Webhook
from leadflow.domain.standing import Standing
from leadflow.use_cases.send_lead import WaitingLead
from leadflow.use_cases.trust_gate import init_gate

NOON = 1_795_780_800.0  # 2026-11-27
ENDS = {
    Event.ACCEPTED: CallEnd.ACCEPTED,
    Event.PUT_BACK: CallEnd.UNREACHABLE,
    Event.LOST: CallEnd.LOST,
}
LEADS = [WaitingLead(f"lead-{n:032x}", {"email": f"a{n}@acme.com"}) for n in range(6)]


async def filled(database: Database) -> BudgetedLedger:
    made = BudgetedLedger(database, cost=RULES.cost, caps=Caps(), webhook_life=50_000)
    with sql_intake(database, file="leads.csv", now=NOON) as intake:
        await intake.add([(n, Lead(lead.lead_id, lead.fields)) for n, lead in enumerate(LEADS)])
    await made.webhooks([Webhook("w", "...a1b2")])
    return made


async def sent(gate: RedisGate, ledger: BudgetedLedger, lead: WaitingLead, event: Event) -> None:
    """In the order that a worker keeps: gate, ledger, call, ledger, gate."""
    leave = await leave_of(gate)
    await ledger.claim(lead, webhook_id=leave.webhook_id, now=NOON)
    await ledger.resolve(lead, event, webhook_id=leave.webhook_id, reason="", now=NOON)
    await gate.report(leave, ENDS[event])


def test_a_new_ledger_has_no_mark_and_has_counted_nothing(database: Database) -> None:
    witness = SqlWitness(database, now=lambda: NOON)

    async def story() -> None:
        assert await witness.epoch() == ""
        assert await witness.standing() == Standing({}, {})
        await witness.keep("the mark")
        assert await witness.epoch() == "the mark"

    asyncio.run(story())


def test_what_the_ledger_has_charged_is_what_the_gate_is_given(
    database: Database, valkey: ValkeyPlace
) -> None:
    witness = SqlWitness(database)

    async def story() -> None:
        ledger = await filled(database)
        for lead in LEADS[:2]:
            await ledger.claim(lead, webhook_id="w", now=NOON)
        async with gate_on(valkey, standing=None, witness=witness) as gate:
            given = await init_gate(gate.desk, witness)
            assert given.webhooks == {"w": 2}
            assert given.budget["2026-11-27"] == Cost(12_000, 8)
            assert await gate.standing() == given

    asyncio.run(story())


def test_a_flushed_gate_that_is_initialised_without_the_ledger_is_found_out(
    database: Database, valkey: ValkeyPlace
) -> None:
    witness = SqlWitness(database)

    async def story() -> None:
        ledger = await filled(database)
        async with gate_on(valkey, witness=witness) as gate:
            for lead, event in zip(
                LEADS, (Event.ACCEPTED, Event.PUT_BACK, Event.LOST), strict=False
            ):
                await sent(gate, ledger, lead, event)
            assert await gate.compare() is None

            valkey.flush()
            await gate.init(Standing({}, {}))
            refusal = await gate.compare()
            assert refusal is not None
            assert refusal.reason is RefusalReason.OLDER
            assert "w: 0 submissions of 2 in the ledger" in refusal.sentence
            assert refusal_of(await gate.ask()).reason is RefusalReason.OLDER

            await init_gate(gate.desk, witness)
            assert await gate.compare() is None

    asyncio.run(story())
