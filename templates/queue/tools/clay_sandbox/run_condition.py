"""Clay's "only run if": `icp_score >= 50`, `work_email is not empty`. Pure."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from .body_template import is_blank

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["check_run_condition", "holds"]

_EMPTINESS = re.compile(r"\s*(?P<column>.+?)\s+is\s+(?P<negated>not\s+)?empty\s*")
_COMPARISON = re.compile(
    r"\s*(?P<column>[^=!<>]+?)\s*(?P<sign>==|!=|>=|<=|>|<)\s*(?P<wanted>.+?)\s*"
)
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def holds(condition: str, values: Mapping[str, object]) -> bool:
    """Whether a row with these values runs. Numbers compare as numbers; a blank never holds."""
    emptiness = _EMPTINESS.fullmatch(condition)
    if emptiness:
        return is_blank(values.get(emptiness["column"])) is not bool(emptiness["negated"])
    comparison = _COMPARISON.fullmatch(condition)
    if comparison is None:
        raise ValueError(
            f"run condition '{condition}': write `column >= 50`, `column == text` "
            "or `column is not empty`"
        )
    found = values.get(comparison["column"])
    if is_blank(found):
        return False
    compares = _SIGNS[comparison["sign"]]
    try:
        return compares(float(str(found)), float(comparison["wanted"]))
    except ValueError:
        return compares(str(found), comparison["wanted"])


def check_run_condition(condition: str) -> None:
    """Raise ValueError when the condition cannot be read."""
    holds(condition, {})
