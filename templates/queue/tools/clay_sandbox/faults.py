"""Trouble on demand. A fault lets `after` requests pass, then strikes `count` times.

Written on the command line and sent to the control endpoint in the same words:
`429,count=5,retry_after=3`, `accept_then_reset,count=1,after=10`, `latency,seconds=2`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

__all__ = ["ArmedFaults", "Fault", "FaultKind", "parse_fault"]


class FaultKind(StrEnum):
    ANSWER = "answer"  # answer `status` and make no row
    LATENCY = "latency"  # wait `seconds` before looking at the request
    SLOW_ANSWER = "slow_answer"  # make the row, then answer one byte per `seconds`
    ACCEPT_THEN_RESET = "accept_then_reset"  # make the row, then cut the connection
    RESET_BEFORE_READING = "reset_before_reading"  # cut the connection, make no row
    OUT_OF_CREDITS = "out_of_credits"  # a cell fails as if the credits were spent
    TABLE_FULL = "table_full"  # behave as if the table were full
    DROP_CALLBACK = "drop_callback"  # never call back
    DUPLICATE_CALLBACK = "duplicate_callback"  # call back twice
    REORDER_CALLBACK = "reorder_callback"  # call back after the next row, or after `seconds`
    DELAY_CALLBACK = "delay_callback"  # call back `seconds` later
    UNESCAPED_QUOTES = "unescaped_quotes"  # put values into the callback's body as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One trouble. `retry_after` goes out as it is, but `date+3` becomes the HTTP-date in 3 s."""

    kind: FaultKind
    count: int | None = None
    after: int = 0
    status: int = 503
    retry_after: str | None = None
    location: str | None = None
    seconds: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", FaultKind(self.kind))
        if self.count is not None and self.count < 0:
            raise ValueError(f"count={self.count}: give 0 or more, or leave it out")
        if self.after < 0 or self.seconds < 0:
            raise ValueError("after and seconds must be 0 or more")
        if not 200 <= self.status <= 599:  # noqa: PLR2004 - the range of final HTTP statuses
            raise ValueError(f"status={self.status}: give one from 200 to 599")


_CONVERT: dict[str, Any] = {"count": int, "after": int, "status": int, "seconds": float}


def parse_fault(text: str) -> Fault:
    """Read `KIND,name=value,...`; a KIND of three digits is an answer of that status."""
    kind, *settings = (part.strip() for part in text.split(","))
    values: dict[str, Any] = {"kind": kind}
    if kind.isascii() and kind.isdigit():
        values = {"kind": FaultKind.ANSWER, "status": int(kind)}
    known = {item.name for item in fields(Fault)} - {"kind"}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name not in known:
            raise ValueError(
                f"'{setting}' is none of {', '.join(sorted(known))}, written name=value"
            )
        values[name] = _CONVERT.get(name, str)(value)
    return Fault(**values)


class ArmedFaults:
    """The faults in force. Each counts the requests that reach the point where it would strike."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._armed = [_Armed(fault) for fault in faults]

    def take(self, kind: FaultKind) -> Fault | None:
        """The first fault of this kind that strikes now, with one strike used up."""
        for armed in self._armed:
            if armed.fault.kind is kind and armed.strikes():
                return armed.fault
        return None

    def left(self) -> list[dict[str, object]]:
        """The faults that can still strike, with the strikes they have left."""
        return [
            {"kind": str(armed.fault.kind), "struck": armed.struck, "left": armed.left}
            for armed in self._armed
            if armed.left != 0
        ]


@dataclass(slots=True)
class _Armed:
    fault: Fault
    passed: int = 0
    struck: int = 0

    @property
    def left(self) -> int | None:
        return None if self.fault.count is None else self.fault.count - self.struck

    def strikes(self) -> bool:
        if self.left == 0:
            return False
        if self.passed < self.fault.after:
            self.passed += 1
            return False
        self.struck += 1
        return True
