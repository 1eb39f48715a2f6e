"""The sending loop: one waiting lead after the other, paced, until none waits or a stop."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from leadflow.domain.ledger import Event
from leadflow.domain.limits import ClayLimits, Webhook, choose_webhook, life_warning
from leadflow.domain.pacing import next_start
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.run import NO_WEBHOOK_LEFT, OUT_OF_CREDITS, Run, StopReason, after
from leadflow.use_cases.send_lead import Clay, Receipt, SendLedger, WaitingLead, send_lead

__all__ = ["Clocks", "Observer", "SendRules", "SendTally", "Sender", "SilentObserver"]

CLAIM_SECONDS = 0.02  # what marking a lead durably takes on a slow disk


class RunLedger(SendLedger, Protocol):
    """What the loop needs beside the sending of one lead."""

    async def next_waiting(self) -> WaitingLead | None:
        """Give the first waiting lead in file order."""

    async def hold(self, reason: str) -> None:
        """Note with every waiting lead what it waits for."""

    async def mark_full(self, webhook_id: str, *, now: float) -> None:
        """Keep when Clay said that this webhook takes no more."""


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
    """How fast, how patiently and how much."""

    limits: ClayLimits
    retry: RetryPolicy
    interval_seconds: float
    max_leads: int | None = None


@dataclass(frozen=True, slots=True)
class SendTally:
    """What one run did. `spent` counts the leads that cost credits: sent, or perhaps sent."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    stop: StopReason | None = None

    @property
    def spent(self) -> int:
        return self.sent + self.unknown


@dataclass(slots=True)
class Sender:
    """One run. Webhooks are used up in the order of the settings."""

    clay: Clay
    ledger: RunLedger
    webhooks: list[Webhook]
    rules: SendRules
    observer: Observer = field(default_factory=SilentObserver)
    clocks: Clocks = field(default_factory=Clocks)
    _run: Run = field(default_factory=Run)
    _count: Counter[Event] = field(default_factory=Counter)
    _not_before: float = 0.0

    async def send_all(self) -> SendTally:
        """Send until nothing waits or something stops the run; a cancelled run has lost nothing."""
        stop = None
        while stop is None and (lead := await self.ledger.next_waiting()):
            stop = await self._send_next(lead)
        return replace(self.tally, stop=stop)

    @property
    def tally(self) -> SendTally:
        count = self._count
        return SendTally(count[Event.ACCEPTED], count[Event.REFUSED], count[Event.LOST])

    async def _send_next(self, lead: WaitingLead) -> StopReason | None:
        if self.rules.max_leads is not None and self.tally.spent >= self.rules.max_leads:
            return OUT_OF_CREDITS
        webhook = choose_webhook(
            self.webhooks, life=self.rules.limits.webhook_life, refused=self._run.full_webhooks
        )
        if webhook is None:
            await self.ledger.hold(NO_WEBHOOK_LEFT.code)
            return NO_WEBHOOK_LEFT
        # Claimed a moment early, so that the request itself starts on time.
        await self._sleep_until(self._not_before - CLAIM_SECONDS)
        receipt = await send_lead(
            lead,
            webhook_id=webhook.webhook_id,
            clay=self.clay,
            ledger=self.ledger,
            now=self.clocks.now,
            ready=lambda: self._sleep_until(self._not_before),
        )
        return await self._conclude(receipt, webhook)

    async def _sleep_until(self, moment: float) -> None:
        """Wait for the moment; a sleep may end early, so look at the clock again."""
        while (wait := moment - self.clocks.monotonic()) > 0:
            await self.clocks.sleep(wait)

    async def _conclude(self, receipt: Receipt, webhook: Webhook) -> StopReason | None:
        event = receipt.verdict.event
        self._count[event] += 1
        self.observer.sent(receipt)
        if event in {Event.ACCEPTED, Event.LOST}:
            self._charge(webhook)
        step = after(
            self._run,
            receipt.verdict,
            webhook_id=webhook.webhook_id,
            label=webhook.label,
            policy=self.rules.retry,
            jitter=self.clocks.jitter(),
            retry_after=receipt.retry_after_seconds,
        )
        if step.run.full_webhooks != self._run.full_webhooks:
            await self.ledger.mark_full(webhook.webhook_id, now=self.clocks.now())
            self.observer.warns(f"webhook {webhook.label} is full (Clay answered 403)")
        self._run = step.run
        self._schedule(receipt, step.wait_seconds)
        return step.stop

    def _schedule(self, receipt: Receipt, wait_seconds: float) -> None:
        now = self.clocks.monotonic()
        self._not_before = next_start(
            previous_start=receipt.started_at or now,
            interval_seconds=self.rules.interval_seconds,
            now=now,
            wait_seconds=wait_seconds,
        )
        if wait_seconds:
            self.observer.waits(wait_seconds, receipt.reason)

    def _charge(self, webhook: Webhook) -> None:
        charged = replace(webhook, used=webhook.used + 1)
        self.webhooks[self.webhooks.index(webhook)] = charged
        if charged.used in self.rules.limits.webhook_warnings:
            self.observer.warns(life_warning(charged, self.rules.limits) or "")
