"""How numbers, money, spans of time and lists are written in prose."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "capitalised",
    "counted",
    "duration",
    "listed",
    "money",
    "number",
    "plain_number",
    "uncapitalised",
]

_CENT = Decimal("0.01")
_SPANS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def number(value: Decimal | float) -> str:
    """`12000` as `12,000` and `6.50` as `6.5`."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(value: Decimal | float, noun: str) -> str:
    """`1 lead`, `2 leads`."""
    return f"{number(value)} {noun}" if value == 1 else f"{number(value)} {noun}s"


def money(dollars: Decimal | int) -> str:
    """Whole dollars bare, others to the cent, less than one dollar to four decimals."""
    exact = Decimal(dollars)
    if exact == exact.to_integral_value():
        return f"${exact:,.0f}"
    if exact >= 1 or exact == exact.quantize(_CENT):
        return f"${exact:,.2f}"
    return "$" + f"{exact:.4f}".rstrip("0")


def duration(seconds: int) -> str:
    """`3600` as `1 hour`, `3599` as `59 minutes 59 seconds`."""
    parts = []
    for name, size in _SPANS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(counted(count, name))
    return " ".join(parts) or "0 seconds"


def listed(items: Sequence[str], *, last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:  # noqa: PLR2004 - one item needs no conjunction
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def capitalised(sentence: str) -> str:
    """The first letter large, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


def uncapitalised(title: str) -> str:
    """A title inside a sentence: the first letter small, unless an abbreviation begins there."""
    is_abbreviation = title[1:2].isupper()
    return title if is_abbreviation else title[:1].lower() + title[1:]


def plain_number(value: object) -> object:
    """A decimal as the number JSON knows: whole where it is whole. Anything else as it is."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
