"""The loop around the queue's worker: it ends when told, and never without a word."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from leadflow.domain.errors import SettingsError
from leadflow.entrypoints.send_worker import WorkerEndedError, run_send_worker


@dataclass
class FakeWorker:
    """Works until it is drained, or does what a test wants."""

    breaks: BaseException | None = None
    returns: bool = False
    told: list[str] = field(default_factory=list)
    found: asyncio.Future[Exception] = field(default_factory=asyncio.Future)
    drained: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        self.told.append("started")
        if self.breaks:
            raise self.breaks
        if not self.returns:
            await self.drained.wait()

    async def fault(self) -> Exception:
        return await asyncio.shield(self.found)

    async def drain(self, *, seconds: float) -> None:
        self.told.append(f"drained within {seconds:g} s")
        self.drained.set()


async def run(worker: FakeWorker, stop: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await run_send_worker(worker, stop=stop, drain_seconds=7)


def test_told_to_stop_it_drains() -> None:
    async def part() -> list[str]:
        worker, stop = FakeWorker(), asyncio.Event()
        asyncio.get_running_loop().call_soon(stop.set)
        await run(worker, stop)
        return worker.told

    assert asyncio.run(part()) == ["started", "drained within 7 s"]


@pytest.mark.case(46)
@pytest.mark.parametrize("breaks", [None, RuntimeError("a defect"), asyncio.CancelledError()])
def test_a_worker_that_ends_by_itself_is_an_error(breaks: BaseException | None) -> None:
    async def part() -> None:
        await run(FakeWorker(breaks, returns=True), asyncio.Event())

    with pytest.raises(WorkerEndedError, match="ended by itself"):
        asyncio.run(part())


def test_what_only_a_person_mends_drains_the_worker_and_is_raised() -> None:
    async def part() -> list[str]:
        worker = FakeWorker()
        worker.found.set_result(SettingsError(["check the token"]))
        with pytest.raises(SettingsError):
            await run(worker, asyncio.Event())
        return worker.told

    assert asyncio.run(part())[-1] == "drained within 7 s"
