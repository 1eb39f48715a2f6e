"""What a route can ask of a field. A value that does not fit the question fails it, never breaks.

`is_implied_by` lets the file be checked: a route whose conditions imply those of an earlier one
can never win.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from leadflow.domain.email import parse_address
from leadflow.domain.errors import LeadRejected

__all__ = ["KINDS", "AtLeast", "Below", "Condition", "Is", "OneOf"]

NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?")


class Condition(Protocol):
    """One thing that must hold of one field."""

    @property
    def field(self) -> str:
        """Name the field it asks about."""

    def holds(self, value: object) -> bool:
        """Answer for any value at all, None for a missing one."""

    def is_implied_by(self, other: Condition) -> bool:
        """Does it hold of every value of the field that `other` holds of?"""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number, or a text that is one, of at least so much."""

    field: str
    number: float

    def holds(self, value: object) -> bool:
        return (number := _number(value)) is not None and number >= self.number

    def is_implied_by(self, other: Condition) -> bool:
        return isinstance(other, AtLeast) and other.number >= self.number


@dataclass(frozen=True, slots=True)
class Below:
    """A number, or a text that is one, under so much."""

    field: str
    number: float

    def holds(self, value: object) -> bool:
        return (number := _number(value)) is not None and number < self.number

    def is_implied_by(self, other: Condition) -> bool:
        return isinstance(other, Below) and other.number <= self.number


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these texts, however it is written in capitals."""

    field: str
    texts: frozenset[str]  # in small letters

    def holds(self, value: object) -> bool:
        return _text(value).casefold() in self.texts

    def is_implied_by(self, other: Condition) -> bool:
        return isinstance(other, OneOf) and other.texts <= self.texts


@dataclass(frozen=True, slots=True)
class Is:
    """One of KINDS."""

    field: str
    kind: str

    def holds(self, value: object) -> bool:
        return KINDS[self.kind](value)

    def is_implied_by(self, other: Condition) -> bool:
        if isinstance(other, Is):
            return other.kind == self.kind or (self.kind, other.kind) == ("present", "valid_email")
        return self.kind == "present"  # a number or a text that is named is not blank


def _is_valid_email(value: object) -> bool:
    try:
        parse_address(unicodedata.normalize("NFC", _text(value)))
    except (LeadRejected, UnicodeError):
        return False
    return True


KINDS: Mapping[str, Callable[[object], bool]] = {
    "valid_email": _is_valid_email,
    "present": lambda value: bool(_text(value)),
    "missing": lambda value: not _text(value),
}


def _text(value: object) -> str:
    """Write a plain value as text; a list or an object is no text, but it is there."""
    if value is None or isinstance(value, str):
        return (value or "").strip()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: object) -> float | None:
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None
