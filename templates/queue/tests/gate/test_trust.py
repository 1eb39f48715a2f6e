"""Redis flushed, restored, restarted or away: no call starts on numbers that may be wrong."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
import redis

from harness.gates import (
    NAMESPACE,
    NOTHING,
    RULES,
    Ledger,
    gate_on,
    hash_of,
    leave_of,
    refusal_of,
    with_caps,
)
from harness.valkey import ValkeyPlace, started
from leadflow.adapters import redis_gate
from leadflow.adapters.redis_client import open_redis
from leadflow.adapters.redis_gate import RedisGate
from leadflow.domain.call_end import CallEnd
from leadflow.domain.credit_budget import Cost
from leadflow.domain.gate import Leave, RefusalReason
from leadflow.domain.standing import Standing, shortfall
from leadflow.use_cases.trust_gate import init_gate

Story = Callable[[RedisGate], Awaitable[None]]
UNINITIALISED, OLDER = RefusalReason.UNINITIALISED, RefusalReason.OLDER
UNREACHABLE = RefusalReason.UNREACHABLE


def at_a_gate(valkey: ValkeyPlace, story: Story, *, ledger: Ledger | None = None) -> None:
    async def tell() -> None:
        async with gate_on(valkey, witness=ledger) as gate:
            await story(gate)

    asyncio.run(tell())


async def reason(gate: RedisGate) -> RefusalReason:
    return refusal_of(await gate.ask()).reason


async def used(gate: RedisGate, calls: int, ledger: Ledger | None = None) -> None:
    """Make so many calls, each written down by the ledger, too."""
    for _ in range(calls):
        leave = await leave_of(gate)
        if ledger:
            number = ledger.counted.webhooks.get("w", 0) + 1
            ledger.counted = Standing(
                {"2026-11-27": Cost(6_000 * number, 4 * number)}, {"w": number}
            )
        await gate.report(leave, CallEnd.ACCEPTED)


def test_a_gate_that_was_never_initialised_lets_nothing_through(valkey: ValkeyPlace) -> None:
    async def story() -> None:
        async with gate_on(valkey, standing=None) as gate:
            assert await reason(gate) is UNINITIALISED

    asyncio.run(story())


@pytest.mark.case(29)
def test_after_a_flush_nothing_is_sent_until_a_person_puts_the_numbers_back(
    valkey: ValkeyPlace,
) -> None:
    ledger = Ledger()

    async def story(gate: RedisGate) -> None:
        await used(gate, 3, ledger)
        in_flight = await leave_of(gate)

        valkey.flush()

        assert [await reason(gate) for _ in range(3)] == [UNINITIALISED] * 3
        await gate.report(in_flight, CallEnd.REFUSED)  # nobody knows it any more
        assert await reason(gate) is UNINITIALISED

        await init_gate(gate.desk, ledger)
        await asyncio.sleep(1.0)  # nobody knows what was granted within the last second
        await used(gate, 1, ledger)
        assert (await gate.standing()).total == Cost(24_000, 16)

    at_a_gate(valkey, story, ledger=ledger)


@pytest.mark.case(29)
@pytest.mark.parametrize("name", ["gate", "breaker", "budget", "webhooks"])
def test_when_one_of_the_hashes_is_gone_nothing_is_sent(valkey: ValkeyPlace, name: str) -> None:
    async def story(gate: RedisGate) -> None:
        await used(gate, 2)

        valkey.does("DEL", f"{{leadflow:{NAMESPACE}}}:{name}")

        assert await reason(gate) is UNINITIALISED
        await gate.report(Leave("unknown", "w", 0, is_probe=False, granted_at=0), CallEnd.BROKEN)
        assert await reason(gate) is UNINITIALISED

    at_a_gate(valkey, story)


@pytest.mark.case(30)
@pytest.mark.parametrize("is_same_process", [True, False])
def test_a_redis_restored_from_an_older_copy_is_refused_by_all(
    valkey: ValkeyPlace, *, is_same_process: bool
) -> None:
    """By a worker that has seen later numbers, and by one that has the ledger's word only."""
    ledger = Ledger()

    async def story() -> None:
        async with gate_on(valkey, witness=ledger) as gate:
            await used(gate, 2, ledger)
            with restored(valkey):
                await used(gate, 3, ledger)
            if is_same_process:
                assert await reason(gate) is OLDER
        async with gate_on(valkey, standing=None, witness=ledger) as other:
            assert await reason(other) is OLDER

            await init_gate(other.desk, ledger)
            await asyncio.sleep(1.0)
            await used(other, 1, ledger)
            assert (await other.standing()).webhooks == {"w": 6}

    asyncio.run(story())


