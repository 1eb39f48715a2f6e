"""Keep a spreadsheet from running a value as a formula (the OWASP list). Pure.

Quoting does not help: Excel and Google Sheets look at the first character of the value itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ExportRules", "escape", "unescape"]

# Spreadsheets pass over what cannot be seen before the sign; full-width twins of it count too.
UNSEEN = "\\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
FORMULA = re.compile(rf"[\t\r\n]|[{UNSEEN}]*[=+@\-\uff1d\uff0b\uff0d\uff20]")
PHONE = re.compile(r"[+-]?[0-9 ()./-]*[0-9]")
NEGATIVE_NUMBER = re.compile(r"-[0-9]+(?:[.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class ExportRules:
    """Which columns may begin with a sign, because their values are not formulas."""

    phone_columns: frozenset[str]
    number_columns: frozenset[str]
    escapes_formulas: bool


def escape(value: str, column: str, rules: ExportRules) -> str:
    """Prefix an apostrophe when a spreadsheet would take the value for a formula."""
    if not rules.escapes_formulas or not FORMULA.match(value):
        return value
    if column in rules.phone_columns and PHONE.fullmatch(value):
        return value
    if column in rules.number_columns and NEGATIVE_NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def unescape(value: str) -> str:
    """Take the apostrophe off again, where `escape` put it."""
    if value.startswith("'") and FORMULA.match(value[1:]):
        return value[1:]
    return value
