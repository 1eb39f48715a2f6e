"""What a failure of dlt says about the rows. Its text is never told: it quotes them."""

from __future__ import annotations

from collections.abc import Iterator

from dlt.common.exceptions import TransientException

from leadflow.domain.delivery import Outcome, OutcomeKind

__all__ = ["outcome_of"]

LOCKED = "Could not set lock on file"  # in DuckDB's words, which have no code
TAKEN = Outcome(OutcomeKind.HELD, "another process has the DuckDB file open", 1.0)


def outcome_of(fault: BaseException) -> Outcome:
    """Tell what passes from what stays; whether a row or the warehouse is at fault, others find."""
    chain = [*_chain(fault)]
    if any(LOCKED in str(link) for link in chain):
        return TAKEN
    reason = f"the warehouse: {' / '.join(type(link).__name__ for link in chain[-2:])}"
    is_passing = any(isinstance(link, TransientException) for link in chain)
    return Outcome(OutcomeKind.TRANSIENT if is_passing else OutcomeKind.PERMANENT, reason)


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__
