"""Whatever happens to the gate, the scripts on a real server and the pure model agree."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from redis.asyncio import Redis

from harness.gates import NAMESPACE, NOTHING, own_clock, set_clock
from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_client import open_redis
from leadflow.adapters.redis_gate import RedisGate
from leadflow.adapters.redis_scripts import FOLDER, Lua
from leadflow.domain.call_end import CallEnd
from leadflow.domain.circuit_breaker import BreakerRules, CircuitBreaker
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.gate import GateRules, Leave, Refusal
from leadflow.domain.gate_model import GateModel
from leadflow.domain.rate_limit import RateLimit

# Times are whole 64ths of a second, which neither side has to round.
TICK = 1 / 64
DAY = len("2026-11-27")
DAYS_END = 1_795_823_999.0 + 1  # 2026-11-28 00:00:00 UTC
WIDE = GateRules(
    rate=RateLimit(interval_seconds=12 * TICK, burst=1.25),
    cost=Cost(1.5, 2),
    caps=Caps(),
    webhook_life=1_000,
    breaker=BreakerRules(
        failures_in_a_row=3,
        fewest_calls=5,
        window_seconds=4,
        open_seconds=2,
        longest_open_seconds=8,
        jitter_share=0.5,
        probe_seconds=4,
    ),
    pause_seconds=0.5,
    longest_pause_seconds=16,
)
# One is tight at a time, so that each is reached.
RULES = {
    "nothing": WIDE,
    "the day": replace(WIDE, caps=Caps(daily_credits=9)),
    "the month": replace(WIDE, caps=Caps(monthly_credits=12, daily_actions=12)),
    "the webhooks": replace(WIDE, webhook_life=3),
}
WEBHOOKS = ("first", "second")
# Around the interval, around the waits of breaker and pause, and around each of their ends.
STEPS = st.sampled_from([0, 1, 9, 11, 12, 13, 20, 64, 127, 128, 130, 255, 256, 260, 520, 3_000])
BAD = st.sampled_from([CallEnd.BROKEN, CallEnd.LOST, CallEnd.UNREACHABLE])
ENDS = st.one_of(st.sampled_from(CallEnd), BAD, st.just(CallEnd.ACCEPTED))
JITTER = st.sampled_from([0.0, 0.5, 1.0])


@dataclass
class Stage:
    """The server, and a loop to talk to it in: opened once for all examples."""

    place: ValkeyPlace
    runner: asyncio.Runner
    client: Redis
    gates: Mapping[str, RedisGate] = field(default_factory=dict)
    jitter: float = 0.0

    def run(self, todo: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(todo)


class GateMachine(RuleBasedStateMachine):
    stage: ClassVar[Stage]

    @initialize(before=st.integers(0, 1_600), tight=st.sampled_from(sorted(RULES)))
    def begin(self, before: int, tight: str) -> None:
        self.gate, self.allowed = self.stage.gates[tight], RULES[tight]
        self.now = DAYS_END - before * TICK
        self.model = GateModel(
            rules=self.allowed, breaker=CircuitBreaker(rules=self.allowed.breaker)
        )
        self.given: list[Leave] = []
        self.stage.place.flush()
        self.tick()
        self.stage.run(self.gate.init(NOTHING))
        self.stage.place.does("HDEL", f"{{leadflow:{NAMESPACE}}}:gate", "paused_until")

    @rule(ticks=STEPS)
    def time_passes(self, ticks: int) -> None:
        self.now += ticks * TICK
        self.tick()

    @rule()
    def ask(self) -> None:
        self.asked()

    @rule(end=ENDS, jitter=JITTER, ticks=STEPS, calls=st.integers(1, 5))
    def calls_end_alike(self, end: CallEnd, jitter: float, ticks: int, calls: int) -> None:
        """As they do when Clay is down, or well."""
        for _ in range(calls):
            self.time_passes(max(ticks, 9))
            leave = self.asked()
            if leave:
                self.reported(leave, end, jitter=jitter)

    @rule(end=ENDS, jitter=JITTER)
    def a_probe_reports_after_another_was_let_through(self, end: CallEnd, jitter: float) -> None:
        self.time_passes(520)
        first = self.asked()
        self.time_passes(260)
        self.asked()
        if first:
            self.reported(first, end, jitter=jitter)

    @rule(
        which=st.integers(0, 5),
        end=ENDS,
        jitter=JITTER,
        retry_after=st.sampled_from([None, 0.25, 3.0, 1_000.0]),
    )
    def report(self, which: int, end: CallEnd, jitter: float, retry_after: float | None) -> None:
        """The latest leaves mostly; some of them for the second time, some much later."""
        if self.given:
            leave = self.given[-1 - which % len(self.given)]
            self.reported(leave, end, jitter=jitter, retry_after=retry_after)

    @rule(what=st.sampled_from(["isolate", "close", "set the clock back", "", "", ""]))
    def a_person_comes(self, what: str) -> None:
        if what == "isolate":
            self.stage.run(self.gate.desk.isolate("by the test"))
            self.model = self.model.isolate("by the test")
        elif what == "close" or self.model.isolated:
            self.stage.run(self.gate.desk.close())
            self.model = self.model.close()
        elif what:
            self.time_passes(-90)

    def asked(self) -> Leave | None:
        answer = self.stage.run(self.gate.ask())
        leave_id = answer.leave_id if isinstance(answer, Leave) else "refused"
        expected, self.model = self.model.ask(leave_id, WEBHOOKS, now=self.now)
        note(f"{self.now}: {answer}")
        if isinstance(answer, Leave):
            self.given.append(answer)
            assert expected == answer
            return answer
        assert isinstance(expected, Refusal)
        assert expected.reason == answer.reason
        assert expected.wait_seconds == pytest.approx(answer.wait_seconds, abs=2e-6)
        assert expected.sentence == answer.sentence
        return None

    def reported(
        self, leave: Leave, end: CallEnd, *, jitter: float, retry_after: float | None = None
    ) -> None:
        self.stage.jitter = jitter
        self.stage.run(self.gate.report(leave, end, retry_after_seconds=retry_after))
        self.model = self.model.report(
            leave.leave_id, end, now=self.now, jitter=jitter, retry_after_seconds=retry_after
        )
        note(f"{self.now}: {end}")

    @invariant()
    def they_hold_the_same(self) -> None:
        held = self.stage.run(self.gate.desk.held())
        model, breaker = self.model, self.model.breaker

        assert dict(held.standing.budget) == dict(model.standing.budget)
        assert dict(held.standing.webhooks) == dict(model.standing.webhooks)
        assert held.full_webhooks == model.full
        assert held.isolated == model.isolated
        assert held.paused_until == model.paused_until
        assert (held.breaker, held.generation) == (breaker.state, breaker.generation)
        assert held.failures_in_a_row == breaker.failures_in_a_row
        assert held.open_until == breaker.open_until
        assert held.probe_started_at == (breaker.probe_started_at or 0.0)
        assert self.stage.run(self.kept()) == (
            model.tat,
            [tuple(one) for one in breaker.recent.seconds],
        )

    async def kept(self) -> tuple[float, list[tuple[int, ...]]]:
        """What nobody needs to see: the rate's one number, and the breaker's window."""
        tag = f"{{leadflow:{NAMESPACE}}}"
        tat = await self.stage.client.hget(f"{tag}:gate", "tat")
        recent = await self.stage.client.hget(f"{tag}:breaker", "recent")
        return int(tat or 0) / 1_000_000, [tuple(one) for one in json.loads(recent or "[]")]

    @invariant()
    def no_cap_is_passed(self) -> None:
        caps = self.allowed.caps
        for period, cost in self.model.standing.budget.items():
            cap = caps.daily_credits if len(period) == DAY else caps.monthly_credits
            assert cost.credits <= 1_000 * (cap or 1_000_000)
        assert max(self.model.standing.webhooks.values(), default=0) <= self.allowed.webhook_life

    def tick(self) -> None:
        set_clock(self.stage.place, self.now)


def explore(
    place: ValkeyPlace,
    *,
    examples: int,
    steps: int,
    lua: Lua | None = None,
    phases: Collection[Phase] = tuple(Phase),
) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        client = runner.run(stack.enter_async_context(open_redis(place.url)))
        stage = Stage(place, runner, client)
        stage.gates = {
            tight: RedisGate(
                client, rules, WEBHOOKS, NAMESPACE, lambda: stage.jitter, lua=lua or own_clock()
            )
            for tight, rules in RULES.items()
        }

        class Machine(GateMachine):
            pass

        Machine.stage = stage
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    phases=phases,
                    report_multiple_bugs=False,
                ),
            )
        finally:
            runner.run(stack.aclose())


@pytest.mark.case(33)
def test_the_scripts_and_the_model_agree_after_whatever_happens(valkey: ValkeyPlace) -> None:
    explore(valkey, examples=40, steps=40)


@pytest.mark.long
@pytest.mark.case(33)
def test_in_500_long_histories_the_scripts_and_the_model_agree(valkey: ValkeyPlace) -> None:
    explore(valkey, examples=500, steps=50)


FAULTS = [
    pytest.param("report", "DEL', KEYS[5]", "GET', KEYS[5]", id="a leave is settled twice"),
    pytest.param("report", "not told.is_charged", "false", id="a charge is kept"),
    pytest.param("report", "math.max(before, now + told.pause)", "now", id="a pause is lost"),
    pytest.param("budget", "taken.day, month_of", "day_of(clock()), month_of", id="of another day"),
    pytest.param("budget", "more > cap", "more >= cap", id="a cap is reached too early"),
    pytest.param("budget", "used < life", "used <= life", id="a webhook lives too long"),
    pytest.param("breaker", "breaker.generation ~= generation", "false", id="a late one counts"),
    pytest.param("breaker", "+ rules.probe", "+ 0", id="two probes at once"),
    pytest.param("breaker", "second - rules", "second + 1 - rules", id="a window is too short"),
    pytest.param("breaker", "(openings - 1", "(openings", id="doubled too early"),
    pytest.param("breaker", "breaker.generation == generation then", "true then", id="freed late"),
    pytest.param(
        "ask", "math.max(tat, now) + rules.interval", "now + rules.interval", id="no grid"
    ),
    pytest.param("ask", "if pause > 0", "if pause > 1000000", id="a pause is cut short"),
]


@pytest.mark.long
@pytest.mark.parametrize(("file", "right", "wrong"), FAULTS)
def test_a_fault_in_a_script_is_found(
    valkey: ValkeyPlace, file: str, right: str, wrong: str
) -> None:
    text = FOLDER.joinpath(f"{file}.lua").read_text()
    assert right in text
    clock = dict(own_clock().replaced)
    faulty = Lua(replaced={**clock, file: text.replace(right, wrong)})

    with pytest.raises((AssertionError, FlakyFailure)):
        explore(valkey, examples=150, steps=40, lua=faulty, phases=(Phase.generate,))
