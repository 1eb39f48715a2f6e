"""Dead jobs on the command line: what `leadflow dead` prints of the queue.

A delivery is named by its number, a job by its lead: `leadflow dead redrive 17 lead-5f3c...`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click

from leadflow.domain.dead_job import DeadJob, Redrive
from leadflow.entrypoints.dead_jobs_desk import JobListing
from leadflow.entrypoints.numbers import NUMBER
from leadflow.entrypoints.tables import moment, print_note, print_table

__all__ = ["DeadId", "jobs_as_json", "print_job", "print_jobs", "print_redriven"]

LEAD_ID = re.compile(r"lead-[0-9a-f]{32}")


class DeadId(click.ParamType):  # type: ignore[type-arg] # older clicks take none
    """The number of a delivery, or the lead_id of a job."""

    name = "id"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> int | str:
        if LEAD_ID.fullmatch(str(value)):
            return str(value)
        return int(NUMBER.convert(value, param, context))


def jobs_as_json(listing: JobListing) -> dict[str, object]:
    return {"job_count": listing.total, "jobs": [job._asdict() for job in listing.jobs]}


def print_jobs(listing: JobListing) -> None:
    """Print a table of them, without names and addresses."""
    if not listing.jobs:
        return
    print_table(
        ("job", "source", "lead is", "tries", "since", "reason"),
        (
            (
                job.lead_id,
                job.name,
                job.lead_state or "not known",
                job.attempts,
                moment(job.last_at),
                job.reason,
            )
            for job in listing.jobs
        ),
    )
    if len(listing.jobs) < listing.total:
        left = listing.total - len(listing.jobs)
        click.echo(f"... and {left:,} more jobs; --limit shows more")


def print_job(job: DeadJob) -> None:
    print_note(job._asdict())


def print_redriven(redriven: Mapping[str, Redrive]) -> int:
    """Say what became of each; return how many go back."""
    back = [lead_id for lead_id, what in redriven.items() if what is Redrive.BACK]
    click.echo(f"{len(back):,} jobs will be tried again")
    for lead_id, what in redriven.items():
        if what is not Redrive.BACK:
            click.echo(f"job {lead_id} was left alone: {what}", err=True)
    return len(back)
