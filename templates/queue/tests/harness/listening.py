"""Every log that the suite makes is searched, when its test ends, for people and for secrets.

A log is what a program of leadflow says: `serve` and `work` anywhere, a command on stderr and,
since answers end up in files too, on stdout. So is what a test logs, or says on stderr, in its own
process. Not a log: an answer with the `--facts` asked for, and what a terminal shows its reader.

This is a plugin of pytest. It listens to every process that a test reads to its end; the log of one
that writes into a file is handed in with `hear`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from typing import Any, NamedTuple

import pytest

from harness.log_search import WORDS, search

__all__ = ["hear"]

FACTS = "--facts"  # asks for a person's data
LINES, KEPT = "lines of log", "seeded words"


class Log(NamedTuple):
    name: str
    text: str


heard: list[Log] = []


def hear(name: str, text: str | bytes | None) -> None:
    """Have this searched when the test ends."""
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    if said:
        heard.append(Log(name, said))


def pytest_configure(config: pytest.Config) -> None:
    """Listen to every process that is read to its end."""
    patch = pytest.MonkeyPatch()
    communicate = subprocess.Popen.communicate

    def listen(process: subprocess.Popen[Any], *args: Any, **options: Any) -> tuple[Any, Any]:
        out, err = communicate(process, *args, **options)
        name = str(process.args)
        hear(f"stderr of {name}", err)
        if "leadflow" in name and FACTS not in name:
            hear(f"stdout of {name}", out)
        return out, err

    patch.setattr(subprocess.Popen, "communicate", listen)
    config.add_cleanup(patch.undo)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test, when all of its fixtures have ended, if a log of it names anybody."""
    report = yield
    if call.when == "teardown":
        hear("log of the test's own process", report.caplog)
        hear("stderr of the test's own process", report.capstderr)
        lines = sum(len(log.text.splitlines()) for log in heard)
        found = [finding for log in heard for finding in search(*log)]
        report.user_properties += [(LINES, lines), (KEPT, len(WORDS))]
        heard.clear()
        if found:
            report.outcome = "failed"
            report.longrepr = "\n".join(map(str, ("no log may hold these:", *found)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was searched, in all processes of pytest together."""
    reports = [report for stat in terminalreporter.stats.values() for report in stat]
    pairs = [pair for report in reports for pair in getattr(report, "user_properties", ())]
    lines = sum(count for name, count in pairs if name == LINES)
    kept = max((count for name, count in pairs if name == KEPT), default=0)
    terminalreporter.write_line(
        f"{lines:,} lines of log were searched for {kept:,} seeded names, addresses and secrets, "
        "for any other e-mail address and for any token"
    )
