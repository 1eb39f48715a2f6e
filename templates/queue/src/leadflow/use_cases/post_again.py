"""A Clay that is asked again, in the same run, after a server error.

    first answer     a later answer         the lead    what is charged
    5xx              2xx                    sent        every request; Clay may have it twice
    5xx              5xx, 3xx               failed      every request
    5xx              408, 502, 504, none    unknown     every request
    5xx              429, never connected   failed      every request: the server error stands
    5xx              any other 4xx          failed      every request: the server error stands
    5xx              (interrupted)          unknown     every request
    5xx              (no budget, no life,
                     no tries left)         failed      every request that left
    anything else    (is not asked for)     as it says  as it says

502 and 504 are no server errors here: they say that Clay's answer was lost.

Rule 1: a server error puts the lead in doubt, and no later answer takes that back. "Not taken"
(429, 401 ...) speaks of its own request only, so the server error is what the run is told.
Rule 2: a further request is charged before it leaves and never refunded: what the webhook and the
budget have used may be too high, never too low.
Rule 3: after 429, and when no connection was made, it tries on; the pause that Clay asked for is
kept even after the last try. Any other answer than a server error ends the tries.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from leadflow.domain.errors import NotSent
from leadflow.domain.pacing import next_start
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.retry_quota import RetryQuota
from leadflow.domain.verdict import Reply, Verdict, judge
from leadflow.use_cases.send_lead import Clay

__all__ = ["Charges", "Pauses", "PostAgain"]


class Charges(Protocol):
    """Who pays for a further request."""

    async def charge_again(self, webhook_id: str, *, now: float) -> bool:
        """Charge it, durably; False, and nothing is charged, when webhook or budget are spent."""


class Pauses(Protocol):
    """What every later run must respect, too."""

    async def pause(self, *, until: float) -> None:
        """Keep what Clay asked for: no request before that time, in no run."""


@dataclass(slots=True)
class PostAgain:
    """Posts a row as often as it takes, within the policy, the quota and the budget."""

    clay: Clay
    charges: Charges
    pauses: Pauses
    policy: RetryPolicy
    quota: RetryQuota
    interval_seconds: float
    waits: Callable[[float, str], None] = lambda _seconds, _reason: None
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random

    async def post(self, webhook_id: str, body: bytes) -> Reply:
        reply = await self.clay.post(webhook_id, body)
        if judge(reply.status) is Verdict.SERVER_ERROR:
            reply = await self._post_again(webhook_id, body, reply)
        if judge(reply.status) is Verdict.ACCEPTED:
            self.quota = self.quota.on_success()
        return reply

    async def _post_again(self, webhook_id: str, body: bytes, standing: Reply) -> Reply:
        latest, attempt = standing, 1
        while await self._may_try(webhook_id, after=latest, attempt=attempt):
            latest = await self._try(webhook_id, body, before=latest)
            attempt += 1
            if judge(latest.status).event.is_charged:
                standing = latest
        return replace(standing, started_at=latest.started_at)  # the pace goes by the last request

    async def _may_try(self, webhook_id: str, *, after: Reply, attempt: int) -> bool:
        """Wait as long as is due, and pay; False when this was the last try."""
        verdict = judge(after.status)
        is_paused = verdict is Verdict.RATE_LIMITED
        if verdict is not Verdict.SERVER_ERROR and not is_paused:
            return False
        asked = self.policy.floor(after.retry_after_seconds)
        wait = self.policy.delay(attempt, jitter=self.jitter(), retry_after=asked)
        is_allowed = wait is not None and self._spend_quota()
        if is_paused:
            await self.pauses.pause(until=self.now() + asked)
        if is_allowed or is_paused:
            await self._wait(wait or asked, after=after)
        return is_allowed and await self.charges.charge_again(webhook_id, now=self.now())

    async def _try(self, webhook_id: str, body: bytes, *, before: Reply) -> Reply:
        try:
            return await self.clay.post(webhook_id, body)
        except NotSent:
            return before  # nothing was heard: what holds is the answer before it

    def _spend_quota(self) -> bool:
        is_granted, self.quota = self.quota.spend()
        return is_granted

    async def _wait(self, seconds: float, *, after: Reply) -> None:
        now = self.monotonic()
        moment = next_start(
            previous_start=after.started_at or now,
            interval_seconds=self.interval_seconds,
            now=now,
            wait_seconds=seconds,
        )
        verdict = judge(after.status)
        which = f" ({after.status})" if verdict is Verdict.SERVER_ERROR else ""
        self.waits(moment - now, f"{verdict.reason}{which}")
        while (left := moment - self.monotonic()) > 0:
            await self.sleep(left)
