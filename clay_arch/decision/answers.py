"""What the architect answered, as values, and how the written forms are read."""

import re
from decimal import Decimal
from typing import Any, NamedTuple, Self

from clay_arch.errors import InputError

__all__ = [
    "DAYS_PER_MONTH",
    "LARGEST_CREDITS_PER_LEAD",
    "LARGEST_LATENCY_SECONDS",
    "LARGEST_VOLUME",
    "PERIOD_DAYS",
    "Answers",
    "Volume",
    "parse_credits",
    "parse_latency",
    "parse_volume",
]

DAYS_PER_MONTH = 30
LARGEST_VOLUME = 10**9  # a day; a thousand times what one workspace's rate limit lets through
LARGEST_LATENCY_SECONDS = 365 * 86_400
LARGEST_CREDITS_PER_LEAD = Decimal(10_000)

PERIOD_DAYS = {"day": 1, "month": DAYS_PER_MONTH, "year": 365}
_SCALE = {"": 0, "k": 3, "m": 6}
_VOLUME = re.compile(
    r"(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,6}))?([km]?)(?:/(day|month|year))?",
    re.ASCII,
)
_LATENCY = re.compile(r"(\d{1,9})\s*(s|m|h|d)", re.ASCII)
_CREDITS = re.compile(r"\d{1,5}(?:\.\d{1,2}0*)?", re.ASCII)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Volume(NamedTuple):
    """How many leads are enriched: a whole number of them per day, month or year."""

    amount: int
    period: str = "day"

    @property
    def per_day(self) -> int:
        """Whole enrichments per day. An interval with whole ends holds these if and only if it
        holds the volume itself, so the matrix decides on them exactly.
        """
        return self.amount // PERIOD_DAYS[self.period]

    @property
    def per_month(self) -> int:
        """Enrichments per month of 30 days, rounded up: what credits and actions are spent on."""
        return -(-self.amount * DAYS_PER_MONTH // PERIOD_DAYS[self.period])

    @property
    def each_day(self) -> Decimal:
        """Enrichments per day to the hundredth, for people to read."""
        return round(Decimal(self.amount) / PERIOD_DAYS[self.period], 2)

    def day_of(self, lead: int) -> int:
        """The day, counted from 1, on which that many leads have been enriched."""
        return max(1, -(-lead * PERIOD_DAYS[self.period] // self.amount))

    def __str__(self) -> str:
        return str(self.amount) if self.period == "day" else f"{self.amount}/{self.period}"


class Answers(NamedTuple):
    """The inputs of one recommendation. None means not asked for, or Clay's usual figure."""

    volume: Volume
    plan: str
    infrastructure: frozenset[str]
    data_access: str | None = None
    max_latency: int | None = None
    retry: str | None = None
    crm_sync: str | None = None
    sources: str | None = None
    credits_per_lead: Decimal | None = None
    actions_per_lead: int | None = None
    own_keys: bool | None = None
    monthly_credits: int | None = None
    monthly_actions: int | None = None

    def value_of(self, factor_id: str) -> int | str | None:
        """The value that the matrix looks at: enrichments per day, seconds or an option."""
        if factor_id == "volume":
            return self.volume.per_day
        value: int | str | None = getattr(self, factor_id)
        return value

    def on_plan(self, plan: str) -> Self:
        """The same answers on another plan: allowances stated for this one say nothing there."""
        return self._replace(plan=plan, monthly_credits=None, monthly_actions=None)

    def with_value(self, name: str, value: Any) -> Self:
        """The same answers with the one of that field name changed."""
        return self._replace(**{name: value})


def parse_volume(text: str) -> Volume:
    """Read `800`, `5k`, `5,000`, `150k/month` or `1.2m/year`; per day where nothing is said.

    Raises `InputError` when the text is none of these, is zero, or is more than a billion a day.
    """
    found = _VOLUME.fullmatch(text.strip().lower().replace(" ", ""))
    if not found:
        raise InputError(f"{text!r} is not a volume; write 800, 5k, 5,000, 150k/month or 1.2m/year")
    whole, fraction, scale, period = found.groups(default="")
    digits = _SCALE[scale] - len(fraction)
    number = int(whole.replace(",", "") + fraction)
    if digits < 0 and number % 10**-digits:
        raise InputError(f"{text!r} is not a whole number of leads; use a longer period or round")
    amount = number * 10**digits if digits >= 0 else number // 10**-digits
    volume = Volume(amount, period or "day")
    if not amount or volume.per_day > LARGEST_VOLUME:
        raise InputError(f"{text!r} is out of range; write 1 to {LARGEST_VOLUME:,} a day")
    return volume


def parse_latency(text: str) -> int:
    """Read `90s`, `5m`, `2h` or `1d` as seconds. Raises `InputError` for anything else or zero."""
    found = _LATENCY.fullmatch(text.strip().lower())
    if not found:
        raise InputError(f"{text!r} is not a time span; write 90s, 5m, 2h or 1d")
    seconds = int(found[1]) * _UNIT_SECONDS[found[2]]
    if not 1 <= seconds <= LARGEST_LATENCY_SECONDS:
        raise InputError(f"{text!r} is out of range; write 1s to 365d")
    return seconds


def parse_credits(text: str) -> Decimal:
    """Read credits per lead, such as `6` or `0.5`: 0 to 10,000 in steps of 0.01."""
    found = _CREDITS.fullmatch(text.strip())
    if not found or Decimal(found[0]) > LARGEST_CREDITS_PER_LEAD:
        raise InputError(f"{text!r} is not credits per lead; write 0 to 10000, such as 6 or 0.5")
    return Decimal(found[0]).normalize() + 0
