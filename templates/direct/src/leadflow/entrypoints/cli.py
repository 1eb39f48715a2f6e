"""The `leadflow` command: parse, call, print; and one exit code for each way to end.

0    done
1    finished, and some leads failed or are unknown
2    usage or settings: mend them and run again
75   stopped early with nothing lost: run the same command again
130  interrupted
"""

from __future__ import annotations

import errno
import os
import signal
import sys

import click

from leadflow.domain.errors import LeadflowError
from leadflow.entrypoints.cli_doctor import doctor
from leadflow.entrypoints.cli_import import import_
from leadflow.entrypoints.cli_send import send
from leadflow.entrypoints.cli_status import status

__all__ = ["cli", "main"]

OWNER_ONLY = 0o077
INTERRUPTED = 130
RUN_AGAIN = 75


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Move leads through Clay: each sent once, none lost, every one accounted for.

    \b
    Examples:
      leadflow send leads.csv --dry-run      check the file, send nothing
      leadflow send leads.csv                send it; run it again to go on where it stopped
      leadflow status                        the account of every lead
      leadflow import export.csv             bring back what Clay found
    """


cli.add_command(send)
cli.add_command(import_, "import")
cli.add_command(status)
cli.add_command(doctor)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    os.umask(OWNER_ONLY)
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    sys.exit(_run())


def _run() -> int:
    try:
        return int(cli.main(prog_name="leadflow", standalone_mode=False) or 0)
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted; nothing is lost: run the same command again", INTERRUPTED)
    except click.ClickException as usage:
        usage.show()
        return usage.exit_code
    except LeadflowError as fault:
        return _complain(str(fault), fault.exit_code)
    except OSError as fault:
        if fault.errno == errno.EPIPE:
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - nobody reads on
            return 0
        name = f"{fault.filename}: " if fault.filename else ""
        return _complain(f"{name}{fault.strerror}; nothing is lost: run again", RUN_AGAIN)


def _complain(sentence: str, exit_code: int) -> int:
    click.echo(f"Error: {sentence}", err=True)
    return exit_code
