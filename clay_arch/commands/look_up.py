"""`facts`, `explain` and `diagnose`: what an answer rests on."""

from __future__ import annotations

from typing import Any

import click

from clay_arch import __version__
from clay_arch.commands.printing import as_json, print_text, read_tables, screen_of
from clay_arch.errors import CheckFailed
from clay_arch.options import facts_option, format_option, matrix_option

__all__ = ["diagnose", "explain", "facts"]


@click.command()
@click.option("--stale", type=click.IntRange(0, 36_500), metavar="DAYS",
              help="Only facts read longer ago; exit 1 if there are any.")  # fmt: skip
@facts_option
@format_option("text", "json")
def facts(stale: int | None, form: str, **params: Any) -> None:
    """List every fact about Clay, with its source.

    \b
    Examples:
      clay-arch facts
      clay-arch facts --stale 180
    """
    from datetime import datetime

    from clay_arch.report import facts_table

    _, known = read_tables(params)
    today = datetime.now().astimezone().date().isoformat()
    only = None if stale is None else facts_table.stale_facts(known, today=today, days=stale)
    if form == "json":
        print_text(as_json(facts_table.facts_document(known, tool_version=__version__, only=only)))
    else:
        print_text(facts_table.render_facts_text(known, only=only, **screen_of()))
    if only:
        raise CheckFailed(f"{len(only)} facts were read more than {stale} days ago")


@click.command()
@click.argument("rule")
@matrix_option
@facts_option
@format_option("text", "json")
def explain(rule: str, form: str, **params: Any) -> None:
    """Explain a rule, limit or fact by its id.

    RULE is an id from a report: of a rule, a requirement, a limit, a fact or a trouble.

    \b
    Examples:
      clay-arch explain VOL-2
      clay-arch explain webhook_life
      clay-arch explain wire.record-limit
    """
    from clay_arch.load import load_troubles
    from clay_arch.report import explanation

    table, known = read_tables(params)
    explained = explanation.explain(rule, matrix=table, facts=known, troubles=load_troubles())
    if form == "json":
        print_text(as_json(explanation.explanation_document(explained)))
    else:
        print_text(explanation.render_explanation_text(explained, **screen_of()))


@click.command()
@click.argument("symptom", nargs=-1)
@format_option("text", "json")
def diagnose(symptom: tuple[str, ...], form: str) -> None:
    """Name the cause and remedy of a trouble.

    SYMPTOM is an id or a few words of what you see; without it, all troubles are listed.

    \b
    Examples:
      clay-arch diagnose
      clay-arch diagnose rows stop arriving
      clay-arch diagnose table-full
    """
    from clay_arch.decision.troubles import find_troubles
    from clay_arch.load import load_troubles
    from clay_arch.report import diagnosis

    _, known = read_tables({})
    troubles = load_troubles()
    found = find_troubles(troubles, " ".join(symptom)) if symptom else troubles
    if form == "json":
        text = as_json(diagnosis.troubles_document(found, facts=known))
    elif symptom:
        text = diagnosis.render_diagnosis_text(found, facts=known, **screen_of())
    else:
        text = diagnosis.render_troubles_text(found, **screen_of())
    print_text(text)
