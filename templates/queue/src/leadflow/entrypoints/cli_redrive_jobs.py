"""`leadflow dead redrive` for jobs: those that are named, or all that are dead."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from leadflow.bootstrap import open_project
from leadflow.domain.dead_job import Redrive
from leadflow.entrypoints.cli_dead_jobs import print_redriven
from leadflow.entrypoints.dead_jobs_desk import redrive_jobs
from leadflow.entrypoints.exit_codes import DONE, FOUND
from leadflow.entrypoints.queue_desks import open_dead_desk
from leadflow.entrypoints.tables import confirmed
from leadflow.settings import load_settings

__all__ = ["redrive_dead_jobs"]

MIXED = "name jobs or deliveries, not both at once"
MOST_AT_ONCE = 10_000


def redrive_dead_jobs(
    ids: Sequence[int | str], *, on_unknown: str, yes: bool, output_format: str
) -> int:
    """Redrive those that are named, or all that are dead; return the exit code."""
    lead_ids = [each for each in ids if isinstance(each, str)]
    if len(lead_ids) < len(ids):
        raise click.UsageError(MIXED)
    if not ids:
        with open_project(load_settings().database, for_writing=False) as project:
            dead = project.dead_jobs.listing(name=None, reason=None, limit=MOST_AT_ONCE)
        lead_ids = [job.lead_id for job in dead]
    if lead_ids:
        confirmed(f"Send {len(lead_ids):,} again?", is_confirmed=yes)
    redriven = redrive_jobs(open_dead_desk, lead_ids, may_repeat=on_unknown == "retry")
    left = {lead_id: what for lead_id, what in redriven.items() if what is not Redrive.BACK}
    if output_format == "json":
        click.echo(json.dumps({"redriven": len(redriven) - len(left), "left": left}))
    else:
        print_redriven(redriven)
    return FOUND if left else DONE
