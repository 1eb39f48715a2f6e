"""What a warehouse may be told in destinations.yaml, and how each option is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from leadflow.domain.destination_options import read_like, read_template
from leadflow.domain.problem import Findings, Where

__all__ = [
    "EVENT_COLUMN",
    "KEY_COLUMN",
    "NAME",
    "read_batch_size",
    "read_columns",
    "read_credentials",
    "read_name",
    "read_seconds",
    "read_settings",
]

KEY_COLUMN, EVENT_COLUMN = "lead_id", "event_id"  # written by leadflow itself, for every row
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")  # every warehouse takes it, and dlt as it stands
LONGEST_NAME = 60
LARGEST_BATCH = 10_000
LONGEST_REST_SECONDS = 20
WANTED = f"small letters, digits and single _, a letter first, at most {LONGEST_NAME}"
_read_name_as_written = read_like(NAME, WANTED)


def read_name(found: Findings, value: object, where: Where) -> object:
    text = _read_name_as_written(found, value, where)
    if len(str(text)) > LONGEST_NAME:
        found.add(where, f"must be {WANTED}")
    return text


def read_columns(found: Findings, value: object, where: Where) -> object:
    """Read the mapping; its names are those of columns, so each must be one everywhere."""
    columns = found.mapping(value, where)
    for name in columns:
        if name in (KEY_COLUMN, EVENT_COLUMN):
            found.add((*where, name), "is written by leadflow itself; leave it out")
        elif len(name) > LONGEST_NAME or not NAME.fullmatch(name):
            found.add((*where, name), f"a column is {WANTED}")
    return read_template(found, value, where) if isinstance(value, Mapping) else columns


def read_credentials(found: Findings, value: object, where: Where) -> object:
    """Read one text (a path, a URL), or a mapping where the engine wants several."""
    if isinstance(value, Mapping):
        return _read_scalars(found, value, where)
    return found.text(value, where)


def read_settings(found: Findings, value: object, where: Where) -> object:
    return _read_scalars(found, value, where)


def read_batch_size(found: Findings, value: object, where: Where) -> object:
    return int(found.number(value, where, least=1, most=LARGEST_BATCH))


def read_seconds(found: Findings, value: object, where: Where) -> object:
    return found.number(value, where, least=0, most=LONGEST_REST_SECONDS)


def _read_scalars(found: Findings, value: object, where: Where) -> object:
    members = found.mapping(value, where)
    for name, part in members.items():
        if not isinstance(part, str | int | float | bool):
            found.add((*where, name), "must be text, a number, true or false")
    return members
