"""What no log may hold, and where one holds it all the same.

Whoever makes a person or a secret up names them with `keep_from_logs`; e-mail addresses and tokens
are found whosesoever they are. harness/listening.py searches every log that the suite makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

__all__ = ["WORDS", "Finding", "keep_from_logs", "keep_settings_from_logs", "search"]

SHORTEST_SECRET = 12  # shorter ones, such as "right", are words that any sentence may have
SETTINGS = (
    *("CLAY_WEBHOOK_TOKEN", "CLAY_CALLBACK_SECRETS", "CLAY_TOKEN_KEYS"),
    *("HUBSPOT_TOKEN", "OUTREACH_TOKEN", "NURTURE_TOKEN"),
)
PASSWORD = re.compile(r"://[^:/]*:([^@/]+)@")
SOMEBODY = (
    re.compile(r"[\w.+-]+(?:@|%40)[\w-]+\.[a-z]{2,}"),
    re.compile(r"clt1\.[a-z0-9]{1,8}\.lead-[0-9a-f]+\.[\w.-]+"),
)
EXAMPLE = re.compile(r"(write it as|purge --email) ada@acme\.com")  # in the help of `purge`
# Cut up in several ways: the words of a large test are too many to look for each. A few letters
# alone, such as "ada", may be hexadecimal digits of an identity.
PIECES = tuple(map(re.compile, ("[a-z]{6,}", "[a-z0-9]+", r"[\w-]+", r"[\w.@+-]+")))
WORDS: set[str] = set()  # in small letters; they stay until the suite ends


class Finding(NamedTuple):
    """Where a log holds what none may hold."""

    log: str
    line: int
    word: str


def keep_from_logs(words: Iterable[str]) -> None:
    """From now on no log may hold these."""
    WORDS.update(word.lower() for word in words if word)


def keep_settings_from_logs(environ: Mapping[str, str]) -> None:
    """Nor may it hold what these settings keep secret."""
    values = (value for name in SETTINGS for value in environ.get(name, "").split(","))
    secrets = [
        *(value.rpartition(":")[2].strip("= ") for value in values),
        *(url.rpartition("-")[2] for url in environ.get("CLAY_WEBHOOK_URL", "").split(",")),
        *PASSWORD.findall(environ.get("DATABASE_URL", "")),
    ]
    keep_from_logs(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)


def search(name: str, text: str) -> list[Finding]:
    """Find every person and every secret in a log."""
    return [
        Finding(name, number, word)
        for number, line in enumerate(EXAMPLE.sub("", text.lower()).splitlines(), 1)
        for word in sorted({*WORDS.intersection(_pieces(line)), *_somebody(line)})
    ]


def _pieces(line: str) -> Iterator[str]:
    for cut in PIECES:
        yield from cut.findall(line)


def _somebody(line: str) -> Iterator[str]:
    for pattern in SOMEBODY:
        yield from pattern.findall(line)
