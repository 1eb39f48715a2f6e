"""Credits, actions and submissions: taken before each call, given back once, never over a cap."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import redis

from harness.gate_workers import GateWorker, gate_workers
from harness.gates import (
    NOTHING,
    RULES,
    gate_on,
    leave_of,
    own_clock,
    refusal_of,
    set_clock,
    with_caps,
)
from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_scripts import FOLDER
from leadflow.domain.call_end import CallEnd
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.gate import Leave, RefusalReason
from leadflow.domain.standing import Standing

MIDNIGHT = datetime(2026, 11, 28, tzinfo=UTC).timestamp()
MONTHS_END = datetime(2026, 12, 1, tzinfo=UTC).timestamp()


def day_of(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()


@pytest.mark.case(27)
def test_eight_processes_race_for_a_budget_and_never_pass_its_cap(valkey: ValkeyPlace) -> None:
    async def begin() -> None:
        async with gate_on(valkey):
            pass

    asyncio.run(begin())
    workers = [GateWorker(valkey.url, "spend", callers=1, number=400) for _ in range(8)]

    with gate_workers(*workers):
        for worker in workers:
            worker.wait()
        answers = [said for worker in workers for said in worker.answers()]

    async def standing() -> Standing:
        async with gate_on(valkey, standing=None) as gate:
            return await gate.standing()

    held = asyncio.run(standing())
    accepted = sum(said["end"] == "accepted" for said in answers)
    assert len(answers) == 8 * 400
    assert sum(said["end"] == "refused" for said in answers) > 0
    assert max(said["seen"] for said in answers) <= 1_000
    assert held.total.credits == 996_000
    assert accepted * 6_000 == held.total.credits
    assert held.webhooks == {"w": accepted}


@pytest.mark.case(28)
@pytest.mark.parametrize("edge", [MIDNIGHT, MONTHS_END])
def test_what_is_given_back_after_midnight_goes_to_the_day_it_was_taken_from(
    valkey: ValkeyPlace, edge: float
) -> None:
    old, new = (day_of(edge) - timedelta(days=1), day_of(edge))

    async def story() -> None:
        set_clock(valkey, edge - 0.1)
        async with gate_on(valkey, with_caps(daily_credits=12), lua=own_clock()) as gate:
            refused, kept = await leave_of(gate), await leave_of(gate)
            assert refusal_of(await gate.ask()).reason is RefusalReason.BUDGET

            set_clock(valkey, edge + 0.1)
            fresh = await leave_of(gate)
            await gate.report(refused, CallEnd.REFUSED)
            await gate.report(refused, CallEnd.REFUSED)
            await gate.report(kept, CallEnd.LOST)

            budget = (await gate.standing()).budget
            assert budget[old.isoformat()] == Cost(6_000, 4)
            assert budget[new.isoformat()] == Cost(6_000, 4)
            assert fresh.granted_at == pytest.approx(edge + 0.1)
            await leave_of(gate)
            assert refusal_of(await gate.ask()).reason is RefusalReason.BUDGET

    asyncio.run(story())


@pytest.mark.case(31)
def test_a_spent_budget_lets_nothing_through_and_a_raised_one_does_within_a_second(
    valkey: ValkeyPlace,
) -> None:
    async def story() -> None:
        async with gate_on(valkey, with_caps(daily_credits=60)) as gate:
            answers = [await gate.ask() for _ in range(500)]
            granted = [answer for answer in answers if isinstance(answer, Leave)]
            assert len(granted) == 10
            for answer in answers[10:]:
                refusal = refusal_of(answer)
                assert refusal.reason is RefusalReason.BUDGET
                assert refusal.wait_seconds <= 1.0
            assert "DAILY_CREDIT_CAP is reached: 60 of 60" in refusal_of(answers[-1]).sentence
            assert (await gate.standing()).total == Cost(60_000, 40)

        async with gate_on(valkey, with_caps(daily_credits=66), standing=None) as gate:
            await leave_of(gate)
            assert refusal_of(await gate.ask()).reason is RefusalReason.BUDGET

    asyncio.run(story())


@pytest.mark.parametrize(
    ("cap", "most"),
    [
        ("daily_credits", 2),
        ("monthly_credits", 2),
        ("daily_actions", 3),
        ("monthly_actions", 3),
    ],
)
def test_each_cap_stops_the_calls_and_is_named(valkey: ValkeyPlace, cap: str, most: int) -> None:
    async def story() -> None:
        async with gate_on(valkey, replace(RULES, caps=Caps(**{cap: 14}))) as gate:
            for _ in range(most):
                await leave_of(gate)
            name = cap.upper().replace("CREDITS", "CREDIT_CAP").replace("ACTIONS", "ACTION_CAP")
            assert name in refusal_of(await gate.ask()).sentence

    asyncio.run(story())


def test_tenths_of_credits_add_up_exactly(valkey: ValkeyPlace) -> None:
    rules = replace(RULES, cost=Cost(0.1, 0), caps=Caps(daily_credits=0.3))

    async def story() -> None:
        async with gate_on(valkey, rules) as gate:
            for _ in range(3):
                await leave_of(gate)
            assert refusal_of(await gate.ask()).reason is RefusalReason.BUDGET

    asyncio.run(story())


@pytest.mark.parametrize("end", CallEnd)
def test_each_end_gives_back_or_keeps_what_was_taken(valkey: ValkeyPlace, end: CallEnd) -> None:
    async def story() -> None:
        async with gate_on(valkey) as gate:
            await gate.report(await leave_of(gate), end)
            held = await gate.standing()
            assert held.total == (Cost(6_000, 4) if end.is_charged else Cost(0, 0))
            assert held.webhooks == {"w": int(end.is_charged)}

    asyncio.run(story())


def test_a_leave_that_nobody_reports_stays_charged(valkey: ValkeyPlace) -> None:
    async def story() -> None:
        rules = replace(with_caps(daily_credits=6), leave_seconds=0.05)
        async with gate_on(valkey, rules) as gate:
            leave = await leave_of(gate)
            await asyncio.sleep(0.1)
            await gate.report(leave, CallEnd.REFUSED)
            assert refusal_of(await gate.ask()).reason is RefusalReason.BUDGET

    asyncio.run(story())


def test_webhooks_are_used_one_after_the_other_to_the_end_of_their_lives(
    valkey: ValkeyPlace,
) -> None:
    async def story() -> None:
        rules = replace(RULES, webhook_life=50_000)
        used = Standing({}, {"first": 49_998})
        async with gate_on(valkey, rules, webhook_ids=["first", "second"], standing=used) as gate:
            leaves = [await leave_of(gate) for _ in range(3)]
            assert [leave.webhook_id for leave in leaves] == ["first", "first", "second"]

            await gate.report(leaves[2], CallEnd.WEBHOOK_FULL)
            assert refusal_of(await gate.ask()).reason is RefusalReason.WEBHOOKS
            await gate.report(leaves[0], CallEnd.REFUSED)
            assert (await leave_of(gate)).webhook_id == "first"

    asyncio.run(story())


def test_the_calendar_of_the_scripts_is_that_of_python(valkey: ValkeyPlace) -> None:
    text = FOLDER.joinpath("calendar.lua").read_text() + "return day_of(tonumber(ARGV[1]))"
    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        for day in [*range(0, 80_000, 61), *range(20_000, 20_800)]:
            last = day * 86_400_000_000 + 86_399_999_999
            expected = (date(1970, 1, 1) + timedelta(days=day)).isoformat()
            assert client.eval(text, 0, str(last)) == expected


def test_a_pause_that_clay_asks_for_is_kept_by_all_workers(valkey: ValkeyPlace) -> None:
    async def story() -> None:
        set_clock(valkey, MIDNIGHT)
        async with (
            gate_on(valkey, lua=own_clock()) as one,
            gate_on(valkey, standing=None, lua=own_clock()) as other,
        ):
            leaves = [await leave_of(one) for _ in range(3)]
            await one.report(leaves[0], CallEnd.RATE_LIMITED, retry_after_seconds=3)
            await one.report(leaves[1], CallEnd.RATE_LIMITED, retry_after_seconds=1)
            set_clock(valkey, MIDNIGHT + 2.999)
            assert refusal_of(await other.ask()).reason is RefusalReason.PAUSED
            set_clock(valkey, MIDNIGHT + 3)
            await leave_of(other)

            await one.report(leaves[2], CallEnd.RATE_LIMITED, retry_after_seconds=86_400)
            set_clock(valkey, MIDNIGHT + 3 + 899.9)
            assert refusal_of(await other.ask()).reason is RefusalReason.PAUSED
            set_clock(valkey, MIDNIGHT + 3 + 900)
            await leave_of(other)
            assert (await one.standing()).total == Cost(12_000, 8)

    asyncio.run(story())


@pytest.mark.parametrize("seconds", [None, -5.0])
def test_without_a_sensible_retry_after_the_pause_is_short(
    valkey: ValkeyPlace, seconds: float | None
) -> None:
    async def story() -> None:
        set_clock(valkey, MIDNIGHT)
        async with gate_on(valkey, lua=own_clock(), standing=NOTHING) as gate:
            leave = await leave_of(gate)
            await gate.report(leave, CallEnd.RATE_LIMITED, retry_after_seconds=seconds)
            set_clock(valkey, MIDNIGHT + 1)
            await leave_of(gate)

    asyncio.run(story())
