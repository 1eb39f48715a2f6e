"""A Direct project at a real terminal: the question before credits are spent, the bar, Ctrl-C."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from clay_arch.sandbox import SandboxConfig, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clay_arch.sandbox import RunningSandbox

SOURCE = Path(__file__).parents[2] / "templates" / "direct" / "src"
SECONDS = 30


@pytest.fixture(name="clay")
def _clay() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxConfig()) as clay:
        yield clay


def _send(folder: Path, clay: RunningSandbox, leads: int, *words: str) -> pexpect.spawn[str]:
    rows = [f"Ada,Lovelace,ada{n}@company{n}.com,company{n}.com" for n in range(leads)]
    lines = ["first_name,last_name,email,company_domain", *rows]
    (folder / "leads.csv").write_text("\n".join(lines) + "\n")
    env = {
        **os.environ,
        "PYTHONPATH": str(SOURCE),
        "CLAY_WEBHOOK_URL": clay.webhook_urls[0],
        "CLAY_ALLOWED_HOSTS": "127.0.0.1",
        "SEND_INTERVAL_SECONDS": "0.25",
        "CREDITS_PER_LEAD": "6",
    }
    return pexpect.spawn(
        sys.executable,
        ["-m", "leadflow", "send", "leads.csv", *words],
        cwd=str(folder),
        env=env,
        encoding="utf-8",
        timeout=SECONDS,
        dimensions=(40, 100),
    )


def _ended(child: pexpect.spawn[str]) -> tuple[int | None, str]:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, str(child.before)


def test_no_spends_nothing(tmp_path: Path, clay: RunningSandbox) -> None:
    child = _send(tmp_path, clay, 3, "--max-credits", "18")
    child.expect_exact("about 18 credits")
    child.expect_exact("Send them? [y/N]:")
    child.sendline("n")

    code, shown = _ended(child)

    assert code == 130
    assert "Traceback" not in shown
    assert clay.control.state()["posts"] == 0


def test_yes_sends_what_the_credits_pay_for(tmp_path: Path, clay: RunningSandbox) -> None:
    child = _send(tmp_path, clay, 3, "--max-credits", "12")
    child.expect_exact("Send them? [y/N]:")
    child.sendline("y")

    code, shown = _ended(child)

    assert code == 75
    assert clay.control.state()["rows"]["made"] == 2
    assert "1 waiting" in shown


def test_the_bar_shows_rate_and_time_left(tmp_path: Path, clay: RunningSandbox) -> None:
    child = _send(tmp_path, clay, 8)

    child.expect(r"\[#+\.+\] [1-7]/8  [0-9.]+/s  0:0[0-9] left")

    assert _ended(child)[0] == 0


def test_ctrl_c_ends_within_two_seconds_and_the_next_run_goes_on(
    tmp_path: Path, clay: RunningSandbox
) -> None:
    child = _send(tmp_path, clay, 12)
    child.expect_exact("3/12")
    pressed = time.monotonic()
    child.sendintr()
    code, shown = _ended(child)

    assert code == 130
    assert time.monotonic() - pressed < 2
    assert "Traceback" not in shown

    assert _ended(_send(tmp_path, clay, 12))[0] in {0, 1}
    rows = [row["values"]["email"] for row in clay.control.rows()]
    assert len(rows) == len(set(rows))
    assert len(rows) >= 11  # the lead in flight may be unknown; nobody sends it again unasked
