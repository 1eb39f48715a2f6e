"""The command line: parse, call, print. What a command does is in `commands`.

Exit codes: 0 answer given; 1 a check found something; 2 bad input or usage; 3 with --exit-code,
blocked or infeasible; 4 target not empty or not usable; 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from clay_arch import __version__
from clay_arch.commands.printing import WIDEST, abandon_standard_output, read_tables
from clay_arch.errors import ClayArchError

__all__ = ["cli", "main"]

EXIT_INTERRUPTED = 130
COMMANDS = {
    "compare": "answer",
    "diagnose": "look_up",
    "explain": "look_up",
    "explore": "explore",
    "facts": "look_up",
    "matrix": "matrix",
    "migrate": "migrate",
    "new": "project",
    "recommend": "answer",
    "sandbox": "sandbox",
    "update": "update",
}


def main() -> NoReturn:
    """Run the command line and exit. Every expected error is one line on standard error."""
    if sys.stdout is None:  # closed: let whatever is written fail, rather than vanish
        sys.stdout = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - until the end
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = error.exit_code
    except click.ClickException as error:
        code = _complain(error.format_message(), error.exit_code)
    except ClayArchError as error:
        code = _complain(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = _complain("interrupted; nothing was written", EXIT_INTERRUPTED)
    except OSError as error:
        code = _complain(f"cannot write to standard output: {error.strerror or error}", 2)
        abandon_standard_output()
    gc.freeze()  # or Python looks through every object once more: a tenth of a command's time
    sys.exit(code)


def _complain(message: str, code: int) -> int:
    with suppress(OSError):  # nobody reads standard error either: the code says it
        click.echo(f"Error: {message}", err=True)
    return code


def _print_versions(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click calls it so
    if wanted:
        matrix, facts = read_tables({})
        click.echo(f"clay-arch {__version__}, matrix {matrix.version}, facts {facts.version}")
        ctx.exit()


class CommandGroup(click.Group):
    """The commands by name, each imported from its module in `commands` when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            raise click.NoSuchCommand(cmd_name, possibilities=COMMANDS, ctx=ctx)
        command: click.Command = getattr(
            import_module(f"clay_arch.commands.{COMMANDS[cmd_name]}"), cmd_name
        )
        return command


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
    no_args_is_help=True,
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_versions,
    help="Print the versions of tool, matrix and facts.",
)
def cli() -> None:
    """Recommend, prove and scaffold the architecture of a Clay integration.

    \b
    Start here:
      clay-arch recommend
      clay-arch recommend --volume 5k --plan growth --infra https
      clay-arch new acme-leads --variant direct

    \b
    Exit codes: 0 answer given, 1 a check found something, 2 bad input or usage,
    3 blocked or infeasible (with --exit-code), 4 target not usable, 130 interrupted.
    """
