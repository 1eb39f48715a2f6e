"""What a form sent -> the fields of a lead. Pure; reasons name fields of ours, never a value.

A form's names are understood as the headers of a file are (leads.toml). What no field is named
after stays here: it is neither stored nor sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from leadflow.domain.columns import ColumnRules, normalise_header
from leadflow.domain.errors import LeadRejected, Unreadable
from leadflow.domain.strict_json import read_object

__all__ = ["Pair", "is_trapped", "pick_fields", "read_form", "read_json"]

Pair = tuple[str, object]
MOST_FIELDS = 200


def read_json(raw: bytes) -> list[Pair]:
    """Read one JSON object; Unreadable when it is none that means the same to everybody."""
    return [*read_object(raw).items()]


def read_form(raw: bytes) -> list[Pair]:
    """Read what a form sends by itself, as application/x-www-form-urlencoded."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one, too
        raise Unreadable("not a form in UTF-8") from None
    if any("\0" in text for pair in pairs for text in pair):
        raise Unreadable("a text holds NUL")
    return [*pairs]


def is_trapped(pairs: Iterable[Pair], honeypot: str) -> bool:
    """Did somebody fill in the field that people do not see?"""
    return bool(honeypot) and any(
        name == honeypot and value not in (None, "") for name, value in pairs
    )


def pick_fields(pairs: Iterable[Pair], columns: ColumnRules) -> dict[str, str]:
    """Keep what is sent to Clay, under its own name; LeadRejected when that is not clear."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        field = columns.field(normalise_header(name))
        if field is None or value is None:
            continue
        if not isinstance(value, str):
            raise LeadRejected(f"{field}: must be text")
        if field in fields:
            raise LeadRejected(f"{field}: is given twice")
        fields[field] = value
    return fields
