"""What `leadflow send` does, step by step: tidy up, take in, ask, send, answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import click

from leadflow.bootstrap import Project, Rules, open_project
from leadflow.domain.errors import LedgerError
from leadflow.domain.ledger import Account, State
from leadflow.domain.run import INTERRUPTED, StopReason
from leadflow.entrypoints import exit_codes
from leadflow.entrypoints.progress import Progress
from leadflow.entrypoints.runs import FileFormat, TakenIn, open_sender, take_in, write_files
from leadflow.entrypoints.send_answer import SendAnswer, print_answer, print_taken
from leadflow.entrypoints.send_terms import SendTally
from leadflow.entrypoints.terminal import listed
from leadflow.settings import Settings

__all__ = ["SendOptions", "rehearse_file", "send_file"]

MOST_NAMED = 5  # a run stops after as many in a row


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

    @property
    def origins(self) -> tuple[State, ...]:
        """Which leads may go: those that wait, and those that a person asks for again."""
        failed = (State.FAILED,) if self.with_failed else ()
        unknown = (State.UNKNOWN,) if self.with_unknown else ()
        return (State.WAITING, *failed, *unknown)


def rehearse_file(options: SendOptions, settings: Settings, rules: Rules) -> int:
    """Count what the file would bring, and send and store nothing."""
    with open_project(settings.database, for_writing=False) as project:
        taken = _take_in(options, settings, rules, project)
    if taken:
        print_taken(taken)
    print_answer(SendAnswer(taken, settings.credits_per_lead), options.output_format)
    return exit_codes.DONE


def send_file(options: SendOptions, settings: Settings, rules: Rules) -> int:
    """Do what the options say, as far as it goes; return the exit code."""
    with open_project(settings.database, for_writing=True) as project:
        recovered = _recover(project)
        taken = _take_in(options, settings, rules, project)
        if taken:
            print_taken(taken)
        affordable = _ask(options, settings, project, taken)
        left_unknown = 0 if options.with_unknown else recovered
        answer = SendAnswer(taken, settings.credits_per_lead, recovered=left_unknown)
        if options.transport == "csv":
            files = _write_files(options, settings, rules, project, count=affordable)
            answer = replace(answer, files=files, exported=affordable)
        else:
            tally = _send(options, settings, rules, project, total=affordable)
            answer = replace(answer, tally=tally)
        answer = replace(answer, account=project.account.account())
    print_answer(answer, options.output_format)
    return _exit_code(answer)


def _recover(project: Project) -> int:
    """Tidy up after a killed run."""
    recovered = asyncio.run(project.ledger.recover(now=time.time()))
    for lead_id in recovered:
        click.echo(f"Warning: {lead_id} is unknown: the run ended before its answer", err=True)
    return len(recovered)


def _take_in(
    options: SendOptions, settings: Settings, rules: Rules, project: Project
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


def _ask(options: SendOptions, settings: Settings, project: Project, taken: TakenIn | None) -> int:
    """Say what the run may cost; with --max-credits, ask; return how many leads may go."""
    eligible = _count(project.account.account(), options.origins)
    affordable = eligible
    if options.max_credits is not None and settings.credits_per_lead:
        affordable = min(eligible, int(options.max_credits // settings.credits_per_lead))
    cost = f"about {affordable * settings.credits_per_lead:,.0f} credits"
    per_lead = f"{settings.credits_per_lead:g} a lead, CREDITS_PER_LEAD"
    click.echo(f"To send: {affordable:,} of {eligible:,} leads, {cost} ({per_lead})", err=True)
    intake_id = taken.intake_id if taken else None
    if taken and (earlier := project.account.earlier(options.origins, intake_id=intake_id)):
        files = listed([f"{count:,} of {file}" for file, count in earlier.items()])
        click.echo(f"Among them, and first in line, leads taken in earlier: {files}", err=True)
    if options.max_credits is not None and not options.is_confirmed and affordable:
        _confirm(project, intake_id)
    return affordable


def _confirm(project: Project, intake_id: int | None) -> None:
    """Ask; after a "no" the ledger is as it was before this command."""
    try:
        click.confirm("Send them?", abort=True, err=True)
    except click.Abort:
        if intake_id is not None:
            project.withdraw(intake_id)
        raise


def _count(account: Account, states: tuple[State, ...]) -> int:
    count = {
        State.WAITING: account.waiting,
        State.FAILED: account.failed,
        State.UNKNOWN: account.unknown,
    }
    return sum(count[state] for state in states)


def _send(
    options: SendOptions, settings: Settings, rules: Rules, project: Project, *, total: int
) -> SendTally:
    progress = Progress(total)
    try:
        tally = asyncio.run(_send_until_stopped(options, settings, rules, project, progress))
    finally:
        progress.close()
    for lead_id in tally.lost[:MOST_NAMED]:
        click.echo(f"Warning: {lead_id} is unknown: Clay may have it (`leadflow status`)", err=True)
    return tally


async def _send_until_stopped(
    options: SendOptions, settings: Settings, rules: Rules, project: Project, progress: Progress
) -> SendTally:
    async with open_sender(
        project,
        settings,
        rules,
        observer=progress,
        max_leads=progress.total,
        origins=options.origins,
    ) as sender:
        with suppress(asyncio.CancelledError):  # Ctrl-C: the answer is due all the same
            try:
                return await sender.send_all()
            except LedgerError as fault:
                is_settings = fault.exit_code == exit_codes.USAGE
                stop = StopReason(fault.stop_code, str(fault), is_settings=is_settings)
                return replace(sender.tally, stop=stop)
        return sender.tally


def _write_files(
    options: SendOptions, settings: Settings, rules: Rules, project: Project, *, count: int
) -> list[Path]:
    name = options.leads.stem if options.leads else "waiting"
    return asyncio.run(
        write_files(
            project,
            rules,
            output=options.output or settings.results / f"{name}.clay.csv",
            plan=settings.plan,
            count=count,
            origins=options.origins,
        )
    )


def _exit_code(answer: SendAnswer) -> int:
    if answer.tally and answer.tally.stop == INTERRUPTED:
        return exit_codes.INTERRUPTED
    if answer.account and not answer.account.is_balanced:
        return answer.exit_code or exit_codes.FOUND
    return answer.exit_code
