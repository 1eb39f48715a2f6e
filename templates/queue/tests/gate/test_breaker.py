"""The circuit breaker that all workers share: when it opens, who may try again, what closes it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from harness.gate_program import BREAKER
from harness.gate_workers import GateWorker, gate_workers
from harness.gates import FAST, RULES, gate_on, leave_of, own_clock, refusal_of, set_clock
from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_gate import RedisGate
from leadflow.domain.call_end import CallEnd
from leadflow.domain.circuit_breaker import BreakerState
from leadflow.domain.gate import Leave, RefusalReason

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
T0 = 1_795_800_000.0
SHORT = replace(RULES, breaker=FAST)


def on_own_clock(
    valkey: ValkeyPlace, story: Callable[[RedisGate], Awaitable[None]], rules: object = RULES
) -> None:
    """Tell the story at a gate whose time the test sets, beginning at T0."""

    async def tell() -> None:
        set_clock(valkey, T0)
        async with gate_on(valkey, rules, lua=own_clock()) as gate:  # type: ignore[arg-type]
            await story(gate)

    asyncio.run(tell())


async def ended(gate: RedisGate, end: CallEnd, *, times: int = 1) -> None:
    for _ in range(times):
        await gate.report(await leave_of(gate), end)


async def state(gate: RedisGate) -> BreakerState:
    return (await gate.desk.held()).breaker


def initialise(valkey: ValkeyPlace, *, opened: bool = False) -> None:
    """Put the numbers there; if so asked, let it have opened, and be due for a probe."""

    async def begin() -> None:
        async with gate_on(valkey, replace(RULES, breaker=BREAKER)) as gate:
            if opened:
                await ended(gate, CallEnd.BROKEN, times=5)
                assert await state(gate) is OPEN
                await asyncio.sleep(BREAKER.open_seconds)

    asyncio.run(begin())


@pytest.mark.case(16)
def test_eight_workers_stop_at_the_fifth_reported_failure(valkey: ValkeyPlace) -> None:
    initialise(valkey)
    workers = [GateWorker(valkey.url, "fail", number=20) for _ in range(8)]

    with gate_workers(*workers):
        for worker in workers:
            worker.wait()
        answers = [said for worker in workers for said in worker.answers()]

    calls = sum(said["leave"] is not None for said in answers)
    # Five were reported, and at that moment at most 39 callers had another one in flight.
    assert 5 <= calls <= 5 + 39, "a call started after it had opened"
    assert {said["reason"] for said in answers} == {"", "open"}
    assert len(answers) == 8 * 5 * 20


@pytest.mark.case(16)
def test_it_opens_at_exactly_the_fifth_failure_in_a_row(valkey: ValkeyPlace) -> None:
    async def story(gate: RedisGate) -> None:
        await ended(gate, CallEnd.BROKEN, times=4)
        await ended(gate, CallEnd.ACCEPTED)
        await ended(gate, CallEnd.LOST, times=4)
        assert await state(gate) is CLOSED

        await ended(gate, CallEnd.UNREACHABLE)

        assert await state(gate) is OPEN
        assert refusal_of(await gate.ask()).reason is RefusalReason.OPEN

    on_own_clock(valkey, story)


@pytest.mark.case(17)
def test_of_eight_processes_with_five_callers_each_exactly_one_probes(valkey: ValkeyPlace) -> None:
    initialise(valkey, opened=True)
    workers = [GateWorker(valkey.url, "probe") for _ in range(8)]

    with gate_workers(*workers):
        for worker in workers:
            worker.wait()
        answers = [said for worker in workers for said in worker.answers()]

    assert len(answers) == 40
    assert sum(said["leave"] is not None for said in answers) == 1
    assert [said["reason"] for said in answers].count("open") == 39


@pytest.mark.case(18)
def test_after_the_prober_is_killed_another_probes_in_time(valkey: ValkeyPlace) -> None:
    initialise(valkey, opened=True)
    prober = GateWorker(valkey.url, "probe", callers=1)
    with gate_workers(prober):
        prober.wait()
        (said,) = prober.answers()

    async def story() -> tuple[float, Leave, BreakerState, BreakerState]:
        rules = replace(RULES, breaker=BREAKER)
        async with gate_on(valkey, rules, standing=None) as gate:
            began = asyncio.get_running_loop().time()
            assert refusal_of(await gate.ask()).reason is RefusalReason.OPEN
            while not isinstance(leave := await gate.ask(), Leave):  # noqa: ASYNC110 - as it says
                await asyncio.sleep(leave.wait_seconds)
            waited = asyncio.get_running_loop().time() - began
            late = leave._replace(leave_id=said["leave"])
            await gate.report(late, CallEnd.BROKEN)  # the first one, after all
            after_late = await state(gate)
            await gate.report(leave, CallEnd.ACCEPTED)
            await ended(gate, CallEnd.ACCEPTED)
            return waited, leave, after_late, await state(gate)

    waited, leave, after_late, in_the_end = asyncio.run(story())

    assert said["leave"] is not None
    assert leave.is_probe
    assert waited <= BREAKER.probe_seconds + 0.5
    assert (after_late, in_the_end) == (HALF_OPEN, CLOSED)


@pytest.mark.case(19)
@pytest.mark.parametrize("end", [CallEnd.BROKEN, CallEnd.ACCEPTED])
def test_a_result_from_before_a_change_changes_nothing(valkey: ValkeyPlace, end: CallEnd) -> None:
    async def story(gate: RedisGate) -> None:
        early = [await leave_of(gate) for _ in range(3)]
        await ended(gate, CallEnd.BROKEN, times=5)
        opened = await gate.desk.held()

        await gate.report(early[0], end)  # while it is open
        assert (await gate.desk.held()).open_until == opened.open_until
        set_clock(valkey, opened.open_until)
        probe = await leave_of(gate)
        await gate.report(early[1], end)  # while one probes
        assert await state(gate) is HALF_OPEN
        await gate.report(probe, CallEnd.ACCEPTED)
        await ended(gate, CallEnd.ACCEPTED)
        await gate.report(early[2], end)  # after it has closed

        held = await gate.desk.held()
        assert (held.breaker, held.failures_in_a_row) == (CLOSED, 0)

    on_own_clock(valkey, story)


@pytest.mark.case(20)
@pytest.mark.parametrize(("bad_of_5", "opens"), [(2, False), (3, True)])
def test_flapping_opens_it_when_half_of_the_calls_fail(
    valkey: ValkeyPlace, *, bad_of_5: int, opens: bool
) -> None:
    """Evenly spread, so that five never fail in a row: two of five stay, three of five open it."""

    async def story(gate: RedisGate) -> None:
        pattern = {2: (0, 1, 0, 1, 0), 3: (1, 0, 1, 0, 1)}[bad_of_5]
        for number in range(250):
            set_clock(valkey, T0 + number / 5)
            if await state(gate) is OPEN:
                break
            await ended(gate, CallEnd.BROKEN if pattern[number % 5] else CallEnd.ACCEPTED)

        assert (number <= 50) is opens  # within ten seconds
        assert (await state(gate) is OPEN) is opens

    on_own_clock(valkey, story)


@pytest.mark.case(21)
def test_a_storm_of_refused_rows_never_opens_it(valkey: ValkeyPlace) -> None:
    async def story(gate: RedisGate) -> None:
        for end in (CallEnd.REFUSED, CallEnd.RATE_LIMITED):
            await ended(gate, CallEnd.BROKEN, times=4)
            for _ in range(30):
                await gate.report(await leave_of(gate), end, retry_after_seconds=0)
            assert await state(gate) is CLOSED
            await ended(gate, CallEnd.ACCEPTED)

    on_own_clock(valkey, story)


@pytest.mark.case(22)
def test_a_person_shuts_the_gate_for_all_workers_and_a_restart_does_not_open_it(
    valkey: ValkeyPlace,
) -> None:
    async def story() -> None:
        async with gate_on(valkey) as one, gate_on(valkey, standing=None) as other:
            await one.desk.isolate("Clay's table is being rebuilt")
            for gate in (one, other):
                refusal = refusal_of(await gate.ask())
                assert refusal.reason is RefusalReason.ISOLATED
                assert "Clay's table is being rebuilt" in refusal.sentence
                assert refusal.wait_seconds <= 1.0, "a worker sleeps longer than a second"

            valkey.kill()
            valkey.restart()
            assert refusal_of(await other.ask()).reason is RefusalReason.ISOLATED

            await one.desk.close()
            await leave_of(other)
            await leave_of(one)

    asyncio.run(story())


@pytest.mark.case(22)
def test_a_person_closes_an_open_breaker_for_all_workers(valkey: ValkeyPlace) -> None:
    async def story() -> None:
        async with gate_on(valkey) as one, gate_on(valkey, standing=None) as other:
            await ended(one, CallEnd.BROKEN, times=5)
            assert refusal_of(await other.ask()).wait_seconds <= 1.0

            await one.desk.close()

            await ended(other, CallEnd.BROKEN, times=4)
            assert await state(one) is CLOSED

    asyncio.run(story())


def test_it_stays_open_twice_as_long_each_time_up_to_ten_minutes_less_the_jitter(
    valkey: ValkeyPlace,
) -> None:
    async def openings(jitter: float) -> list[float]:
        waits, now = [], T0
        set_clock(valkey, T0)
        async with gate_on(valkey, lua=own_clock(), jitter=lambda: jitter) as gate:
            await ended(gate, CallEnd.BROKEN, times=5)
            for _ in range(8):
                held = await gate.desk.held()
                waits.append(held.open_until - now)
                now = held.open_until
                set_clock(valkey, now - 0.001)
                assert refusal_of(await gate.ask()).reason is RefusalReason.OPEN
                set_clock(valkey, now)
                await ended(gate, CallEnd.BROKEN)
        return waits

    assert asyncio.run(openings(0.0)) == [30, 60, 120, 240, 480, 600, 600, 600]
    valkey.flush()
    assert asyncio.run(openings(1.0))[:3] == [24, 48, 96]


def test_only_one_probe_at_a_time_and_two_good_ones_close_it(valkey: ValkeyPlace) -> None:
    async def story() -> None:
        async with gate_on(valkey, SHORT) as gate:
            await ended(gate, CallEnd.BROKEN, times=5)
            await asyncio.sleep(FAST.open_seconds)
            for _ in range(2):
                answers = await asyncio.gather(*(gate.ask() for _ in range(10)))
                (probe,) = [answer for answer in answers if isinstance(answer, Leave)]
                assert probe.is_probe
                await gate.report(probe, CallEnd.ACCEPTED)
            assert await state(gate) is CLOSED

    asyncio.run(story())


def test_a_probe_that_found_no_job_leaves_its_place_to_another(valkey: ValkeyPlace) -> None:
    async def story(gate: RedisGate) -> None:
        await ended(gate, CallEnd.BROKEN, times=5)
        set_clock(valkey, T0 + 30)
        await ended(gate, CallEnd.UNUSED)

        assert (await leave_of(gate)).is_probe

    on_own_clock(valkey, story)


def test_jitter_spreads_the_ends_of_many_openings(valkey: ValkeyPlace) -> None:
    rng = random.Random(7)

    async def story() -> None:
        waits = set()
        set_clock(valkey, T0)
        async with gate_on(valkey, lua=own_clock(), jitter=rng.random) as gate:
            for _ in range(10):
                await ended(gate, CallEnd.BROKEN, times=5)
                waits.add((await gate.desk.held()).open_until - T0)
                await gate.desk.close()
        assert len(waits) == 10
        assert all(24 <= wait <= 30 for wait in waits)

    asyncio.run(story())
