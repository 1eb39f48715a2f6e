"""How the text of one setting becomes a value, or a ParseError that says what to write instead."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

__all__ = [
    "ParseError",
    "parse_dotenv",
    "to_bool",
    "to_choice",
    "to_names",
    "to_number",
    "to_path",
    "to_sqlite_url",
    "to_text",
    "to_urls",
    "url_problem",
]

WEBHOOK_PATH = "/v3/sources/webhook/"
LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"  # letters, digits, hyphens: RFC 1123
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*")
PATH = re.compile(rf"{WEBHOOK_PATH}[A-Za-z0-9._~-]+/?")
LONGEST_HOST, LONGEST_URL = 253, 2_000
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class ParseError(ValueError):
    """The text is no such value; the message says what to write, and repeats no secret."""


def parse_dotenv(text: str) -> dict[str, str]:
    """Read NAME=value lines; `#` begins a comment line, quotes around a value are taken off."""
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip().removeprefix("export ")
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals:
            raise ParseError(f"line {number} is not NAME=value")
        values[name.strip()] = _unquote(value.strip())
    return values


def to_text(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ParseError("must be printable ASCII; copy it again from Clay")
    return text


def to_bool(text: str) -> bool:
    try:
        return BOOLEANS[text.lower()]
    except KeyError:
        raise ParseError(f"must be true or false, not {text!r}") from None


def to_names(text: str) -> tuple[str, ...]:
    _check_printable(text)
    return tuple(part.strip() for part in text.split(",") if part.strip())


def to_choice(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in choices:
            raise ParseError(f"must be one of {', '.join(filter(None, choices))}, not {text!r}")
        return text.lower()

    return parse


def to_number(least: float, most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            raise ParseError(f"must be a number from {least:g} to {most:g}, not {text!r}")
        return number

    return parse


def to_sqlite_url(text: str) -> str:
    scheme, _, path = text.partition(":///")
    if text.startswith("postgres"):
        raise ParseError(
            "must be sqlite:///FILE; from PostgreSQL, Standard and Queue copy a ledger back: "
            "`leadflow store copy --to sqlite:///FILE`"
        )
    if scheme != "sqlite" or not path:
        raise ParseError("must be sqlite:///FILE (a leading / more for an absolute path)")
    _check_printable(path)
    return text


def to_path(text: str) -> Path:
    _check_printable(text)
    return Path(text)


def to_urls(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(to_names(to_text(text))))


def url_problem(url: str, allowed_hosts: tuple[str, ...]) -> str | None:
    """Say why leads must not be sent to this URL. The URL is a secret: its end names it."""
    label = f"the URL that ends in {url[-4:]}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"{label} is not a URL; copy it again from the webhook source in Clay"
    if not _is_host(parts) or not _is_allowed(parts, allowed_hosts) or port == 0:
        allowed = ", ".join(allowed_hosts)
        return f"{label} is not at an allowed host ({allowed}); CLAY_ALLOWED_HOSTS widens this"
    if parts.username or parts.password:
        return f"{label} holds a user name; a webhook URL has none"
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return f"{label} must begin with https://"
    if not PATH.fullmatch(parts.path) or len(url) > LONGEST_URL:
        return f"{label}: its path should begin with {WEBHOOK_PATH}; copy it again from Clay"
    return None


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return host in LOOPBACK or (len(host) <= LONGEST_HOST and bool(HOST.fullmatch(host)))


def _is_allowed(parts: SplitResult, allowed_hosts: tuple[str, ...]) -> bool:
    host = parts.hostname or ""
    return any(
        host.endswith(allowed) if allowed.startswith(".") else host == allowed
        for allowed in map(str.lower, allowed_hosts)
    )


def _check_printable(text: str) -> None:
    if not text.isprintable():
        raise ParseError("holds a control character")


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
