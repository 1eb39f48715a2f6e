"""Coroutines that never wait, run to their end in one step.

The shared ledger is written as coroutines, so that a networked one could stand in; over one
connection there is nothing to wait for.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["finished"]

T = TypeVar("T")


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """Give its answer; RuntimeError when it would wait."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        answer: T = end.value
        return answer
    coroutine.close()
    raise RuntimeError("the ledger waited for something")
