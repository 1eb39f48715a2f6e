"""The sending loop: one waiting lead after the other, paced, until none waits or a stop."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from leadflow.domain.ledger import Event
from leadflow.domain.limits import Webhook, choose_webhook, life_warning
from leadflow.domain.pacing import first_wait, next_start
from leadflow.domain.run import (
    INTERRUPTED,
    NO_WEBHOOK_LEFT,
    OUT_OF_CREDITS,
    Run,
    StopReason,
    after,
)
from leadflow.domain.verdict import Verdict
from leadflow.entrypoints.send_terms import (
    Clocks,
    Observer,
    PaceStore,
    RunLedger,
    SendRules,
    SendTally,
    SilentObserver,
)
from leadflow.use_cases.send_lead import Clay, Receipt, WaitingLead, send_lead

__all__ = ["SendTally", "Sender"]

CLAIM_SECONDS = 0.02  # what marking a lead durably takes on a slow disk


@dataclass(slots=True)
class Sender:
    """One run. Webhooks are used up in the order of the settings."""

    clay: Clay
    ledger: RunLedger
    pace: PaceStore
    webhooks: list[Webhook]
    rules: SendRules
    observer: Observer = field(default_factory=SilentObserver)
    clocks: Clocks = field(default_factory=Clocks)
    _run: Run = field(default_factory=Run)
    _count: Counter[Event] = field(default_factory=Counter)
    _lost: list[str] = field(default_factory=list)
    _stop: StopReason | None = INTERRUPTED  # until the run has ended by itself
    _last_seq: int = 0  # of the last lead that is settled: each is drawn once
    _not_before: float = 0.0

    async def send_all(self) -> SendTally:
        """Send until nothing waits or something stops the run; a cancelled run has lost nothing."""
        await self._go_on_at_the_pace()
        stop = None
        while stop is None and (lead := await self._next()):
            stop = await self._send_next(lead)
        self._stop = stop
        return self.tally

    @property
    def tally(self) -> SendTally:
        """What the run has done so far, or had done when it was interrupted."""
        count = self._count
        return SendTally(
            sent=count[Event.ACCEPTED],
            failed=count[Event.REFUSED] + count[Event.BROKEN],
            unknown=count[Event.LOST],
            stop=self._stop,
            broken=count[Event.BROKEN],
            lost=tuple(self._lost),
        )

    async def _go_on_at_the_pace(self) -> None:
        now = self.clocks.now()
        pace = await self.pace.load(now=now)
        wait = first_wait(pace, interval_seconds=self.rules.interval_seconds, now=now)
        self._not_before = self.clocks.monotonic() + wait
        if pace.not_before > now:
            self.observer.waits(wait, "Clay asked an earlier run for a pause")

    async def _next(self) -> WaitingLead | None:
        return await self.ledger.next_lead(self.rules.origins, after=self._last_seq)

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
            compose=self.rules.compose,
            now=self.clocks.now,
            ready=lambda: self._sleep_until(self._not_before),
            heard=lambda receipt: self._hear(lead, receipt),
        )
        return await self._conclude(receipt, webhook)

    def _hear(self, lead: WaitingLead, receipt: Receipt) -> None:
        """Count the end of an attempt; this is told even when the run is interrupted."""
        event = receipt.verdict.event
        self._count[event] += 1
        if event is Event.LOST:
            self._lost.append(lead.lead_id)
        if event is not Event.PUT_BACK:
            self._last_seq = lead.seq
        self.observer.sent(receipt)

    async def _sleep_until(self, moment: float) -> None:
        """Wait for the moment; a sleep may end early, so look at the clock again."""
        while (wait := moment - self.clocks.monotonic()) > 0:
            await self.clocks.sleep(wait)

    async def _conclude(self, receipt: Receipt, webhook: Webhook) -> StopReason | None:
        if receipt.verdict.event.is_charged:
            webhook = self._charge(webhook)
        step = after(
            self._run,
            receipt.verdict,
            webhook_id=webhook.webhook_id,
            label=webhook.label,
            policy=self.rules.retry,
            jitter=self.clocks.jitter(),
            retry_after=receipt.retry_after_seconds,
        )
        self._run = step.run
        await self._note_fullness(receipt, webhook)
        await self._schedule(receipt, step.wait_seconds)
        return step.stop

    async def _note_fullness(self, receipt: Receipt, webhook: Webhook) -> None:
        is_full = receipt.verdict is Verdict.WEBHOOK_FULL
        if is_full:
            self.observer.warns(f"webhook {webhook.label} is full (Clay answered 403)")
        elif not (webhook.is_full and receipt.verdict is Verdict.ACCEPTED):
            return
        full_at = self.clocks.now() if is_full else None
        await self.ledger.mark_full(webhook.webhook_id, full_at=full_at)
        self._replace(webhook, replace(webhook, full_at=full_at))

    async def _schedule(self, receipt: Receipt, wait_seconds: float) -> None:
        if receipt.verdict is Verdict.RATE_LIMITED:
            # Kept even if this stops the run: the next one must wait as long.
            pause = max(wait_seconds, self.rules.retry.floor(receipt.retry_after_seconds))
            await self.pace.pause(until=self.clocks.now() + pause)
        now = self.clocks.monotonic()
        self._not_before = next_start(
            previous_start=receipt.started_at or now,
            interval_seconds=self.rules.interval_seconds,
            now=now,
            wait_seconds=wait_seconds,
        )
        if wait_seconds:
            self.observer.waits(wait_seconds, receipt.reason)

    def _charge(self, webhook: Webhook) -> Webhook:
        charged = self._replace(webhook, replace(webhook, used=webhook.used + 1))
        if charged.used in self.rules.limits.webhook_warnings:
            self.observer.warns(life_warning(charged, self.rules.limits) or "")
        return charged

    def _replace(self, old: Webhook, new: Webhook) -> Webhook:
        self.webhooks[self.webhooks.index(old)] = new
        return new
