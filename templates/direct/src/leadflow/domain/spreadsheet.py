"""Keep a spreadsheet from running a value as a formula (the OWASP list). Pure.

Quoting does not help: Excel and Google Sheets look at the first character of the value itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ExportRules", "escape", "unescape"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width twins count too
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
    if not rules.escapes_formulas or not value.startswith(FORMULA_STARTS):
        return value
    if column in rules.phone_columns and PHONE.fullmatch(value):
        return value
    if column in rules.number_columns and NEGATIVE_NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def unescape(value: str) -> str:
    """Take the apostrophe off again, where `escape` put it."""
    if value.startswith("'") and value[1:].startswith(FORMULA_STARTS):
        return value[1:]
    return value
