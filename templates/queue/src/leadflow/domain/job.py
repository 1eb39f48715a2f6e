"""One lead's turn in the queue. It names the lead and holds nothing of the person."""

from __future__ import annotations

from typing import NamedTuple

from leadflow.domain.source import Source

__all__ = ["Job"]


class Job(NamedTuple):
    """`lead_id` is the id of the job, too: a lead is in the queue once."""

    lead_id: str
    source: Source
    is_again: bool = False  # a person asked for it: it takes the place of a job that has ended
    may_repeat: bool = False  # and accepts that Clay may get the lead twice, where it is unknown