@pytest.mark.case(30)
def test_a_worker_without_a_ledger_refuses_numbers_older_than_it_has_seen(
    valkey: ValkeyPlace,
) -> None:
    async def story(gate: RedisGate) -> None:
        await used(gate, 2)
        with restored(valkey):
            await used(gate, 3)
        assert await reason(gate) is OLDER
        async with gate_on(valkey, standing=None) as other:  # which has seen nothing at all
            assert await reason(other) is OLDER

    at_a_gate(valkey, story)


@pytest.mark.case(30)
def test_a_redis_of_before_the_last_init_is_refused(valkey: ValkeyPlace) -> None:
    ledger = Ledger()

    async def story(gate: RedisGate) -> None:
        with restored(valkey):
            await gate.init(NOTHING)
        assert await reason(gate) is OLDER
        assert not hash_of(valkey, "gate").get("condemned"), "another project's mark is no verdict"

    at_a_gate(valkey, story, ledger=ledger)


def test_after_a_restart_the_numbers_are_compared_before_the_first_call(
    valkey: ValkeyPlace,
) -> None:
    ledger = Ledger()

    async def story(gate: RedisGate) -> None:
        await used(gate, 2, ledger)
        valkey.restart()
        await used(gate, 1, ledger)  # they agree

        valkey.restart()
        ledger.counted = Standing({}, {"w": 4})
        assert await reason(gate) is OLDER

    at_a_gate(valkey, story, ledger=ledger)


def test_a_worker_goes_on_by_the_new_mark_after_a_person_has_put_numbers_there(
    valkey: ValkeyPlace,
) -> None:
    ledger = Ledger()

    async def story(gate: RedisGate) -> None:
        await used(gate, 5, ledger)
        async with gate_on(valkey, standing=None, witness=ledger) as person:
            await init_gate(person.desk, ledger)
        await asyncio.sleep(1.0)
        await used(gate, 1, ledger)

    at_a_gate(valkey, story, ledger=ledger)


def test_numbers_above_the_ledgers_stay_when_they_are_put_there_again(valkey: ValkeyPlace) -> None:
    async def story(gate: RedisGate) -> None:
        await leave_of(gate)  # whoever had it was killed
        before = await gate.standing()

        await gate.init(Standing({}, {"w": 0, "other": 7}))

        after = await gate.standing()
        assert after.budget == before.budget
        assert after.webhooks == {"w": 1, "other": 7}

    at_a_gate(valkey, story)


def test_a_call_given_back_while_both_are_compared_is_no_shortfall(valkey: ValkeyPlace) -> None:
    ledger = Ledger()

    class Behind(Ledger):
        """Reads the ledger a moment before a call is given back in both."""

        async def standing(self) -> Standing:
            counted, self.counted = self.counted, NOTHING
            return counted

    async def story(_: RedisGate) -> None:
        behind = Behind(ledger.mark, Standing({}, {"w": 1}))
        async with gate_on(valkey, standing=None, witness=behind) as other:
            await leave_of(other)

    at_a_gate(valkey, story, ledger=ledger)


