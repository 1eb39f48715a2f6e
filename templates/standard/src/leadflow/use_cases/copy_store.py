"""One store copied whole into another, and closed, so that leads go on from one place only.

Three commits, so that whatever is killed in between is taken up by the same command again:
1. the copy holds every row, and a mark that it is not whole yet: no program opens it;
2. the source is sealed: it refuses every change, from those too that had it open;
3. the mark is taken off the copy.
Rule: at no moment may a program send from both. With `keeps` the second step is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol, Self

from leadflow.domain.errors import LedgerDamaged, LedgerMismatch
from leadflow.domain.journey import Journey
from leadflow.domain.ledger import Account

__all__ = ["CopiedStore", "Mark", "Side", "Told", "Total", "copy_store"]

Told = Callable[[str, int], None]  # the table, and how many of its rows so far


class Mark(NamedTuple):
    """What a store says of itself; both are "" for one in use."""

    copy_of: str
    moved_to: str


class Total(NamedTuple):
    """A table as it stands: equal for two tables with the same rows, and for no others."""

    table: str
    rows: int
    digest: str


class Accounts(NamedTuple):
    """Where every lead is, out and back."""

    account: Account
    journey: Journey


class Side(Protocol):
    """A store that rows are copied from, or to."""

    @property
    def name(self) -> str: ...
    def alone(self) -> AbstractContextManager[None]:
        """One transaction, in which nobody else changes anything; LedgerBusy when somebody does."""

    def mark(self) -> Mark: ...
    def is_empty(self) -> bool: ...
    def accounts(self) -> Accounts: ...
    def totals(self, told: Told) -> list[Total]:
        """Read every row."""

    def fill(self, source: Self, told: Told) -> list[Total]:
        """Replace every row with those of the source; give the totals of what was read."""

    def set_copy_of(self, name: str) -> None: ...
    def seal(self, place: str) -> None:
        """Refuse every change from now on, and say where the rows went."""


class CopiedStore(NamedTuple):
    """What was copied, and both accounts."""

    totals: Sequence[Total]
    before: Accounts
    after: Accounts


def copy_store(source: Side, target: Side, *, keeps: bool, told: Told) -> CopiedStore:
    """Copy every row and compare; LedgerMismatch when the target is not free for it."""
    with source.alone():
        is_sealed = source.mark().moved_to
        if is_sealed and is_sealed != target.name:
            raise LedgerMismatch(f"{source.name} was copied to {is_sealed} already")
        copied = _copy(source, target, told, is_sealed=bool(is_sealed))
        if not keeps and not is_sealed:
            source.seal(target.name)
    with target.alone():
        target.set_copy_of("")
    return copied


def _copy(source: Side, target: Side, told: Told, *, is_sealed: bool) -> CopiedStore:
    with target.alone():
        _check_is_free(source, target, is_sealed=is_sealed)
        totals = source.totals(told) if is_sealed else target.fill(source, told)
        stored = target.totals(told)
        copied = CopiedStore(totals, source.accounts(), target.accounts())
        differing = [one.table for one, other in zip(totals, stored, strict=True) if one != other]
        if differing or copied.before != copied.after:
            where = ", ".join(differing) or "the account"
            raise LedgerDamaged(f"the copy differs from {source.name} in {where}: nothing is moved")
        target.set_copy_of(source.name)
    return copied


def _check_is_free(source: Side, target: Side, *, is_sealed: bool) -> None:
    begun = target.mark().copy_of
    if begun == source.name:  # a copy that was cut short: no program has used it
        return
    if begun:
        raise LedgerMismatch(f"{target.name} is a copy of {begun}, not finished: finish that first")
    if is_sealed:
        raise LedgerMismatch(f"{source.name} was copied to {target.name} already")
    if not target.is_empty():
        raise LedgerMismatch(f"{target.name} holds leads already: copy into an empty database")
