"""The options of the workspace and its table."""

from __future__ import annotations

import click

from .limits import LIMITS
from .options import in_order

__all__ = ["workspace_options"]

workspace_options = in_order(
    click.option(
        "--plan", type=click.Choice(list(LIMITS.plans)), default="growth", show_default=True
    ),
    click.option(
        "--webhooks",
        type=click.IntRange(0, 100),
        default=1,
        show_default=True,
        help="Webhook sources that feed the table.",
    ),
    click.option("--token", help="What x-clay-webhook-auth must hold."),
    click.option(
        "--seed", type=int, default=0, show_default=True, help="Fixes URLs and enrichments."
    ),
    click.option(
        "--rate",
        "requests_per_second",
        type=click.FloatRange(0),
        default=LIMITS.requests_per_second,
        show_default=True,
        help="Requests per second and workspace; 0 for no limit.",
    ),
    click.option("--burst", type=click.IntRange(1), default=LIMITS.burst, show_default=True),
    click.option(
        "--body-bytes",
        type=click.IntRange(0),
        default=LIMITS.body_bytes,
        show_default=True,
        help="Largest body.",
    ),
    click.option(
        "--record-limit",
        type=click.IntRange(0),
        default=LIMITS.record_limit,
        show_default=True,
        help="Accepted submissions per webhook, for life.",
    ),
    click.option(
        "--table-rows", type=click.IntRange(0), help="Rows it holds.  [default: the plan's]"
    ),
    click.option("--credits", type=click.FloatRange(0), help="[default: the plan's]"),
    click.option("--actions", type=click.IntRange(0), help="[default: the plan's]"),
    click.option("--dedupe-column", help="Switch auto-dedupe on for this column."),
    click.option(
        "--auto-delete/--no-auto-delete",
        default=False,
        help="Delete finished rows; lifts the record limit.",
    ),
    click.option("--auto-run/--no-auto-run", default=True, help="Run the columns of new rows."),
    click.option("--crm/--no-crm", default=False, help="Add a native CRM action column."),
)
