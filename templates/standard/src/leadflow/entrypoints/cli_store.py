"""`leadflow store`: the ledger as a whole, and how it moves from a file to a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

import click

from leadflow.bootstrap_copy import CopiedStore, copy_ledger
from leadflow.bootstrap_store import name_ledger
from leadflow.domain.errors import SettingsError
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.cli_status import account_lines
from leadflow.entrypoints.tables import print_table
from leadflow.entrypoints.terminal import can_draw
from leadflow.setting_values import ParseError
from leadflow.settings import load_settings
from leadflow.settings_receiving import to_database_url

__all__ = ["store"]

CLOSED = "{source} is closed: put the new URL into DATABASE_URL, and start everything again."
KEPT = "{source} goes on as before: send from one of the two only."


def _store_url(_context: click.Context, _option: click.Parameter, text: str) -> str:
    """Refuse what is no store; what was written is not repeated, since it may hold a password."""
    try:
        url = to_database_url(text)
        name_ledger(url)
    except ParseError as fault:
        raise click.BadParameter(str(fault)) from None
    except SettingsError as fault:
        raise click.BadParameter(str(fault).removeprefix("DATABASE_URL ")) from None
    return url


@click.group()
def store() -> None:
    """The ledger as a whole: leads, inbox, deliveries, budget, and everything beside them.

    \b
    Examples:
      leadflow store copy --to postgresql://leadflow:PASSWORD@db.example.com/leadflow
    """


@store.command()
@click.option(
    "--to",
    "url",
    required=True,
    callback=_store_url,
    metavar="URL",
    help="An empty PostgreSQL database, or sqlite:///FILE; written as DATABASE_URL is.",
)
@click.option("--keep", is_flag=True, help="Leave the old store open: for a rehearsal, or a copy.")
@format_option
def copy(*, url: str, keep: bool, output_format: str) -> None:
    """Copy the whole ledger into an empty store, compare both, and close the old one.

    End `leadflow send`, `serve` and `work` first. Whatever cuts it short, the same command again
    finishes it. Afterwards every program that opens the old store is told where its rows went.

    \b
    Exit codes:
      0   copied, and both are equal
      2   nothing was copied: the target is not empty, or has another schema
      75  a store was in use, or could not be reached: run again

    \b
    Examples:
      leadflow store copy --to postgresql://leadflow:PASSWORD@db.example.com/leadflow
      leadflow store copy --to sqlite:///copy.sqlite --keep
    """
    settings = load_settings()
    copied = copy_ledger(settings, url, keeps=keep, told=_progress())
    source, target = name_ledger(settings.database), name_ledger(url)
    if output_format == "json":
        click.echo(json.dumps(_document(copied, source, target, keep=keep), indent=2))
        return
    print_table(("table", "rows"), ((one.table, f"{one.rows:,}") for one in copied.totals))
    click.echo(f"before: {account_lines(copied.before.account)}")
    click.echo(f"after:  {account_lines(copied.after.account)}")
    rows = sum(one.rows for one in copied.totals)
    click.echo(f"{rows:,} rows of {len(copied.totals)} tables are in {target}, each as it was.")
    click.echo((KEPT if keep else CLOSED).format(source=source))


def _document(copied: CopiedStore, source: str, target: str, *, keep: bool) -> dict[str, object]:
    return {
        "from": source,
        "to": target,
        "is_closed": not keep,
        "tables": {one.table: {"rows": one.rows, "digest": one.digest} for one in copied.totals},
        "before": {name: asdict(each) for name, each in copied.before._asdict().items()},
        "after": {name: asdict(each) for name, each in copied.after._asdict().items()},
    }


def _progress() -> Callable[[str, int], None]:
    """Tell a person at a terminal which table it is at; each is read on both sides."""
    if not can_draw():
        return lambda _table, _rows: None
    return lambda table, rows: click.echo(f"\r\x1b[K{table}: {rows:,} rows", nl=False, err=True)
