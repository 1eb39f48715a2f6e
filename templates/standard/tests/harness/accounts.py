"""After every test that makes trouble the account holds, as `leadflow status --check` prints it.

As a plugin of pytest it asks every ledger that such a test leaves behind, when the programs of the
test have ended, in whatever way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from harness.stores import Store
from leadflow.domain.errors import LedgerMismatch
from leadflow.entrypoints.cli import cli
from leadflow.entrypoints.exit_codes import DONE, FOUND, RUN_AGAIN

__all__ = ["check_account"]

TROUBLE = frozenset({"faults", "callback", "delivery", "journey", "long"})  # folders of tests
EMPTY = "No lead has been taken in.\n"
SUM = re.compile(r"(?m)^(?:journey: )?([\d,]+) accepted = (.+)$")
PART = re.compile(r"([\d,]+) [a-z]")


@pytest.fixture(autouse=True)
def _the_account_holds(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.path.parent.name not in TROUBLE:
        yield
        return
    # Asked for first, so that they outlive whatever the test starts.
    folder: Path = request.getfixturevalue("tmp_path")
    used = {"store", "postgres_url"}.intersection(request.fixturenames)
    lent = [request.getfixturevalue(name) for name in sorted(used)]
    yield
    urls = {value.url if isinstance(value, Store) else value for value in lent}
    urls |= {f"sqlite:///{path}" for path in folder.rglob("ledger.sqlite")}
    for url in sorted(urls):
        check_account(url)


def check_account(url: str) -> None:
    """Ask the command; what needs a person is no fault, a sum that does not hold is one."""
    with TemporaryDirectory() as empty, chdir(empty):  # where no .env lies
        runner = CliRunner(env={"DATABASE_URL": url})
        try:
            done = runner.invoke(cli, ["status", "--check"], catch_exceptions=False)
        except LedgerMismatch as moved:  # its rows are asked for under another URL
            if "was copied to" not in str(moved):
                raise
            return
    print(done.output)
    assert done.exit_code in {DONE, FOUND, RUN_AGAIN}
    if done.output == EMPTY:
        return
    sums = SUM.findall(done.output)
    assert len(sums) == 2, done.output
    for whole, parts in sums:
        assert _number(whole) == sum(map(_number, PART.findall(parts))), done.output
    assert "does not add up" not in done.output, done.output


def _number(text: str) -> int:
    return int(text.replace(",", ""))
