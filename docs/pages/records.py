"""Decision records as examples, each made by the real command."""

from __future__ import annotations

import re
from typing import NamedTuple

from pages.commands import run

__all__ = ["RECORDS", "record_page"]

DATE = re.compile(r"(?m)^date: .*$")
TESTS = re.compile(r"(?m)(?:^\* `tests/.*`\n)+")
SHOWN_TESTS = 4


class Record(NamedTuple):
    """A workload worth deciding, and the flags that state it."""

    name: str
    title: str
    flags: str


RECORDS = (
    Record(
        "direct", "A small team, results by export", "--volume 800/month --plan launch --infra none"
    ),
    Record(
        "standard",
        "A growing team that wants its rows back",
        "--volume 900/month --data-access callback --plan growth --infra https",
    ),
    Record(
        "queue-blocked",
        "Queue fits, and cannot run yet",
        "--volume 12k --plan growth --infra https",
    ),
)


def record_page(record: Record) -> str:
    """The record with the command above it; the day it was made on is left open."""
    command = f"clay-arch recommend {record.flags} --format adr"
    text = DATE.sub("date: <the day on which it is made>", run(command.split()))
    text = TESTS.sub(_fewer, text)
    return "\n".join(
        [
            f"# {record.title}\n",
            "```shell",
            command,
            "```\n",
            "prints this record, which `clay-arch new` also writes into the project.\n",
            '<div class="record" markdown>\n',
            _lowered(text),
            "</div>\n",
        ]
    )


def _fewer(found: re.Match[str]) -> str:
    """A few of the tests: a project lists all of its own."""
    lines = found[0].splitlines()
    more = len(lines) - SHOWN_TESTS
    return "\n".join([*lines[:SHOWN_TESTS], f"* and {more} more", ""]) if more > 0 else found[0]


def _lowered(text: str) -> str:
    """Its front matter as a block, its headings one level down: the page has a title of its own."""
    front, _, body = text.removeprefix("---\n").partition("---\n")
    lowered = re.sub(r"(?m)^(#+) ", r"#\1 ", body.strip())
    return f"```yaml\n{front.strip()}\n```\n\n{lowered}\n"
