"""What a sending run is given and what it tells: its stores, its watcher, its rules, its tally."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from leadflow.domain.ledger import State
from leadflow.domain.limits import ClayLimits
from leadflow.domain.pacing import Pace
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.run import StopReason
from leadflow.use_cases.send_lead import Compose, Receipt, SendLedger, WaitingLead

__all__ = [
    "Clocks",
    "Observer",
    "PaceStore",
    "RunLedger",
    "SendRules",
    "SendTally",
    "SilentObserver",
]


class RunLedger(SendLedger, Protocol):
    """What the loop needs beside the sending of one lead."""

    async def next_lead(self, origins: Sequence[State], *, after: int) -> WaitingLead | None:
        """Give the first lead of these states in file order, after the one with that number."""

    async def hold(self, reason: str) -> None:
        """Note with every waiting lead what it waits for."""

    async def mark_full(self, webhook_id: str, *, full_at: float | None) -> None:
        """Keep when Clay said that this webhook takes no more, or that it takes some again."""


class PaceStore(Protocol):
    """What one run knows of the one before it."""

    async def load(self, *, now: float) -> Pace:
        """Give what the last run left."""

    async def pause(self, *, until: float) -> None:
        """Keep what Clay asked for: no request before that time, in no run."""


class Observer(Protocol):
    """Who watches a run."""

    def sent(self, receipt: Receipt) -> None:
        """One request has ended."""

    def waits(self, seconds: float, reason: str) -> None:
        """The run pauses."""

    def warns(self, sentence: str) -> None:
        """Something deserves a look; the run goes on."""


class SilentObserver:
    """Watches and says nothing."""

    def sent(self, receipt: Receipt) -> None: ...
    def waits(self, seconds: float, reason: str) -> None: ...
    def warns(self, sentence: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time and chance, handed in so that a test can hold them."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class SendRules:
    """How fast, how patiently, how much, and what is written to Clay."""

    limits: ClayLimits
    retry: RetryPolicy
    compose: Compose
    interval_seconds: float
    max_leads: int | None = None
    origins: tuple[State, ...] = (State.WAITING,)  # and what a person asks for again


@dataclass(frozen=True, slots=True)
class SendTally:
    """What one run did. `spent` counts the leads that cost credits: sent, or perhaps sent."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    stop: StopReason | None = None
    broken: int = 0  # of the failed, those that Clay may have all the same
    lost: tuple[str, ...] = ()  # the leads that became unknown

    @property
    def spent(self) -> int:
        return self.sent + self.unknown + self.broken
