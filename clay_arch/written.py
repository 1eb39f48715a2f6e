"""How an answer is written: from the words of a person to a value, or `InputError`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from clay_arch.decision.answers import Volume

__all__ = [
    "closest",
    "one_of",
    "read_credits",
    "read_latency",
    "read_volume",
    "read_whole",
    "read_yes_no",
    "refuse",
    "some_of",
]


def read_volume(text: str) -> Volume:
    from clay_arch.decision.answers import parse_volume

    return parse_volume(text)


def read_latency(text: str) -> int:
    from clay_arch.decision.answers import parse_latency

    return parse_latency(text)


def read_credits(text: str) -> Decimal:
    from clay_arch.decision.answers import parse_credits

    return parse_credits(text)


def one_of(*options: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in options:
            raise InputError(
                f"{shown(text)} is not one of {', '.join(options)}{closest(word, options)}"
            )
        return word

    return read


def closest(word: str, options: Iterable[str]) -> str:
    """What may have been meant, as the end of a sentence."""
    from difflib import get_close_matches

    close = get_close_matches(word, options, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def some_of(*options: str) -> Callable[[str], frozenset[str]]:
    """Several of the options, separated by commas; `none` stands alone, for none of them."""

    def read(text: str) -> frozenset[str]:
        pieces = {one_of(*options)(piece) for piece in text.split(",")}
        if "none" in pieces and len(pieces) > 1:
            raise InputError("none cannot stand beside another value; leave one of them out")
        return frozenset(pieces - {"none"})

    return read


def refuse(reason: str) -> Callable[[str], None]:
    """Read nothing at all: raise `reason`, which says what to do instead."""

    def read(text: str) -> None:
        raise InputError(f"{shown(text)} cannot be given: {reason}")

    return read


def read_whole(largest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        digits = text.strip().replace(",", "")
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(largest))
        if not is_number or int(digits) > largest:
            raise InputError(f"{shown(text)} is not a whole number from 0 to {largest:,}")
        return int(digits)

    return read


def read_yes_no(text: str) -> bool:
    return one_of("yes", "no", "true", "false")(text) in {"yes", "true"}