@pytest.mark.parametrize(
    ("shared", "ledger", "is_short"),
    [
        pytest.param(NOTHING, NOTHING, False, id="nothing"),
        pytest.param(Standing({}, {"w": 3}), Standing({}, {"w": 3}), False, id="the same"),
        pytest.param(Standing({}, {"w": 4}), Standing({}, {"w": 3}), False, id="more"),
        pytest.param(Standing({}, {"w": 2}), Standing({}, {"w": 3}), True, id="a webhook"),
        pytest.param(
            Standing({"2026-11-27": Cost(6, 0)}, {}),
            Standing({"2026-11-28": Cost(6, 0)}, {}),
            False,
            id="another day by the worker's clock",
        ),
        pytest.param(
            Standing({"2026-11-27": Cost(5, 0), "2026-11": Cost(9, 0)}, {}),
            Standing({"2026-11-27": Cost(6, 0)}, {}),
            True,
            id="credits",
        ),
        pytest.param(NOTHING, Standing({"2026-11-27": Cost(0, 1)}, {}), True, id="actions"),
    ],
)
def test_redis_may_count_more_than_the_ledger_and_never_less(
    shared: Standing, ledger: Standing, *, is_short: bool
) -> None:
    assert (shortfall(shared=shared, ledger=ledger) is not None) is is_short


def test_a_redis_that_is_gone_is_a_refusal_within_a_second_and_no_error(
    valkey: ValkeyPlace,
) -> None:
    async def story(gate: RedisGate) -> None:
        leave, other = await leave_of(gate), await leave_of(gate)
        valkey.kill()

        async with asyncio.timeout(1.5):
            assert await reason(gate) is UNREACHABLE
        await gate.report(leave, CallEnd.REFUSED)
        await gate.report(other, CallEnd.ACCEPTED)
        assert await reason(gate) is UNREACHABLE

        valkey.restart()
        await leave_of(gate)
        assert (await gate.standing()).total == Cost(12_000, 8)  # one accepted, one new

    at_a_gate(valkey, story)


def test_a_long_absence_leaves_no_more_to_be_told_than_was_in_flight(valkey: ValkeyPlace) -> None:
    async def story(gate: RedisGate) -> None:
        await gate.report(await leave_of(gate), CallEnd.ACCEPTED)
        valkey.kill()
        for _ in range(10):
            assert await reason(gate) is UNREACHABLE
        valkey.restart()
        before = calls_of(valkey, "evalsha")
        await leave_of(gate)
        assert calls_of(valkey, "evalsha") - before <= 6, (
            "an answer for each question of the absence"
        )

    at_a_gate(valkey, story)


def test_a_question_whose_answer_was_lost_gives_back_what_it_took(
    valkey: ValkeyPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_gate, "PATIENCE_SECONDS", 0.3)

    async def story(gate: RedisGate) -> None:
        await leave_of(gate)
        valkey.pause()
        assert await reason(gate) is UNREACHABLE
        assert await reason(gate) is UNREACHABLE
        valkey.resume()  # and it takes up the questions that nobody waits for

        await leave_of(gate)
        assert (await gate.standing()).total == Cost(12_000, 8)

    at_a_gate(valkey, story)


def test_a_question_that_is_asked_twice_is_granted_once(valkey: ValkeyPlace) -> None:
    async def story() -> None:
        async with gate_on(valkey) as gate:
            first = await gate._ask("the-same")
            again = await gate._ask("the-same")
            assert first == again
            assert (await gate.standing()).webhooks == {"w": 1}

    asyncio.run(story())


@pytest.mark.case(45)
def test_flushed_scripts_are_loaded_again_and_nothing_is_lost(valkey: ValkeyPlace) -> None:
    async def story(gate: RedisGate) -> None:
        for _ in range(20):
            valkey.does("SCRIPT", "FLUSH")
            leave = await leave_of(gate)
            valkey.does("SCRIPT", "FLUSH")
            await gate.report(leave, CallEnd.ACCEPTED)
        assert (await gate.standing()).webhooks == {"w": 20}
        await used(gate, 1)
        before = calls_of(valkey, "eval")
        await used(gate, 5)
        assert calls_of(valkey, "eval") == before, "the text is sent again although it is known"

    at_a_gate(valkey, story)


