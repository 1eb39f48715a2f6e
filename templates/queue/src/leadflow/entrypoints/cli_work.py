"""`leadflow work`: deliver what `leadflow serve --no-work` takes in."""

from __future__ import annotations

import asyncio

import click

from leadflow.bootstrap_receiving import JsonLog, hold_roles, plan_from
from leadflow.entrypoints.serving import Serving, fast_loop
from leadflow.settings import load_settings

__all__ = ["work"]

HELP = """Route what was received, and deliver it, without taking callbacks.

`leadflow serve` does both. On PostgreSQL several workers may run beside several servers; a ledger
in a file has one worker. SIGTERM or Ctrl-C finishes what is in flight and ends within 30 seconds.

\b
Example:
  leadflow work
"""


@click.command(help=HELP)
def work() -> None:
    settings = load_settings()
    plan_from(settings)
    log = JsonLog()
    log.take_over("")
    with (
        hold_roles(settings, "work"),
        asyncio.Runner(loop_factory=fast_loop()) as runner,
    ):
        try:
            runner.run(Serving(settings, log).run(None, works=True))
        finally:
            log.flush()
