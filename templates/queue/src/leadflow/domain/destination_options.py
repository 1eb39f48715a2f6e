"""How each option of a destination is read: a part that is wrong is noted, never repeated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from leadflow.domain.mapping import CONSTANT, FIRST_OF
from leadflow.domain.problem import Findings, Where

__all__ = [
    "Read",
    "read_base_url",
    "read_boolean",
    "read_headers",
    "read_like",
    "read_method",
    "read_template",
    "read_text",
    "read_url",
]

Read = Callable[[Findings, object, Where], object]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|[0-9a-f:]+")
# Written by leadflow itself: a second one would spoil the request.
OWN_HEADERS = {
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "idempotency-key",
}
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
METHODS = ("POST", "PUT", "PATCH")


def read_text(found: Findings, value: object, where: Where) -> object:
    text = found.text(value, where)
    if not text.isascii():
        found.add(where, "must be printable ASCII; copy it again")
    return text


def read_url(found: Findings, value: object, where: Where) -> object:
    text = found.text(value, where)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if text and not (host and HOST.fullmatch(host)):
        found.add(where, "is not a URL; write an international host name as xn--...")
    elif " " in text or not text.isascii():
        found.add(where, "holds what a URL may not: write it as %20 and the like")
    elif text and (parts.username or parts.password):
        found.add(where, "holds a user name; put a credential into a header")
    elif text and parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        found.add(where, "must begin with https:// (http is for the loopback address only)")
    return text


def read_base_url(found: Findings, value: object, where: Where) -> object:
    return str(read_url(found, value, where)).rstrip("/")


def read_like(pattern: re.Pattern[str], wanted: str) -> Read:
    def read(found: Findings, value: object, where: Where) -> object:
        text = found.text(value, where)
        if text and not pattern.fullmatch(text):
            found.add(where, f"must be {wanted}")
        return text

    return read


def read_method(found: Findings, value: object, where: Where) -> object:
    return found.choice(value, where, METHODS)


def read_boolean(found: Findings, value: object, where: Where) -> object:
    return found.boolean(value, where)


def read_headers(found: Findings, value: object, where: Where) -> object:
    headers = found.mapping(value, where)
    for name, content in headers.items():
        if not HEADER.fullmatch(name):
            found.add((*where, name), "is not the name of a header")
        if name.lower() in OWN_HEADERS:
            found.add((*where, name), "is written by leadflow itself; leave it out")
        read_text(found, content, (*where, name))
    return headers


def read_template(found: Findings, value: object, where: Where) -> object:
    members = found.mapping(value, where)
    if value == {}:
        found.add(where, "is empty; name what to send")
    for name, part in members.items():
        _check_part(found, part, (*where, name))
    return members


def _check_part(found: Findings, part: object, where: Where) -> None:
    if isinstance(part, Mapping):
        _check_mapping(found, part, where)
    elif isinstance(part, list):
        for number, entry in enumerate(part):
            _check_part(found, entry, (*where, number))
    elif isinstance(part, str):
        found.text(part, where)
    else:
        found.add(where, f"names no field; for a value of its own write {{{CONSTANT}: ...}}")


def _check_mapping(found: Findings, part: Mapping[str, object], where: Where) -> None:
    own = [key for key in (CONSTANT, FIRST_OF) if key in part]
    if own and len(part) > 1:
        found.add(where, f"{own[0]} stands alone; move the other keys out")
    elif own == [FIRST_OF]:
        for number, name in enumerate(found.entries(part[FIRST_OF], (*where, FIRST_OF))):
            found.text(name, (*where, FIRST_OF, number))
    elif not own:
        read_template(found, part, where)
