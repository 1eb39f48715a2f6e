"""A local Clay: it accepts, limits, enriches, charges, calls back and fails as Clay does.

    limits.toml, limits.py     Clay's numbers, each with the fact it comes from
    switches.py                what nobody knows about Clay: named switches, stated defaults
    config.py                  SandboxConfig: one workspace with one table

  pure: time and chance are arguments
    world.py                   the workspace: judges each POST, counts everything
      webhook.py                 what arrives, and the verdict on it
      answers.py                 the answers, word for word where they are documented
      rate.py                    10 requests/s, burst 20, over all sources
      table.py                   rows, cells, auto-dedupe, the row limit
      meters.py, charging.py     credits and actions; when a cell runs and what it costs
      faults.py                  trouble on demand
      arrivals.py                every request that came, for tests to compare against
      callback_log.py            every request that went out
    enrichment.py              made-up facts, the same for the same lead
    http_api_column.py         a callback's settings; body_template.py fills in its chips,
      run_condition.py           decides whether it runs
    crm_column.py              the native CRM action
    csv_export.py, view.py     the table and the counts as text

  at work
    runner.py, callback.py     fill the cells of new rows; call the handler
    app.py, control_routes.py  the ASGI application: webhook sources, /_sandbox/...
    connection.py              cuts a TCP connection under a request
    server.py                  `running_sandbox` for tests, `serve` for people
    control.py                 a client of /_sandbox/...
    state_file.py              life counts that survive a restart
    command.py                 the command line; options.py, workspace_options.py,
      callback_options.py        its options

In a test:

    with running_sandbox(SandboxConfig(token="t", faults=(parse_fault("429,count=2"),))) as clay:
        send(leads, url=clay.webhook_urls[0])
        clay.control.wait_until_idle()
        assert clay.control.state()["rows"]["made"] == len(leads)

Everything here imports relatively and nothing of the package around it, so the folder also runs as
a copy under another name.
"""

from __future__ import annotations

from .app import create_app
from .config import ConfigError, SandboxConfig
from .control import Control
from .crm_column import CrmColumn
from .enrichment import DEFAULT_COLUMNS, EnrichmentColumn
from .faults import Fault, FaultKind, parse_fault
from .http_api_column import HttpApiColumn
from .limits import LIMITS
from .server import RunningSandbox, running_sandbox
from .switches import SWITCHES, Switch, Switches

__all__ = [
    "DEFAULT_COLUMNS",
    "LIMITS",
    "SWITCHES",
    "ConfigError",
    "Control",
    "CrmColumn",
    "EnrichmentColumn",
    "Fault",
    "FaultKind",
    "HttpApiColumn",
    "RunningSandbox",
    "SandboxConfig",
    "Switch",
    "Switches",
    "create_app",
    "parse_fault",
    "running_sandbox",
]
