"""`leadflow budget`: what this day and this month have reserved, beside the caps."""

from __future__ import annotations

import json
import time

import click

from leadflow.bootstrap import open_project
from leadflow.domain.credit_budget import Caps, Cost, periods
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.tables import print_table
from leadflow.settings import Settings, load_settings

__all__ = ["budget"]

NOTE = """\
Reserved is the worst case that you stated: {cost}
(CREDITS_PER_LEAD, ACTIONS_PER_LEAD). It is taken before each request leaves, and given back when
Clay certainly has no row. A file of the csv transport reserves nothing: you import it. What Clay
really took is to be seen in Clay. Periods are those of UTC."""


@click.command()
@format_option
def budget(output_format: str) -> None:
    """Show the credits and actions that are reserved, and what the caps leave.

    \b
    Examples:
      leadflow budget
      leadflow budget --format json
    """
    settings = load_settings()
    now = time.time()
    with open_project(settings.database, for_writing=False) as project:
        day, month = project.budget.standing(now)
    lines = list(_lines(day, month, settings.caps, now=now))
    if output_format == "json":
        click.echo(json.dumps([_document(*line) for line in lines], indent=2))
        return
    print_table(
        ("what", "period", "reserved", "cap", "left"),
        (
            (what, period, f"{used:,g}", _number(cap), _number(_left(used, cap)))
            for what, period, used, cap in lines
        ),
    )
    click.echo(NOTE.format(cost=_cost(settings)))


Line = tuple[str, str, float, float | None]


def _lines(day: Cost, month: Cost, caps: Caps, *, now: float) -> tuple[Line, ...]:
    today, this_month = periods(now)
    return (
        ("credits", today, day.credits, caps.daily_credits),
        ("credits", this_month, month.credits, caps.monthly_credits),
        ("actions", today, day.actions, caps.daily_actions),
        ("actions", this_month, month.actions, caps.monthly_actions),
    )


def _document(what: str, period: str, used: float, cap: float | None) -> dict[str, object]:
    return {
        "what": what,
        "period": period,
        "reserved": used,
        "cap": cap,
        "left": _left(used, cap),
    }


def _left(used: float, cap: float | None) -> float | None:
    return None if cap is None else max(0.0, cap - used)


def _number(number: float | None) -> str:
    return "none" if number is None else f"{number:,g}"


def _cost(settings: Settings) -> str:
    return f"{settings.credits_per_lead:g} credits and {settings.actions_per_lead:g} actions a lead"
