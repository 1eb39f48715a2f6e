"""The `leadflow` command: parse, call, print; and one exit code for each way to end.

0    done
1    finished, and some leads failed or are unknown
2    usage or settings: mend them and run again
70   a defect of leadflow; nothing is lost
75   stopped early with nothing lost: run the same command again
130  interrupted
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

import click

from leadflow.domain.errors import LeadflowError
from leadflow.entrypoints.cli_budget import budget
from leadflow.entrypoints.cli_dead import dead
from leadflow.entrypoints.cli_doctor import doctor
from leadflow.entrypoints.cli_import import import_
from leadflow.entrypoints.cli_inbox import inbox
from leadflow.entrypoints.cli_overdue import overdue
from leadflow.entrypoints.cli_purge import purge
from leadflow.entrypoints.cli_secrets import secrets
from leadflow.entrypoints.cli_send import send
from leadflow.entrypoints.cli_serve import serve
from leadflow.entrypoints.cli_status import status
from leadflow.entrypoints.cli_store import store
from leadflow.entrypoints.cli_work import work
from leadflow.entrypoints.dotenv_warnings import dotenv_warnings
from leadflow.entrypoints.exit_codes import DEFECT, INTERRUPTED, RUN_AGAIN
from leadflow.entrypoints.terminal import make_unbreakable, visible, wants_color

__all__ = ["cli", "main"]

OWNER_ONLY = 0o077
STOPPED = "interrupted; nothing is lost: run the same command again"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Move leads through Clay: each sent once, none lost, every one accounted for.

    \b
    Examples:
      leadflow secrets                       make the secrets that .env needs
      leadflow serve                         take Clay's callbacks and deliver them
      leadflow send leads.csv                send it; run it again to go on where it stopped
      leadflow status                        the account of every lead, out and back
      leadflow overdue                       leads that Clay has not called back about
      leadflow dead list                     what a destination refused
    """
    for warning in dotenv_warnings():
        click.echo(f"Warning: {visible(warning)}", err=True)


for command in (
    send,
    import_,
    status,
    doctor,
    serve,
    work,
    overdue,
    inbox,
    dead,
    budget,
    purge,
    store,
    secrets,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    make_unbreakable()
    os.umask(OWNER_ONLY)
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    sys.exit(_run())


def _run() -> int:
    try:
        return int(cli.main(prog_name="leadflow", standalone_mode=False, color=wants_color()) or 0)
    except click.ClickException as usage:
        usage.show()
        return usage.exit_code
    except click.Abort as stop:
        is_answer = not stop.__cause__  # click raises it from what interrupted, or for a "no"
        return _complain("nothing was sent" if is_answer else STOPPED, INTERRUPTED)
    except BaseException as fault:  # noqa: BLE001 - the last resort
        sentence, exit_code = _end_of(fault)
        return _complain(sentence, exit_code)


def _end_of(fault: BaseException) -> tuple[str, int]:
    """Say how this ends, without a traceback: its text may name a person."""
    if isinstance(fault, KeyboardInterrupt):
        return STOPPED, INTERRUPTED
    if isinstance(fault, LeadflowError):
        return str(fault), fault.exit_code
    if isinstance(fault, OSError):
        name = f"{fault.filename}: " if fault.filename else ""
        return f"{name}{fault.strerror}; nothing is lost: run again", RUN_AGAIN
    if not isinstance(fault, Exception):
        raise fault
    place = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{type(fault).__name__} at {Path(place.filename).name} line {place.lineno}"
    return f"a defect of leadflow: {where}; nothing is lost: report it", DEFECT


def _complain(sentence: str, exit_code: int) -> int:
    click.echo(f"Error: {visible(sentence)}", err=True)
    return exit_code
