"""Bytes -> one JSON object that can be stored, routed and written again; or a reason why not.

Python's own parser accepts repeated keys (the last wins), NaN, half characters and more. Here
every value means the same to whoever reads it next. A good body costs little more than json.loads:
what is rare is looked for in the text first, and examined only where it may be.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from leadflow.domain.errors import ManyRows, Unreadable

__all__ = ["read_object"]

BOM = b"\xef\xbb\xbf"
LONGEST_INTEGER = 20  # characters; 64 bits need no more
SMALLEST, LARGEST = -(2**63), 2**63 - 1
SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")  # NUL, or half of a pair


def read_object(raw: bytes, *, max_depth: int = 20) -> dict[str, object]:
    """Return the object, or raise Unreadable (ManyRows for an array). Nothing is echoed."""
    text = _decode(raw)
    try:
        document = DECODER.decode(text)
    except json.JSONDecodeError:
        raise Unreadable("not JSON") from None
    except RecursionError:
        raise Unreadable("nested too deep") from None
    # An object nested deeper than that has more brackets than that.
    if text.count("{") + text.count("[") > max_depth:
        _check_depth(document, max_depth)
    if "\\u" in text and SUSPECT_ESCAPE.search(text):
        _check_texts(document)
    if type(document) is not dict:
        raise _not_an_object(document)
    return document


def _decode(raw: bytes) -> str:
    if raw.startswith(BOM):
        raise Unreadable("begins with a byte order mark")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreadable("a key stands twice in one object")
    return members


def _integer(text: str) -> int:
    number = int(text) if len(text) <= LONGEST_INTEGER else LARGEST + 1
    if not SMALLEST <= number <= LARGEST:
        raise Unreadable("a number is too large")
    return number


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable("a number is too large")
    return number


def _constant(_: str) -> NoReturn:
    raise Unreadable("NaN or Infinity, which JSON does not have")


DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_fraction,
    parse_constant=_constant,
)


def _check_depth(document: object, max_depth: int) -> None:
    level = [document]
    for _ in range(max_depth):
        level = [child for node in level for child in _children(node)]
    if any(isinstance(node, dict | list) for node in level):
        raise Unreadable("nested too deep")


def _check_texts(document: object) -> None:
    for text in _texts(document):
        if "\0" in text:
            raise Unreadable("a text holds NUL")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Unreadable("a text holds half a character (a lone surrogate)") from None


def _texts(document: object) -> Iterator[str]:
    left = [document]
    while left:
        node = left.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            yield from node
        left += _children(node)


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _not_an_object(document: object) -> Unreadable:
    if isinstance(document, list):
        return ManyRows("an array; send one row per call")
    return Unreadable("not an object")