@pytest.mark.case(45)
def test_a_server_busy_with_a_script_is_a_refusal(valkey: ValkeyPlace) -> None:
    async def story(gate: RedisGate) -> None:
        leave = await leave_of(gate)
        valkey.does("CONFIG", "SET", "busy-reply-threshold", 50)
        endless = asyncio.get_running_loop().run_in_executor(None, run_for_ever, valkey)
        await asyncio.sleep(0.3)
        assert await reason(gate) is UNREACHABLE
        await gate.report(leave, CallEnd.REFUSED)
        valkey.does("SCRIPT", "KILL")
        await endless
        await leave_of(gate)
        assert (await gate.standing()).webhooks == {"w": 1}

    at_a_gate(valkey, story)
    valkey.does("CONFIG", "SET", "busy-reply-threshold", 5_000)


def test_a_full_server_is_a_refusal() -> None:
    async def story(place: ValkeyPlace) -> None:
        async with gate_on(place) as gate:
            place.does("CONFIG", "SET", "maxmemory", 1)
            refusal = refusal_of(await gate.ask())
            assert (refusal.reason, "its memory is full" in refusal.sentence) == (UNREACHABLE, True)

    with started() as place:
        asyncio.run(story(place))


def test_the_shipped_access_list_is_enough_for_everything_the_gate_does(
    valkey: ValkeyPlace,
) -> None:
    rights = ("~{leadflow:*", "+@all", "-@admin", "-@dangerous", "+info", "+config|get")
    valkey.does("ACL", "SETUSER", "app", "on", ">secret", *rights)

    async def story() -> None:
        async with open_redis(valkey.url.replace("://", "://app:secret@")) as client:
            gate = RedisGate(client, RULES, ["w"], NAMESPACE, lambda: 0.0)
            await gate.init(NOTHING)
            await gate.desk.isolate("a test")
            await gate.desk.close()
            await asyncio.sleep(1.0)
            for end in (CallEnd.REFUSED, CallEnd.BROKEN, CallEnd.WEBHOOK_FULL):
                await gate.report(await leave_of(gate), end)
            assert (await gate.standing()).webhooks == {"w": 1}

    asyncio.run(story())


def test_one_question_is_one_round_trip_and_so_is_one_report(valkey: ValkeyPlace) -> None:
    async def story(gate: RedisGate) -> None:
        await used(gate, 1)
        before = calls_of(valkey, "evalsha")
        await used(gate, 10)
        assert calls_of(valkey, "evalsha") - before == 20

    at_a_gate(valkey, story)


def test_workers_with_different_caps_each_keep_their_own(valkey: ValkeyPlace) -> None:
    async def story() -> None:
        async with (
            gate_on(valkey, with_caps(daily_credits=6)) as low,
            gate_on(valkey, replace(RULES), standing=None) as high,
        ):
            await leave_of(high)
            assert await reason(low) is RefusalReason.BUDGET
            await leave_of(high)

    asyncio.run(story())


def run_for_ever(valkey: ValkeyPlace) -> None:
    with contextlib.suppress(redis.ResponseError):  # it is killed
        valkey.does("EVAL", "while true do end", 0)


class restored:  # noqa: N801 - it reads as a statement
    """What happens within is undone by a restart from a copy made before."""

    def __init__(self, valkey: ValkeyPlace) -> None:
        self._valkey, self._copy = valkey, valkey.folder / "copy"

    def __enter__(self) -> None:
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._valkey.data, self._copy)  # all is synced

    def __exit__(self, *_: object) -> None:
        self._valkey.kill()
        shutil.rmtree(self._valkey.data)
        shutil.copytree(self._copy, self._valkey.data)
        self._valkey.restart()


def calls_of(valkey: ValkeyPlace, command: str) -> int:
    return int(valkey.does("INFO", "commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"])
