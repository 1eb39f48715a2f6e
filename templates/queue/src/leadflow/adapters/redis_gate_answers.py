"""What the gate's scripts answer, as the domain's words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from leadflow.adapters.redis_failures import describe
from leadflow.adapters.redis_terms import seconds
from leadflow.domain.credit_budget import Cost, exceeded
from leadflow.domain.errors import LeadflowError
from leadflow.domain.gate import GateRules, Leave, Refusal, RefusalReason, refuse
from leadflow.domain.standing import in_credits

__all__ = ["is_to_be_judged", "leave_or_refusal", "unreachable"]

TO_BE_JUDGED = {"unknown", "unverified"}


def is_to_be_judged(answer: Sequence[Any]) -> bool:
    """The numbers are there, and somebody must compare them with the ledger first."""
    return answer[0] == "refused" and answer[2] in TO_BE_JUDGED


def leave_or_refusal(leave_id: str, answer: Sequence[Any], rules: GateRules) -> Leave | Refusal:
    if answer[0] == "granted":
        _, _, webhook_id, generation, is_probe, granted_at = answer
        at = seconds(granted_at)
        return Leave(leave_id, webhook_id, int(generation), bool(int(is_probe)), at)
    _, _, name, left, detail = answer
    if is_to_be_judged(answer):
        return refuse(RefusalReason.OLDER, detail="it changed while it was compared")
    reason = RefusalReason(name)
    if reason is RefusalReason.BUDGET:
        return refuse(reason, detail=_over(json.loads(detail), rules))
    # Without a time of its own a reason may end at any moment: a person ends it.
    return refuse(reason, seconds(left), detail) if left else refuse(reason, detail=detail)


def unreachable(fault: BaseException) -> Refusal:
    if isinstance(fault, LeadflowError):  # it says so itself
        return refuse(RefusalReason.UNREACHABLE)._replace(sentence=str(fault))
    return refuse(RefusalReason.UNREACHABLE, detail=describe(fault))


def _over(used: dict[str, int], rules: GateRules) -> str:
    day, month = (
        in_credits(Cost(used[f"{period}_credits"], used[f"{period}_actions"]))
        for period in ("daily", "monthly")
    )
    over = exceeded(rules.caps, in_credits(rules.charge), day=day, month=month)
    return over or "a cap is reached"
