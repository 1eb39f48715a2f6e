"""The decision record of a variant that somebody named without saying what for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.report.templating import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clay_arch.decision.matrix import Matrix

__all__ = ["render_named_adr"]


def render_named_adr(
    matrix: Matrix,
    *,
    number: int,
    date: str,
    variant: str,
    before: str,
    supersedes: str | None,
    tests: Sequence[str],
) -> str:
    """The record; `supersedes` is the path of the one before, if there is one."""
    return fill(
        "named.md.j2",
        number=number,
        date=date,
        variant=matrix.variant(variant),
        before=matrix.variant(before),
        supersedes=supersedes and supersedes.rpartition("/")[2],
        options=matrix.variants,
        tests=tests,
    )
