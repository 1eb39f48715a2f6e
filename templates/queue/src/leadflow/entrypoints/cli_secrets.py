"""`leadflow secrets`: fresh random secrets, ready to be put into .env."""

from __future__ import annotations

import json
import secrets as random

import click

from leadflow.entrypoints.cli_options import format_option

__all__ = ["secrets"]

SECRET_BYTES = 32
NOTES = """\
# Put these lines into .env. The first goes into Clay, too: the HTTP API column's Headers account,
# as the header  Authorization: Bearer <CLAY_CALLBACK_SECRETS>
# To replace those in use, write NEW,OLD in each setting, start `leadflow serve` again and change
# the header in Clay. Then take out the old secret; the old key only after TOKEN_MAX_AGE_DAYS.
# INTAKE_SECRETS is for programs that bring leads, as  Authorization: Bearer <INTAKE_SECRETS>
# SALESFORCE_EVENT_SECRET goes into Salesforce, too (docs/crm-events.md); or leave it out."""


@click.command()
@format_option
def secrets(output_format: str) -> None:
    """Make new secrets for callbacks and for intake. They are printed, and kept nowhere.

    \b
    Examples:
      leadflow secrets
      leadflow secrets >> .env
    """
    settings = {
        "CLAY_CALLBACK_SECRETS": random.token_urlsafe(SECRET_BYTES),
        # A name of its own for each key, so that the new one can stand beside the old.
        "CLAY_TOKEN_KEYS": f"k{random.token_hex(3)}:{random.token_urlsafe(SECRET_BYTES)}",
        "INTAKE_SECRETS": random.token_urlsafe(SECRET_BYTES),
        "SALESFORCE_EVENT_SECRET": random.token_urlsafe(SECRET_BYTES),
    }
    if output_format == "json":
        click.echo(json.dumps(settings))
        return
    click.echo(NOTES)
    for name, value in settings.items():
        click.echo(f"{name}={value}")
