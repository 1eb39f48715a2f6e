"""The worker over a queue in memory: pace, patience, stop and crash; no disk, no network."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from harness.deliveries import MemoryQueue, made_up
from leadflow.domain.circuit_breaker import BreakerRules
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind, Settled
from leadflow.domain.errors import LedgerBusy, LedgerDamaged
from leadflow.domain.planned import Planned
from leadflow.domain.retry import RetryPolicy
from leadflow.entrypoints.delivery_loop import rest
from leadflow.entrypoints.worker import run_worker
from leadflow.entrypoints.worker_terms import WorkerTerms
from leadflow.use_cases.deliver import Destination

POLICY = RetryPolicy(
    base_seconds=0.001, cap_seconds=0.01, max_retry_after_seconds=900, max_attempts=8
)
QUICK = WorkerTerms(
    policy=POLICY,
    breaker=BreakerRules(open_seconds=0.05, longest_open_seconds=0.05),
    poll_seconds=0.01,
    recover_seconds=0.05,
    drain_seconds=2,
    gather_one_seconds=0.001,
    gather_batch_seconds=0.01,
)
DELIVERED = Outcome(OutcomeKind.DELIVERED)
DOWN = Outcome(OutcomeKind.TRANSIENT, "unavailable (503)")
WRONG_TOKEN = Outcome(OutcomeKind.HELD, "401: the token was refused; correct it")


@dataclass
class ScriptedSink:
    """Answers as the script says, and counts who it was given."""

    script: Callable[[Delivery], Outcome] = lambda _: DELIVERED
    batch_size: int = 1
    seconds: float = 0.0
    given: Counter[str] = field(default_factory=Counter)
    calls: list[int] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        self.calls.append(len(batch))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        self.given.update(delivery.lead_id for delivery in batch)
        await asyncio.sleep(self.seconds)
        self._now -= 1
        return [self.script(delivery) for delivery in batch]


@dataclass
class Watching:
    """Remembers what the worker told."""

    openings: list[str] = field(default_factory=list)
    closings: int = 0
    warnings: list[str] = field(default_factory=list)

    def handed_over(
        self, destination: str, outcomes: Sequence[Outcome], *, seconds: float
    ) -> None: ...

    def opened(self, destination: str, reason: str, *, seconds: float) -> None:
        self.openings.append(f"{destination}: {reason}")

    def closed(self, destination: str) -> None:
        self.closings += 1

    def warns(self, sentence: str) -> None:
        self.warnings.append(sentence)


def crm(sink: ScriptedSink, *, concurrency: int = 4) -> Destination:
    return Destination("crm", sink, is_enrolment=False, concurrency=concurrency)


def outreach(sink: ScriptedSink, *, concurrency: int = 4) -> Destination:
    return Destination("outreach", sink, is_enrolment=True, concurrency=concurrency)


def everything_to_the_crm(_facts: object, _fields: object) -> list[Planned]:
    return [Planned("crm", is_enrolment=False)]


def work(
    queue: MemoryQueue,
    *destinations: Destination,
    until: Callable[[], bool],
    terms: WorkerTerms = QUICK,
    is_alone: bool = False,
) -> Watching:
    """Run a worker until it has done what was asked for, five seconds at most."""
    watching = Watching()

    async def run() -> None:
        stop, wake = asyncio.Event(), asyncio.Event()
        worker = asyncio.ensure_future(
            run_worker(
                queue,
                destinations,
                everything_to_the_crm,
                stop=stop,
                wake=wake,
                terms=terms,
                observer=watching,
                is_alone=is_alone,
            )
        )
        async with asyncio.timeout(5):
            while not (until() or worker.done()):
                queue.is_settled.clear()
                await rest(queue.is_settled, seconds=0.02)
        stop.set()
        await worker

    asyncio.run(run())
    return watching


def test_what_arrives_is_routed_and_delivered() -> None:
    queue, sink = MemoryQueue(), ScriptedSink()
    queue.arrived = [({}, {"lead_id": f"lead-{n}"}) for n in range(1_200)]

    work(queue, crm(sink), until=lambda: queue.states().count("delivered") == 1_200)

    assert max(sink.given.values()) == 1


def test_no_more_calls_than_allowed_are_in_flight() -> None:
    queue, sink = MemoryQueue(), ScriptedSink(seconds=0.01)
    queue.add(*map(made_up, range(1, 41)))

    work(queue, crm(sink, concurrency=3), until=lambda: queue.states().count("delivered") == 40)

    assert sink.most_at_once == 3


def test_a_destination_that_takes_many_gets_many() -> None:
    queue, sink = MemoryQueue(), ScriptedSink(batch_size=100)
    queue.add(*map(made_up, range(1, 251)))

    work(queue, crm(sink), until=lambda: queue.states().count("delivered") == 250)

    assert sink.calls == [100, 100, 50]


def test_one_that_is_down_delays_no_other() -> None:
    queue = MemoryQueue()
    down, well = ScriptedSink(lambda _: DOWN), ScriptedSink()
    queue.add(*map(made_up, range(1, 51)))
    queue.add(*(made_up(n, destination="outreach") for n in range(51, 101)))

    work(queue, crm(down), outreach(well), until=lambda: well.given.total() == 50)

    assert set(queue.states("outreach")) == {"delivered"}
    assert "delivered" not in queue.states("crm")


def test_an_open_breaker_burns_no_attempt_and_no_probe_does() -> None:
    queue, sink = MemoryQueue(), ScriptedSink(lambda _: DOWN)
    queue.add(*map(made_up, range(1, 11)))

    watching = work(queue, crm(sink, concurrency=1), until=lambda: len(sink.calls) >= 25)

    assert sum(entry.attempts for entry in queue.entries.values()) == 5
    assert set(queue.states()) == {"waiting"}
    assert watching.openings[0] == "crm: unavailable (503)"


def test_it_opens_at_the_fifth_failure_and_what_was_in_flight_then() -> None:
    queue, sink = MemoryQueue(), ScriptedSink(lambda _: DOWN)
    queue.add(*map(made_up, range(1, 101)))
    shut = replace(QUICK, breaker=BreakerRules(open_seconds=60))

    watching = work(queue, crm(sink, concurrency=4), until=lambda: len(sink.calls) >= 5, terms=shut)

    assert len(sink.calls) <= 5 + 4
    assert len(watching.openings) <= 1


def test_after_two_good_probes_it_delivers_everything() -> None:
    queue, failures = MemoryQueue(), [DOWN] * 9
    sink = ScriptedSink(lambda _: failures.pop() if failures else DELIVERED)
    queue.add(*map(made_up, range(1, 21)))

    watching = work(
        queue,
        crm(sink, concurrency=1),
        until=lambda: queue.states().count("delivered") == 20,
    )

    assert watching.closings == 1


def test_a_wrong_token_kills_nobody_however_long_it_lasts() -> None:
    queue, sink = MemoryQueue(), ScriptedSink(lambda _: WRONG_TOKEN)
    queue.add(*map(made_up, range(1, 101)))

    watching = work(queue, crm(sink), until=lambda: len(sink.calls) >= 7)

    assert set(queue.states()) == {"waiting"}
    assert all(entry.attempts == 0 for entry in queue.entries.values())
    assert any("correct it" in entry.reason for entry in queue.entries.values())
    assert "correct it" in watching.openings[0]


def test_leads_that_are_refused_never_open_the_breaker() -> None:
    queue = MemoryQueue()
    sink = ScriptedSink(lambda _: Outcome(OutcomeKind.PERMANENT, "refused (422)"))
    queue.add(*map(made_up, range(1, 101)))

    watching = work(queue, crm(sink), until=lambda: queue.states().count("dead") == 100)

    assert watching.openings == []


def test_a_rate_limit_pauses_the_destination_and_costs_no_attempt() -> None:
    limits = [Outcome(OutcomeKind.HELD, "rate limited (429)", 0.2)] * 2
    queue, sink = MemoryQueue(), ScriptedSink(lambda _: limits.pop() if limits else DELIVERED)
    queue.add(*map(made_up, range(1, 31)))

    watching = work(
        queue,
        crm(sink, concurrency=1),
        until=lambda: queue.states().count("delivered") == 30,
    )

    assert {entry.attempts for entry in queue.entries.values()} == {1}
    assert watching.openings == []


@pytest.mark.parametrize("batch_size", [1, 100])
def test_a_lead_that_a_sink_stumbles_over_spares_the_others(batch_size: int) -> None:
    poison = made_up(3).lead_id

    def stumble(delivery: Delivery) -> Outcome:
        if delivery.lead_id == poison:
            raise TypeError("a defect")
        return DELIVERED

    queue, sink = MemoryQueue(), ScriptedSink(stumble, batch_size=batch_size)
    queue.add(*map(made_up, range(1, 11)))

    work(queue, crm(sink, concurrency=1), until=lambda: queue.states().count("delivered") == 9)

    assert queue.entries[3].reason.startswith("a defect of the sink: TypeError")


def test_a_stop_finishes_what_is_in_flight_and_gives_the_rest_back() -> None:
    queue, sink = MemoryQueue(), ScriptedSink(seconds=0.05)
    queue.add(*(made_up(n, destination="outreach") for n in range(1, 41)))

    work(queue, outreach(sink), until=lambda: sink.given.total() >= 4)

    states = Counter(queue.states("outreach"))
    assert set(states) == {"delivered", "waiting"}
    assert states["delivered"] == sink.given.total()


def test_a_stop_does_not_wait_for_ever() -> None:
    queue, sink = MemoryQueue(), ScriptedSink(seconds=60)
    queue.add(made_up(1))

    watching = work(
        queue,
        crm(sink),
        until=lambda: sink.given.total() == 1,
        terms=replace(QUICK, drain_seconds=0.1),
    )

    assert queue.states() == ["claimed"]
    assert "in flight" in watching.warnings[0]


def test_what_a_dead_worker_had_claimed_is_taken_up() -> None:
    queue, sink = MemoryQueue(), ScriptedSink()
    queue.add(made_up(1), made_up(2, destination="outreach"))
    asyncio.run(claim_all(queue))

    work(
        queue,
        crm(sink),
        outreach(ScriptedSink()),
        until=lambda: queue.states() == ["delivered"],
        is_alone=True,
    )

    assert queue.states("outreach") == ["unknown"]


async def claim_all(queue: MemoryQueue) -> None:
    for name in ("crm", "outreach"):
        await queue.claim(name, limit=9, now=0, lease_until=10**12)


def test_no_call_goes_on_after_its_lease() -> None:
    queue, sink = MemoryQueue(), ScriptedSink(seconds=60)
    queue.add(made_up(1, destination="outreach"))
    terms = replace(QUICK, lease_seconds=5.1)

    work(
        queue,
        outreach(sink),
        until=lambda: queue.states("outreach") == ["unknown"],
        terms=terms,
    )

    assert queue.entries[1].reason == "no answer before the lease ended"


class FaultyQueue(MemoryQueue):
    """Fails at one method, a few times."""

    def __init__(self, method: str, *faults: Exception) -> None:
        super().__init__()
        self.method, self.faults = method, list(faults)

    async def claim(
        self, destination: str, *, limit: int, now: float, lease_until: float
    ) -> list[Delivery]:
        self._fail("claim")
        return await super().claim(destination, limit=limit, now=now, lease_until=lease_until)

    async def settle(self, settled: Sequence[Settled], *, now: float) -> None:
        self._fail("settle")
        await super().settle(settled, now=now)

    def _fail(self, method: str) -> None:
        if method == self.method and self.faults:
            raise self.faults.pop()


@pytest.mark.parametrize("method", ["claim", "settle"])
def test_a_store_that_is_busy_or_full_is_waited_for(method: str) -> None:
    queue, sink = FaultyQueue(method, LedgerBusy("busy"), LedgerBusy("busy")), ScriptedSink()
    queue.add(made_up(1))
    terms = replace(QUICK, sleep=lambda _: asyncio.sleep(0))

    work(queue, crm(sink), until=lambda: queue.states() == ["delivered"], terms=terms)

    assert sink.given.total() == 1


@pytest.mark.parametrize("method", ["claim", "settle"])
@pytest.mark.parametrize("fault", [LedgerDamaged("damaged"), RuntimeError("a defect")])
def test_a_loop_that_crashes_ends_the_worker_with_its_error(method: str, fault: Exception) -> None:
    queue = FaultyQueue(method, fault)
    queue.add(made_up(1))

    with pytest.raises(type(fault), match=str(fault)):
        work(queue, crm(ScriptedSink()), until=lambda: False)
