"""The whole program in a storm: a server, workers that are killed and frozen, Redis that is killed.

Leads come in from three sources meanwhile, a local Clay calls back, destinations take deliveries.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.journey import World
from harness.people import Person, people
from harness.programs import account_of
from harness.reservations import Reservations, watched_reservations
from harness.server import Program, Server, free_port
from harness.sources import Sources, told_of_sources
from harness.valkey import ValkeyPlace
from harness.weather import CONCURRENCY, Weather, told_of
from leadflow.domain.lead import identify

__all__ = ["Storm", "weathered"]

IN_BOTH = 10  # leads that come by a form and in a file
LOST = 2  # enrolments that are not made, and nobody hears of it
OUTREACH_SECONDS = 0.5  # so that whoever dies has some in hand
LEASE_SECONDS = 60
END_LEASES = "UPDATE delivery SET due_at = due_at - ? WHERE state = 'claimed'"


@dataclass
class Storm:
    """What happened."""

    world: World
    valkey: ValkeyPlace
    weather: Weather
    chance: random.Random
    leads: list[Person]
    server: Server
    sources: Sources
    workers: list[Program] = field(default_factory=list)
    reservations: Reservations = field(default_factory=Reservations)
    kills: int = 0
    freezes: int = 0
    redis_kills: int = 0
    redriven: int = 0  # times that a person put dead jobs back

    @property
    def lead_ids(self) -> set[str]:
        return {identify(lead) for lead in self.leads}

    @property
    def most_executions(self) -> int:
        return len(self.leads) + (self.kills + self.freezes) * CONCURRENCY

    def rage(self) -> None:
        """Strike at random moments while leads come in."""
        self._trouble_enrolments()
        feeds = self._feeds()
        self.chance.shuffle(feeds)
        count, began = len(feeds), time.monotonic()
        for is_redis in self._moments():
            passed = (time.monotonic() - began) / (self.weather.seconds * 0.6)
            while feeds and count - len(feeds) < passed * count:
                feeds.pop()()
            self._strike(is_redis=is_redis)
            self._trouble_enrolments()
        for feed in feeds:
            feed()

    def calm(self) -> None:
        """Let everything come to rest; what is dead by then is put back, as a person would."""
        seconds = self.weather.leads / self.weather.calls_per_second + 120
        deadline = time.monotonic() + seconds
        while account_of(self.world).sent < len(self.leads):
            assert time.monotonic() < deadline, account_of(self.world)
            self._none_has_ended()
            if self.world.asks("dead", "list")["job_count"]:
                arguments = ("--jobs", "--on-unknown=retry", "--yes")
                assert self.world.leadflow("dead", "redrive", *arguments).returncode == 0
                self.redriven += 1
            time.sleep(1)
        assert self.world.clay is not None
        self.world.clay.control.wait_until_idle(60)
        if not self.weather.awaits_leases:
            self._end_leases()
        self.world.wait_until_settled()

    def _feeds(self) -> list[Callable[[], None]]:
        """A third of the leads by each way; some come by two."""
        third = len(self.leads) // 3
        forms, events, filed = self.leads[:third], self.leads[third:-third], self.leads[-third:]
        filed = [*filed, *forms[:IN_BOTH]]
        return [
            *(lambda lead=lead: self.sources.form(lead) for lead in forms),
            *(lambda some=some: self.sources.event(some) for some in _parts(events, 10)),
            *(lambda some=some: self.sources.file(some) for some in _parts(filed, 60)),
        ]

    def _moments(self) -> Iterator[bool]:
        """Wait for each blow, and say of it whether it falls on Redis."""
        weather, began = self.weather, time.monotonic()
        on_redis = sorted(
            self.chance.uniform(0.2, 0.9) * weather.seconds for _ in range(weather.redis_kills)
        )
        while (passed := time.monotonic() - began) < weather.seconds:
            time.sleep(
                min(weather.seconds - passed, self.chance.uniform(0.3, weather.calm_seconds))
            )
            is_redis = bool(on_redis) and passed >= on_redis[0]
            if is_redis:
                on_redis.pop(0)
            yield is_redis
        yield from (True for _ in on_redis)

    def _strike(self, *, is_redis: bool) -> None:
        self._none_has_ended()
        if is_redis:
            self.valkey.kill()
            self.redis_kills += 1
            time.sleep(self.chance.uniform(0.5, 3))
            self.valkey.restart()
            return
        victim = self.chance.choice(self.workers)
        is_kill = self.chance.random() < 0.6
        if not (self.kills and self.freezes):  # one of each at least
            is_kill = not self.kills
        if is_kill:
            victim.kill()
            self.kills += 1
            victim.start()
            return
        _signal(victim, signal.SIGSTOP)
        self.freezes += 1
        time.sleep(self.chance.uniform(0.5, self.weather.freeze_seconds))
        _signal(victim, signal.SIGCONT)

    def _trouble_enrolments(self) -> None:
        """Lose the first ones; from then on let each take its time."""
        outreach = self.world.fakes.outreach
        if sum(not status for _, status in outreach.requests) < LOST:
            outreach.fault(status=503, drops_answer=True, times=LOST)
        else:
            outreach.fault(latency_seconds=OUTREACH_SECONDS)

    def _none_has_ended(self) -> None:
        """A worker that nobody kills goes on, whatever happens to the others and to Redis."""
        for worker in self.workers:
            assert worker.process is not None
            assert worker.process.poll() is None, worker.log.read_text()[-2_000:]

    def _end_leases(self) -> None:
        """Let a minute pass for what is claimed by those who died."""
        assert [worker.stop() for worker in self.workers] == [0] * len(self.workers)
        with self.world.store.open() as database:
            database.execute(END_LEASES, (LEASE_SECONDS,))
        for worker in self.workers:
            worker.start()


def _parts(leads: Sequence[Person], size: int) -> list[Sequence[Person]]:
    return [leads[start : start + size] for start in range(0, len(leads), size)]


def _signal(victim: Program, number: signal.Signals) -> None:
    assert victim.process is not None
    victim.process.send_signal(number)


def weathered(world: World, valkey: ValkeyPlace, weather: Weather) -> Storm:
    """Let one pass, and everything come to rest after it."""
    seed = int(os.environ.get("STORM_SEED", random.randrange(10_000)))
    print(f"STORM_SEED={seed}")
    port = free_port()
    world.workspace.environ |= {
        **told_of_sources(port),
        **told_of(weather, world.workspace.folder, redis_url=valkey.url),
    }
    server = world.serve("--no-work", port=port)
    clay = world.start_clay(server)
    clay.control.set_faults(*weather.slow)
    storm = Storm(
        world,
        valkey,
        weather,
        random.Random(seed),
        people(weather.leads),
        server,
        Sources(world, server),
    )
    storm.workers += [world.work(f"work-{n + 1}") for n in range(weather.workers)]
    namespace = world.workspace.environ["TOKEN_AUDIENCE"]
    with watched_reservations(valkey, world.store.url, namespace) as storm.reservations:
        storm.rage()
        storm.calm()
    return storm
