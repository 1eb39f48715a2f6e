"""What the scripts are given: rules in whole microseconds and thousandths, names of keys."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from leadflow.domain.circuit_breaker import BreakerRules
from leadflow.domain.gate import GateRules

__all__ = [
    "GateKeys",
    "breaker_terms",
    "destination_key",
    "gate_terms",
    "microseconds",
    "quota_key",
    "seconds",
]

MICROSECONDS = 1_000_000


def microseconds(seconds_: float) -> int:
    return round(seconds_ * MICROSECONDS)


def seconds(microseconds_: float | str) -> float:
    return int(microseconds_) / MICROSECONDS


class GateKeys(NamedTuple):
    """The hashes of one gate. The braces keep them together on a cluster of servers."""

    gate: str
    breaker: str
    budget: str
    webhooks: str

    @classmethod
    def of(cls, namespace: str) -> GateKeys:
        return cls(*(f"{{leadflow:{namespace}}}:{name}" for name in cls._fields))

    def leave(self, leave_id: str) -> str:
        return f"{self.gate}:leave:{leave_id}"


def quota_key(namespace: str) -> str:
    return f"{{leadflow:{namespace}}}:retry-quota"


def destination_key(namespace: str, destination: str) -> str:
    return f"{{leadflow:{namespace}}}:destination:{destination}"


def breaker_terms(rules: BreakerRules) -> dict[str, Any]:
    return {
        "failures_in_a_row": rules.failures_in_a_row,
        "failing_share": rules.failing_share,
        "fewest_calls": rules.fewest_calls,
        "window_seconds": rules.window_seconds,
        "open": microseconds(rules.open_seconds),
        "longest_open": microseconds(rules.longest_open_seconds),
        "jitter_share": rules.jitter_share,
        "good_probes": rules.good_probes,
        "probe": microseconds(rules.probe_seconds),
    }


def gate_terms(rules: GateRules) -> dict[str, Any]:
    """Rounded so that no limit becomes wider: the interval up, the tolerance and the caps down."""
    caps = rules.caps._asdict()
    scale = {name: 1_000 if name.endswith("credits") else 1 for name in caps}
    return {
        "interval": math.ceil(round(rules.rate.interval_seconds * MICROSECONDS, 3)),
        "tolerance": math.floor(round(rules.rate.tolerance_seconds * MICROSECONDS, 3)),
        "cost": rules.charge._asdict(),
        "caps": {
            name: math.floor(round(cap * scale[name], 6))
            for name, cap in caps.items()
            if cap is not None
        },
        "webhook_life": rules.webhook_life,
        "longest_pause": microseconds(rules.longest_pause_seconds),
        "leave_milliseconds": round(rules.leave_seconds * 1_000),
        "breaker": breaker_terms(rules.breaker),
    }
