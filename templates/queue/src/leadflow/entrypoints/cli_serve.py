"""`leadflow serve`: what Clay's HTTP API column, web forms and CRMs call."""

from __future__ import annotations

import asyncio

import click

from leadflow.bootstrap_receiving import JsonLog, callback_rules, hold_roles, plan_from
from leadflow.entrypoints.housekeeping import allow_connections
from leadflow.entrypoints.server import listen
from leadflow.entrypoints.serving import Serving, fast_loop
from leadflow.settings import load_settings

__all__ = ["serve"]

HELP = """Take callbacks and leads, and deliver what callbacks bring.

It listens on this machine only, and speaks plain HTTP: put a proxy with TLS before it, or a tunnel
while you develop. What comes is on the disk before it is answered. `leadflow work` sends the leads
to Clay. SIGTERM or Ctrl-C finishes what has begun and ends within 30 seconds.

\b
For the world:
  /api/clay/enriched   callbacks of Clay's HTTP API column
  /api/leads           leads of web forms and of programs (docs/intake.md)
  /api/crm/events      events of HubSpot and Salesforce (docs/crm-events.md)

\b
Beside it:
  /healthz   the process lives
  /readyz    the inbox has just committed something
  /metrics   for Prometheus; keep it from the world, as the other two

\b
Examples:
  leadflow serve
  leadflow serve --port 9000 --no-work
  leadflow serve --host 0.0.0.0 --behind-proxy
"""


@click.command(help=HELP)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8080,
    show_default=True,
    help="Port to listen on; 0 takes a free one, which the log names.",
)
@click.option(
    "--behind-proxy", is_flag=True, help="A proxy with TLS stands before it: any address is good."
)
@click.option("--no-work", is_flag=True, help="Only receive; `leadflow work` delivers.")
def serve(*, host: str, port: int, behind_proxy: bool, no_work: bool) -> None:
    settings = load_settings()
    callback_rules(settings)
    if not no_work:
        plan_from(settings)
    allow_connections()
    log = JsonLog()
    log.take_over("")
    roles = ("serve",) if no_work else ("serve", "work")
    with (
        hold_roles(settings, *roles),
        listen(host, port, is_behind_proxy=behind_proxy) as listener,
        asyncio.Runner(loop_factory=fast_loop()) as runner,
    ):
        try:
            runner.run(Serving(settings, log).run(listener, works=not no_work))
        finally:
            log.flush()
