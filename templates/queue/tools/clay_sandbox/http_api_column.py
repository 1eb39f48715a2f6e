"""The HTTP API column: how one is set up, and which failures it tries again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .limits import LIMITS
from .run_condition import check_run_condition

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HttpApiColumn"]

_STATUSES = re.compile(r"(?P<first>\d{3})(-(?P<last>\d{3}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpApiColumn:
    """One column that calls a handler for each row.

    In `url` and `body` a chip is written `/{Column Name}`; anything else goes out as typed,
    `{{Column Name}}` too. `retry_on` holds statuses, ranges of statuses and network errors.
    """

    url: str
    body: str
    name: str = "callback"
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    retries: int = LIMITS.callback_retries
    retry_on: tuple[str, ...] = LIMITS.callback_retry_on
    timeout_seconds: float | None = None
    requests_per_second: float = LIMITS.callback_requests_per_second
    run_condition: str | None = None
    required: tuple[str, ...] = ()
    remove_empty_values: bool = False
    keep_existing_results: bool = False
    actions: int = LIMITS.callback_actions

    def __post_init__(self) -> None:
        if not 0 <= self.retries <= LIMITS.callback_retries_most:
            raise ValueError(f"retries={self.retries}: 0 to {LIMITS.callback_retries_most}")
        least, most = LIMITS.callback_timeout_least_seconds, LIMITS.callback_timeout_most_seconds
        if self.timeout_seconds is not None and not least <= self.timeout_seconds <= most:
            raise ValueError(f"timeout_seconds={self.timeout_seconds}: {least} to {most}")
        if self.requests_per_second <= 0:
            raise ValueError("requests_per_second must be above 0")
        for entry in self.retry_on:
            _statuses(entry)
        if self.run_condition is not None:
            check_run_condition(self.run_condition)

    def tries_again_after(self, outcome: str) -> bool:
        """Whether an attempt that ended so, a status or an error's name, is tried again."""
        if not outcome.isdigit():
            return outcome in self.retry_on
        return any(int(outcome) in _statuses(entry) for entry in self.retry_on)


def _statuses(entry: str) -> range:
    """The statuses an entry of the retry list stands for; an error's name stands for none."""
    match = _STATUSES.fullmatch(entry)
    if match:
        return range(int(match["first"]), int(match["last"] or match["first"]) + 1)
    if entry.isalpha() and entry.isupper():
        return range(0)
    raise ValueError(f"retry_on '{entry}' is no status, range of statuses or error name")
