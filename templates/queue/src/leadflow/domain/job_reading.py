"""What lies in the queue, read with suspicion: other programs put jobs there, too. Pure.

    ours       {"lead_id": "lead-...", "source": "web-form"}    names a lead of the ledger
    foreign    {"lead": {"email": ...}, "source": "web-form"}   holds a person, until it is taken in

Other keys are ignored. `may_repeat` says that Clay may get an unknown lead twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from leadflow.domain.errors import LeadRejected
from leadflow.domain.job import Job
from leadflow.domain.source import Source

__all__ = ["ForeignJob", "job_data", "read_job"]

NEITHER = "the job holds neither lead_id nor lead"
NO_SOURCE = f"the job's source is none of {', '.join(Source)}"


class ForeignJob(NamedTuple):
    """A lead that another program put into the queue as it is."""

    fields: Mapping[str, str]
    source: Source


def job_data(job: Job) -> dict[str, object]:
    """Write what the queue keeps of a job: no person."""
    asked = {"may_repeat": True} if job.may_repeat else {}
    return {"lead_id": job.lead_id, "source": str(job.source), **asked}


def read_job(name: str, data: Any) -> Job | ForeignJob:
    """Read a job, or raise LeadRejected with a reason that repeats nothing of it."""
    if not isinstance(data, Mapping):
        raise LeadRejected(NEITHER)
    source = _source(data.get("source", name))
    lead_id, lead = data.get("lead_id"), data.get("lead")
    if isinstance(lead_id, str):
        return Job(lead_id, source, may_repeat=data.get("may_repeat") is True)
    if isinstance(lead, Mapping):
        return ForeignJob(_fields(lead), source)
    raise LeadRejected(NEITHER)


def _source(text: object) -> Source:
    try:
        return Source(str(text))
    except ValueError:
        raise LeadRejected(NO_SOURCE) from None


def _fields(lead: Mapping[Any, Any]) -> dict[str, str]:
    """Take texts and numbers; a field without a value is left out."""
    return {str(name): _text(value) for name, value in lead.items() if value is not None}


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise LeadRejected("a field of the lead is neither text nor number")
    return str(value)
