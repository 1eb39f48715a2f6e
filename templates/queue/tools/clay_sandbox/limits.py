"""Clay's numbers, read from limits.toml. No other module holds one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["LIMITS", "LIMITS_FILE", "Limits", "PlanLimits"]

LIMITS_FILE = Path(__file__).with_name("limits.toml")


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """What one plan allows. Legacy plans charge no actions, so theirs are None."""

    rows: int
    credits: int
    actions: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    body_bytes: int
    requests_per_second: int
    burst: int
    retry_after_seconds: int
    record_limit: int
    dedupe_characters: int
    callback_retries: int
    callback_retries_most: int
    callback_retry_on: tuple[str, ...]
    callback_timeout_least_seconds: int
    callback_timeout_most_seconds: int
    callback_requests_per_second: int
    callback_actions: int
    credits_per_lead: int
    plans: dict[str, PlanLimits]
    capabilities: dict[str, frozenset[str]]

    def allows(self, plan: str, capability: str) -> bool:
        return plan in self.capabilities[capability]


def _read_plans(facts: dict[str, Any]) -> dict[str, PlanLimits]:
    legacy = PlanLimits(**facts["assumed"]["legacy"], actions=None)
    stated = {plan: PlanLimits(**limits) for plan, limits in facts["plan"].items()}
    return {plan: stated.get(plan, legacy) for plan in facts["capability"]["csv"]}


def _read_limits() -> Limits:
    facts = tomllib.loads(LIMITS_FILE.read_text(encoding="utf-8"))
    wire, callback, within = facts["wire"], facts["callback"], facts["within"]
    return Limits(
        body_bytes=wire["size"],
        requests_per_second=wire["rate"],
        burst=wire["rate-burst"],
        retry_after_seconds=within["wire.too-many-requests"]["retry_after_seconds"],
        record_limit=wire["record-limit"],
        dedupe_characters=wire["dedupe-length"],
        callback_retries=callback["retries"],
        callback_retries_most=callback["retries-most"],
        callback_retry_on=tuple(within["callback.retries"]["retry_on"]),
        callback_timeout_least_seconds=within["callback.timeout"]["least_seconds"],
        callback_timeout_most_seconds=callback["timeout-most"],
        callback_requests_per_second=callback["rate"],
        callback_actions=facts["meter"]["callback_actions"],
        credits_per_lead=facts["meter"]["credits_per_lead"],
        plans=_read_plans(facts),
        capabilities={name: frozenset(plans) for name, plans in facts["capability"].items()},
    )


LIMITS = _read_limits()
