"""Every call the HTTP API column made or did not make, and why. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

__all__ = ["Attempt", "CallbackLog"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to the handler. `outcome` is a status or the name of a network error."""

    row: int
    attempt: int
    at: float
    url: str
    outcome: str


class CallbackLog:
    """`runs` counts cells by how their run ended; `attempts` holds every request."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.runs: Counter[str] = Counter()
        self.looped = 0
