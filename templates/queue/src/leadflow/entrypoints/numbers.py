"""Numbers on the command line: within a range, and numbers indeed."""

from __future__ import annotations

import math
from typing import Any

import click

__all__ = ["NUMBER", "FiniteRange"]

NUMBER = click.IntRange(1, 2**63 - 1)  # as the store counts its rows


class FiniteRange(click.FloatRange):
    """A FloatRange without nan, which lies within every range because nothing compares with it."""

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, context))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number", param, context)
        return number
