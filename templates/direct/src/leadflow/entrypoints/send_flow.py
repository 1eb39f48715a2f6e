"""What `leadflow send` does, step by step: tidy up, take in, ask, send, answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path

import click

from leadflow.bootstrap import Project, Rules, open_project
from leadflow.domain.ledger import State
from leadflow.entrypoints.progress import Progress
from leadflow.entrypoints.runs import FileFormat, TakenIn, send_waiting, take_in, write_files
from leadflow.entrypoints.send_answer import SendAnswer, print_answer, print_taken
from leadflow.entrypoints.sending import SendTally
from leadflow.settings import Settings

__all__ = ["SendOptions", "rehearse_file", "send_file"]


@dataclass(frozen=True, slots=True)
class SendOptions:
    """The command line of one `leadflow send`."""

    leads: Path | None
    is_rehearsal: bool
    transport: str
    max_credits: float | None
    is_confirmed: bool
    with_failed: bool
    with_unknown: bool
    output: Path | None
    file_format: FileFormat
    output_format: str


def rehearse_file(options: SendOptions, settings: Settings, rules: Rules) -> int:
    if settings.database.exists():
        with open_project(settings.database, for_writing=False) as project:
            taken = _take_in(options, settings, rules, project)
    else:
        taken = _take_in(options, settings, rules, None)
    if taken:
        print_taken(taken)
    print_answer(SendAnswer(taken, settings.credits_per_lead), options.output_format)
    return 0


def send_file(options: SendOptions, settings: Settings, rules: Rules) -> int:
    """Do what the options say, as far as it goes; return the exit code."""
    with open_project(settings.database, for_writing=True) as project:
        recovered = asyncio.run(_prepare(project, options))
        taken = _take_in(options, settings, rules, project)
        if taken:
            print_taken(taken)
        waiting = project.account.account().waiting
        affordable = _ask(options, settings, waiting)
        answer = SendAnswer(taken, settings.credits_per_lead, recovered=recovered)
        if options.transport == "csv":
            files = _write_files(options, settings, rules, project, count=affordable)
            answer = replace(answer, files=files, exported=affordable)
        else:
            tally = _send(settings, rules, project, total=affordable)
            answer = replace(answer, tally=tally)
        answer = replace(answer, account=project.account.account())
    print_answer(answer, options.output_format)
    return answer.exit_code


async def _prepare(project: Project, options: SendOptions) -> int:
    """Tidy up after a killed run, and let those wait that the owner wants sent again."""
    recovered = await project.ledger.recover(now=time.time())
    for lead_id in recovered:
        click.echo(f"Warning: {lead_id} is unknown: the run ended before its answer", err=True)
    if options.with_failed:
        await project.ledger.reopen(State.FAILED, now=time.time())
    if options.with_unknown:
        await project.ledger.reopen(State.UNKNOWN, now=time.time())
    return 0 if options.with_unknown else len(recovered)


def _take_in(
    options: SendOptions, settings: Settings, rules: Rules, project: Project | None
) -> TakenIn | None:
    if options.leads is None:
        return None
    return asyncio.run(
        take_in(
            options.leads,
            project=project,
            is_rehearsal=options.is_rehearsal,
            rules=rules,
            results=settings.results,
            file_format=options.file_format,
        )
    )


def _ask(options: SendOptions, settings: Settings, waiting: int) -> int:
    """Say what the run may cost; with --max-credits, ask; return how many leads may go."""
    affordable = waiting
    if options.max_credits is not None and settings.credits_per_lead:
        affordable = min(waiting, int(options.max_credits // settings.credits_per_lead))
    cost = f"about {affordable * settings.credits_per_lead:,.0f} credits"
    per_lead = f"{settings.credits_per_lead:g} a lead, CREDITS_PER_LEAD"
    click.echo(f"To send: {affordable:,} of {waiting:,} leads, {cost} ({per_lead})", err=True)
    if options.max_credits is not None and not options.is_confirmed and affordable:
        click.confirm("Send them?", abort=True, err=True)
    return affordable


def _send(settings: Settings, rules: Rules, project: Project, *, total: int) -> SendTally:
    progress = Progress(total)
    try:
        return asyncio.run(
            send_waiting(project, settings, rules, observer=progress, max_leads=total)
        )
    finally:
        progress.close()


def _write_files(
    options: SendOptions, settings: Settings, rules: Rules, project: Project, *, count: int
) -> list[Path]:
    if not settings.plan:
        most = rules.limits.rows_for(settings.plan)
        click.echo(f"CLAY_PLAN is not set: each file holds up to {most:,} rows", err=True)
    name = options.leads.stem if options.leads else "waiting"
    output = options.output or settings.results / f"{name}.clay.csv"
    return asyncio.run(write_files(project, rules, output=output, plan=settings.plan, count=count))
