"""`leadflow work`: send what waits in the queue, and deliver what comes back."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import click

from leadflow.bootstrap_receiving import JsonLog, hold_roles, plan_from
from leadflow.entrypoints.server import listen
from leadflow.entrypoints.serving import Serving, fast_loop
from leadflow.settings import load_settings

__all__ = ["work"]

HELP = """Send what waits in the queue to Clay, and route and deliver what comes back.

Callbacks and leads are taken in by `leadflow serve --no-work`. On PostgreSQL any number of workers
share queue, gate and deliveries; a ledger in a file has one worker. SIGTERM or Ctrl-C finishes what
is in flight and ends within 30 seconds.

\b
Examples:
  leadflow work
  leadflow work --port 8081     with /healthz, /readyz and /metrics
"""


@click.command(help=HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="Port for /healthz, /readyz and /metrics; 0 takes a free one, which the log names.",
)
@click.option(
    "--behind-proxy",
    is_flag=True,
    help="Nobody but your own machines reaches it: any address is good.",
)
def work(*, host: str, port: int | None, behind_proxy: bool) -> None:
    settings = load_settings()
    plan_from(settings)
    log = JsonLog()
    log.take_over("")
    with ExitStack() as stack:
        stack.enter_context(hold_roles(settings, "work"))
        pages = None
        if port is not None:
            pages = stack.enter_context(listen(host, port, is_behind_proxy=behind_proxy))
        runner = stack.enter_context(asyncio.Runner(loop_factory=fast_loop()))
        try:
            runner.run(Serving(settings, log, pages).run(None, works=True))
        finally:
            log.flush()
