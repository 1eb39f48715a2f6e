"""`clay-arch sandbox` and `python -m clay_sandbox`: a local Clay in the foreground."""

from __future__ import annotations

import contextlib
import logging
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .app import create_app
from .callback_options import callback_from, callback_options
from .config import SandboxConfig
from .crm_column import CrmColumn
from .faults import FaultKind
from .options import FAULT, switch_options, switches_from
from .server import listen, serve
from .workspace_options import workspace_options

if TYPE_CHECKING:
    import socket

    from starlette.applications import Starlette

__all__ = ["command"]

_EPILOG = f"""\b
Examples:
  clay-arch sandbox --token secret
  clay-arch sandbox --fault 429,count=5,retry_after=3 --fault accept_then_reset,after=10
  clay-arch sandbox --callback-url http://127.0.0.1:8000/api/clay/enriched \\
                    --callback-header 'Authorization: Bearer secret'
  clay-arch sandbox --plan launch --webhooks 0

\b
A fault is a kind or a status, then any of count=, after=, retry_after=, location=,
seconds=. retry_after=date+3 is the HTTP-date in 3 s. The kinds:
  {", ".join(list(FaultKind)[:5])},
  {", ".join(list(FaultKind)[5:9])},
  {", ".join(list(FaultKind)[9:])}

\b
In a callback's URL and body a column is written /{{column name}}.
"""
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("sandbox", epilog=_EPILOG)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8753,
    show_default=True,
    help="On 127.0.0.1; 0 takes a free one.",
)
@click.option("--port-file", type=_FILE, help="Write the port here once it is open.")
@click.option(
    "--state", "state_file", type=_FILE, help="Keep accepted submissions and spent meters here."
)
@workspace_options
@callback_options
@click.option("--fault", "faults", type=FAULT, multiple=True, help="Repeatable; see below.")
@switch_options
@click.option("--verbose", is_flag=True, help="Log every request, without personal data.")
def command(
    *, port: int, port_file: Path | None, state_file: Path | None, verbose: bool, **options: Any
) -> None:
    """Run a local Clay: webhook sources, an enriching table, callbacks, limits and faults."""
    config = _config(options)
    if verbose:
        logging.basicConfig(format="%(message)s")
        logging.getLogger(__package__).setLevel(logging.INFO)
    app = _app(config, state_file)
    with _listen(port) as listener, contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        _announce(config, listener.getsockname()[1], port_file)
        serve(app, listener)
    click.echo("Stopped.", err=True)


def _config(options: dict[str, Any]) -> SandboxConfig:
    try:
        return SandboxConfig(
            switches=switches_from(options),
            callback=callback_from(options),
            crm=CrmColumn() if options.pop("crm") else None,
            requests_per_second=options.pop("requests_per_second") or None,
            **options,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _app(config: SandboxConfig, state_file: Path | None) -> Starlette:
    try:
        return create_app(config, state_file=state_file)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--state: {error}") from None


def _listen(port: int) -> socket.socket:
    try:
        return listen(port)
    except OSError as error:
        raise click.UsageError(
            f"port {port} cannot be opened ({error.strerror}); take another with --port"
        ) from None


def _announce(config: SandboxConfig, port: int, port_file: Path | None) -> None:
    for path in config.webhook_paths:
        click.echo(f"webhook  http://127.0.0.1:{port}{path}")
    click.echo(f"control  http://127.0.0.1:{port}/_sandbox/state")
    click.echo("Stop with Ctrl-C.", err=True)
    if port_file is not None:
        draft = port_file.with_name(port_file.name + ".part")
        draft.write_text(f"{port}\n", encoding="utf-8")
        draft.replace(port_file)
