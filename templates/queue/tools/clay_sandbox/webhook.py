"""A webhook source, what arrives at it, and what becomes of that. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .answers import Answer
    from .table import Row

__all__ = ["Post", "Verdict", "Webhook", "read_rows"]


@dataclass(slots=True)
class Webhook:
    """One webhook source. `accepted` counts for life: deleting rows does not lower it."""

    number: int
    path: str
    accepted: int = 0

    @property
    def paths(self) -> tuple[str, str]:
        """Both spellings that Clay's URLs have."""
        return self.path, self.path.replace("pull-in-data-from-a-webhook-", "")


@dataclass(frozen=True, slots=True)
class Post:
    """A request as far as Clay looks at it. `body` is None when it was over the size limit."""

    path: str
    method: str
    content_type: str
    token: str | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`answer` is None when the connection is cut instead. `why` names what is out of the way."""

    answer: Answer | None
    rows: tuple[Row, ...] = ()
    why: str = ""
    seconds_per_byte: float | None = None


def read_rows(body: bytes, *, is_array_split: bool) -> list[dict[str, object]]:
    """The values of the row or rows that a body becomes; ValueError when it is not JSON.

    What is no object lands in one column, as an array does.
    """
    try:
        value = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    values = value if is_array_split and isinstance(value, list) else [value]
    return [item if isinstance(item, dict) else {"webhook": item} for item in values]
