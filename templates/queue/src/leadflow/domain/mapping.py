"""What a destination is told: a template from destinations.yaml, filled from the fields of a lead.

work_email                          that field
{first_of: [email, work_email]}     the first of them that the lead has
{value: X}                          X itself
{...} or [...]                      an object or a list of more of these
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CONSTANT", "FIRST_OF", "fill", "named_fields"]

CONSTANT, FIRST_OF = "value", "first_of"  # each the only key of its mapping
ABSENT = (None, "")


def fill(template: Mapping[str, object], fields: Mapping[str, object]) -> dict[str, object]:
    """Build the object; what the lead does not have is left out, so that it erases nothing."""
    filled = {name: _filled(part, fields) for name, part in template.items()}
    return {name: value for name, value in filled.items() if value not in ABSENT}


def named_fields(part: object) -> set[str]:
    """Name every field that a template, or a part of one, asks for."""
    if isinstance(part, str):
        return {part}
    if isinstance(part, Mapping):
        inner = [] if CONSTANT in part else list(part.values())
    else:
        inner = part if isinstance(part, list) else []
    return {name for entry in inner for name in named_fields(entry)}


def _filled(part: object, fields: Mapping[str, object]) -> object:
    if isinstance(part, str):
        return fields.get(part)
    if isinstance(part, list):
        return [_filled(entry, fields) for entry in part]
    if not isinstance(part, Mapping):
        return part
    if CONSTANT in part:
        return part[CONSTANT]
    if FIRST_OF in part:
        found = (fields.get(name) for name in part[FIRST_OF])
        return next((value for value in found if value not in ABSENT), None)
    return fill(part, fields)
