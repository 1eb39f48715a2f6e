"""One lead's turn in the queue. It names the lead and holds nothing of the person."""

from __future__ import annotations

from typing import NamedTuple

from leadflow.domain.source import Source

__all__ = ["Job"]


class Job(NamedTuple):
    """`lead_id` is the id of the job, too: a lead is in the queue once."""

    lead_id: str
    source: Source
