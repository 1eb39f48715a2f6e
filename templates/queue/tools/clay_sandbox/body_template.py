"""What an HTTP API column sends: typed text with chips, `/{Column Name}`, filled in. Pure.

A chip inside quotes becomes text, a bare chip goes out as it is (so a score is a number), and a
chip whose column is blank becomes null. `{{Column Name}}` is typed text, not a chip.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["chips_in", "is_blank", "render_body", "render_text"]

_CHIP = re.compile(r"/\{([^{}]+)\}")
_STRING_OR_CHIP = re.compile(r'"(?:[^"\\]|\\.)*"|/\{[^{}]+\}')


def chips_in(template: str) -> list[str]:
    """The columns that a template refers to."""
    return _CHIP.findall(template)


def is_blank(value: object) -> bool:
    return value is None or value == ""


def render_text(template: str, values: Mapping[str, object]) -> str:
    """A URL or a header: every chip becomes its column's text."""
    return _CHIP.sub(lambda chip: _text(values.get(chip[1])), template)


def render_body(
    template: str, values: Mapping[str, object], *, escape_quotes: bool, remove_empty_values: bool
) -> str:
    def fill(part: re.Match[str]) -> str:
        typed = part[0]
        if (chip := _CHIP.fullmatch(typed.strip('"'))) and is_blank(values.get(chip[1])):
            return "null"
        if not typed.startswith('"'):
            return _text(values.get(typed[2:-1]))
        return _CHIP.sub(lambda inner: put_in_quotes(_text(values.get(inner[1]))), typed)

    def put_in_quotes(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)[1:-1] if escape_quotes else text

    body = _STRING_OR_CHIP.sub(fill, template)
    return _without_nulls(body) if remove_empty_values else body


def _text(value: object) -> str:
    if is_blank(value):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _without_nulls(body: str) -> str:
    try:
        value = json.loads(body, object_hook=_drop_nulls)
    except ValueError:
        return body
    return json.dumps(value, ensure_ascii=False)


def _drop_nulls(found: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in found.items() if value is not None}
