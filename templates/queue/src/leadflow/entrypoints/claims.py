"""What a loop has claimed and not yet sent. What cannot go goes back, and costs no attempt.

A delivery may wait for days, so the do-not-contact list is asked once more when it is its turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from leadflow.domain.delivery import (
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Settled,
    next_delivery_state,
)
from leadflow.domain.routing import may_contact
from leadflow.entrypoints.worker_terms import WorkerTerms
from leadflow.use_cases.deliver import Deliveries, Destination

__all__ = ["Claims"]


class Claims:
    """Deliveries to one destination, claimed together under one lease."""

    def __init__(
        self, destination: Destination, deliveries: Deliveries, terms: WorkerTerms
    ) -> None:
        self._destination, self._deliveries, self._terms = destination, deliveries, terms
        self._claimed: deque[Delivery] = deque()
        self.lease_until = 0.0
        self._next_claim_at = 0.0  # monotonic: let some gather before asking again
        self._claimed_at, self._claimed_last = 0.0, 0

    def wait(self) -> float:
        """Seconds until there may be something to take."""
        if self._claimed:
            return 0.0
        return max(0.0, self._next_claim_at - self._terms.monotonic())

    async def take(self, size: int, *, at_once: int) -> list[Delivery]:
        """Give up to `size`; where none are left, claim up to `at_once`."""
        listed = self._destination.do_not_contact()
        if self._terms.now() > self.lease_until - self._terms.lease_seconds / 2:
            await self.give_back()  # too little of the lease is left to send them under it
        await self._withhold(listed)
        while not self._claimed and await self._claim(size, at_once):
            await self._withhold(listed)
        return [self._claimed.popleft() for _ in range(min(size, len(self._claimed)))]

    def put_back(self, batch: list[Delivery]) -> None:
        """Undo a take."""
        self._claimed.extendleft(reversed(batch))

    async def give_back(self) -> None:
        """Let others have them."""
        if not self._claimed:
            return
        await self._unsend(self._claimed, DeliveryEvent.RELEASED)
        self._claimed.clear()

    async def _withhold(self, listed: frozenset[str]) -> None:
        """Set aside for good whoever has come onto the list."""
        barred = [claim for claim in self._claimed if not may_contact(claim.fields, listed)]
        if not barred:
            return
        await self._unsend(barred, DeliveryEvent.LISTED)
        self._claimed = deque(claim for claim in self._claimed if claim not in barred)

    async def _unsend(self, claims: Iterable[Delivery], event: DeliveryEvent) -> None:
        now = self._terms.now()
        ends = [
            Settled(
                delivery_id=claim.delivery_id,
                attempt=claim.attempt,
                state=next_delivery_state(DeliveryState.CLAIMED, event),
                next_attempt_at=now,
                spends_attempt=False,
            )
            for claim in claims
        ]
        await self._deliveries.settle(ends, now=now)

    async def _claim(self, size: int, at_least: int) -> bool:
        now = self._terms.now()
        self.lease_until = now + self._terms.lease_seconds
        limit = self._limit(size, at_least)
        claimed = await self._deliveries.claim(
            self._destination.name, limit=limit, now=now, lease_until=self.lease_until
        )
        self._claimed.extend(claimed)
        self._claimed_at, self._claimed_last = self._terms.monotonic(), len(claimed)
        if len(claimed) < limit:
            terms = self._terms
            gather = terms.gather_one_seconds if size == 1 else terms.gather_batch_seconds
            self._next_claim_at = self._claimed_at + gather
        return bool(claimed)

    def _limit(self, size: int, at_least: int) -> int:
        """As many as lasted a second, going by the last claim; of enrolments, what goes at once.

        A claimed enrolment is in doubt when its worker is killed, whether it had gone or not.
        """
        if self._destination.is_enrolment or size == at_least == 1:
            return at_least
        seconds = max(self._terms.monotonic() - self._claimed_at, 0.001)
        return min(max(at_least, int(self._claimed_last / seconds)), self._terms.most_claimed)
