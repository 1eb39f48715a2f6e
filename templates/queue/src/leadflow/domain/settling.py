"""What becomes of a delivery after an attempt. Pure; the caller stores it.

outcome     an upsert                           an enrolment
DELIVERED   delivered                           delivered
PERMANENT   dead                                dead
TRANSIENT   waits; dead after the last attempt  waits; dead after the last attempt
HELD        waits, and spends no attempt        waits, and spends no attempt
LOST        as TRANSIENT                        unknown: a person decides
"""

from __future__ import annotations

from leadflow.domain.delivery import (
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Outcome,
    OutcomeKind,
    Settled,
    next_delivery_state,
)
from leadflow.domain.retry import RetryPolicy

__all__ = ["settle"]

EVENTS = {
    OutcomeKind.DELIVERED: DeliveryEvent.DELIVERED,
    OutcomeKind.PERMANENT: DeliveryEvent.REFUSED,
    OutcomeKind.TRANSIENT: DeliveryEvent.PUT_OFF,
    OutcomeKind.HELD: DeliveryEvent.PUT_OFF,
    OutcomeKind.LOST: DeliveryEvent.PUT_OFF,
}


def settle(
    delivery: Delivery,
    outcome: Outcome,
    *,
    is_enrolment: bool,
    policy: RetryPolicy,
    jitter: float,
    now: float,
    is_probe: bool = False,
) -> Settled:
    """Decide what becomes of a claimed delivery.

    A probe of a destination that is down spends no attempt: the lead in it is there by chance.
    """
    event, reason, wait = _event(outcome, is_enrolment=is_enrolment), outcome.reason, None
    spends_attempt = not is_probe and outcome.kind is not OutcomeKind.HELD
    if event is DeliveryEvent.PUT_OFF:
        wait = _wait(delivery, outcome, policy, jitter, spends_attempt=spends_attempt)
        if wait is None:
            event = DeliveryEvent.REFUSED
            reason = f"{reason} (attempt {delivery.attempt}, the last one)".strip()
    return Settled(
        delivery_id=delivery.delivery_id,
        attempt=delivery.attempt,
        state=next_delivery_state(DeliveryState.CLAIMED, event),
        reason=reason,
        next_attempt_at=None if wait is None else now + wait,
        spends_attempt=wait is None or spends_attempt,
    )


def _wait(
    delivery: Delivery,
    outcome: Outcome,
    policy: RetryPolicy,
    jitter: float,
    *,
    spends_attempt: bool,
) -> float | None:
    if spends_attempt:
        floor = outcome.retry_after_seconds
        return policy.delay(delivery.attempt, jitter=jitter, retry_after=floor)
    return max(policy.floor(outcome.retry_after_seconds), policy.ceiling(1) * jitter)


def _event(outcome: Outcome, *, is_enrolment: bool) -> DeliveryEvent:
    is_in_doubt = is_enrolment and outcome.kind is OutcomeKind.LOST
    return DeliveryEvent.LOST if is_in_doubt else EVENTS[outcome.kind]
