"""A server error is answered with another request; whatever comes then, nothing is taken back."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from leadflow.domain.errors import AnswerLost, LedgerError, NotSent
from leadflow.domain.ledger import Event
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.retry_quota import RetryQuota
from leadflow.domain.verdict import Reply
from leadflow.use_cases.post_again import PostAgain
from leadflow.use_cases.send_lead import WaitingLead, compose_row, send_lead

POLICY = RetryPolicy(base_seconds=1, cap_seconds=60, max_retry_after_seconds=900, max_attempts=5)
ADA = WaitingLead("lead-ada", {"email": "ada@acme.com"})
Answer = int | Reply | Exception


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    time: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@dataclass
class ScriptedClay:
    """Answers as the script says, and remembers when it was asked."""

    clock: Clock
    script: list[Answer]
    starts: list[float] = field(default_factory=list)

    async def post(self, webhook_id: str, body: bytes) -> Reply:
        answer = self.script.pop(0)
        if isinstance(answer, NotSent):
            raise answer
        self.starts.append(self.clock.time)
        if isinstance(answer, Exception):
            raise answer
        reply = Reply(answer) if isinstance(answer, int) else answer
        return replace(reply, started_at=self.clock.time)


@dataclass
class CountingLedger:
    """Counts what is charged; claim and resolve as the real ledger does."""

    room: int = 100
    used: int = 0
    is_broken: bool = False
    events: list[Event] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        self.used += 1

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        self.events.append(event)
        self.used -= not event.is_charged

    async def charge_again(self, webhook_id: str, *, now: float) -> bool:
        if self.is_broken:
            raise LedgerError("disk full")
        if self.used >= self.room:
            return False
        self.used += 1
        return True

    async def pause(self, *, until: float) -> None:
        self.pauses.append(until)


@dataclass
class Bench:
    """One PostAgain with everything around it."""

    script: Sequence[Answer]
    policy: RetryPolicy = POLICY
    quota: RetryQuota = field(default_factory=RetryQuota)
    interval_seconds: float = 0.2
    ledger: CountingLedger = field(default_factory=CountingLedger)
    clock: Clock = field(default_factory=Clock)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clay = ScriptedClay(self.clock, list(self.script))
        self.again = PostAgain(
            self.clay,
            charges=self.ledger,
            pauses=self.ledger,
            policy=self.policy,
            quota=self.quota,
            interval_seconds=self.interval_seconds,
            waits=lambda _seconds, reason: self.said.append(reason),
            now=self.clock,
            monotonic=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.5,
        )

    def post(self) -> Reply:
        return asyncio.run(self.again.post("w", b"{}"))

    async def send(self) -> None:
        await send_lead(
            ADA,
            webhook_id="w",
            clay=self.again,
            ledger=self.ledger,
            compose=compose_row,
            now=self.clock,
            ready=_at_once,
        )

    @property
    def gaps(self) -> list[float]:
        return [later - start for start, later in itertools.pairwise(self.clay.starts)]


async def _at_once() -> None:
    """No pace to keep."""


@pytest.mark.parametrize(
    ("script", "event", "used"),
    [
        ([500, 200], Event.ACCEPTED, 2),
        ([500, 500, 500, 500, 200], Event.ACCEPTED, 5),
        ([500, 503, 500, 500, 500], Event.BROKEN, 5),
        ([500, 302], Event.BROKEN, 2),
        ([500, 408], Event.LOST, 2),
        ([500, 502], Event.LOST, 2),
        ([500, 504], Event.LOST, 2),
        ([500, AnswerLost("reset")], Event.LOST, 2),
        ([500, 400], Event.BROKEN, 2),
        ([500, 401], Event.BROKEN, 2),
        ([500, 403], Event.BROKEN, 2),
        ([500, 404], Event.BROKEN, 2),
        ([500, 429, 200], Event.ACCEPTED, 3),
        ([500, 429, 429, 429, 429], Event.BROKEN, 5),
        ([500, NotSent("down"), 200], Event.ACCEPTED, 3),
        ([500, *[NotSent("down")] * 4], Event.BROKEN, 5),
        ([500, 429, NotSent("down"), 400], Event.BROKEN, 4),
        ([200], Event.ACCEPTED, 1),
        ([400], Event.REFUSED, 0),
        ([429], Event.PUT_BACK, 0),
        ([401], Event.PUT_BACK, 0),
        ([403], Event.PUT_BACK, 0),
        ([NotSent("down")], Event.PUT_BACK, 0),
        ([502], Event.LOST, 1),
        ([504], Event.LOST, 1),
        ([AnswerLost("reset")], Event.LOST, 1),
        ([302], Event.BROKEN, 1),
    ],
    ids=str,
)
def test_every_combination_of_answers_has_one_end_and_no_charge_is_taken_back(
    script: list[Answer], event: Event, used: int
) -> None:
    bench = Bench(script)

    asyncio.run(bench.send())

    assert bench.ledger.events == [event]
    assert bench.ledger.used == used
    assert bench.clay.script == []


def test_the_server_error_that_stands_keeps_its_own_words() -> None:
    assert Bench([503, 429, 400]).post().status == 503


def test_the_wait_is_drawn_below_a_ceiling_that_doubles() -> None:
    bench = Bench([500, 500, 500, 500, 200])

    bench.post()

    assert bench.gaps == [0.5, 1.0, 2.0, 4.0]
    assert bench.said == ["server error (500)"] * 4


@pytest.mark.parametrize(("asked", "gap"), [(30.0, 30.0), (0.1, 0.5), (86_400.0, 900.0)])
def test_what_clay_asks_for_is_a_floor_within_reason(asked: float, gap: float) -> None:
    bench = Bench([Reply(503, retry_after_seconds=asked), 200])

    bench.post()

    assert bench.gaps == [gap]


def test_no_request_comes_sooner_than_the_pace_allows() -> None:
    bench = Bench([500, 500, 200], policy=replace(POLICY, base_seconds=0.001))

    bench.post()

    assert all(gap >= 0.2 for gap in bench.gaps)


def test_the_pace_of_the_next_lead_goes_by_the_last_request() -> None:
    bench = Bench([500, 429, 400])

    reply = bench.post()

    assert reply.status == 500
    assert reply.started_at == bench.clay.starts[-1]


def test_a_pause_is_kept_by_this_run_and_the_next_even_after_the_last_try() -> None:
    bench = Bench([500, Reply(429, retry_after_seconds=7)], policy=replace(POLICY, max_attempts=2))

    bench.post()

    assert bench.said == ["server error (500)", "rate limited (429)"]
    assert bench.ledger.pauses == [bench.clay.starts[-1] + 7]
    assert bench.clock.time >= bench.clay.starts[-1] + 7


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_there_are_as_many_tries_as_the_policy_allows(retries: int) -> None:
    bench = Bench([500] * 9, policy=replace(POLICY, max_attempts=1 + retries))

    bench.post()

    assert len(bench.clay.starts) == 1 + retries


def test_without_room_for_another_charge_the_server_error_stands() -> None:
    bench = Bench([500, 200], ledger=CountingLedger(room=1))

    asyncio.run(bench.send())

    assert bench.ledger.events == [Event.BROKEN]
    assert bench.ledger.used == 1
    assert len(bench.clay.starts) == 1


def test_a_ledger_that_fails_before_a_further_try_leaves_the_lead_unknown() -> None:
    bench = Bench([500, 200], ledger=CountingLedger(is_broken=True))

    with pytest.raises(LedgerError):
        asyncio.run(bench.send())

    assert bench.ledger.events == [Event.LOST]
    assert len(bench.clay.starts) == 1


@pytest.mark.parametrize("leads", [20, 1_000])
def test_retries_stay_within_a_tenth_of_the_first_tries_and_fifty(leads: int) -> None:
    bench = Bench([500] * (leads * 5))

    for _ in range(leads):
        bench.post()

    retries = len(bench.clay.starts) - leads
    assert 0 < retries <= leads * 0.1 + 50


def test_after_successes_there_is_quota_again() -> None:
    bench = Bench([500, *[200] * 10, 500, 200], quota=RetryQuota(tokens=0))

    statuses = [bench.post().status for _ in range(12)]

    assert statuses == [500, *[200] * 10, 200]


def test_interrupted_while_it_waits_the_lead_is_unknown_and_stays_charged() -> None:
    bench = Bench([500, 200])
    waits = asyncio.Event()

    async def wait_for_ever(_seconds: float) -> None:
        waits.set()
        await asyncio.sleep(60)

    async def interrupt() -> None:
        bench.again.sleep = wait_for_ever
        task = asyncio.ensure_future(bench.send())
        await waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupt())

    assert bench.ledger.events == [Event.LOST]
    assert bench.ledger.used == 1
    assert len(bench.clay.starts) == 1
