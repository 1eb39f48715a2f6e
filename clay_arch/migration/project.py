"""What a project was made from, as its `.clay-arch.yml` says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from clay_arch.document import parse_document
from clay_arch.errors import FileProblems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clay_arch.document import Document

__all__ = ["ANSWERS_FILE", "LADDER", "Recorded", "carry_over", "parse_recorded"]

ANSWERS_FILE = ".clay-arch.yml"
LADDER = ("direct", "standard", "queue")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")
_LINE = re.compile(r"(?P<key> *[a-z_]+):( |$)")


class Recorded(NamedTuple):
    """The variant, the version of clay-arch, and the answers to the template's questions."""

    variant: str
    version: str
    answers: Mapping[str, str]


def parse_recorded(name: str, content: bytes) -> Recorded:
    """Read the file. Raises `FileProblems` with all that is wrong in it, each with its line."""
    document = parse_document(name, content)
    if problems := [*_problems(document)]:
        raise FileProblems(name, problems)
    found = document.content
    return Recorded(found["variant"], str(found["clay_arch_version"]), found["answers"])


def carry_over(owner: str, fresh: str) -> str:
    """The owner's file with the values of the fresh one: comments and whatever else is kept.

    A value that the owner's file lacks comes behind the one before it in the fresh file.
    """
    lines, place = owner.splitlines(keepends=True), -1
    for key, line in _values(fresh).items():
        places = [number for number, old in enumerate(lines) if _key(old) == key]
        if places:
            place = places[-1]
            if not re.match(rf"{re.escape(line.rstrip())}\s+#", lines[place]):  # said already
                lines[place] = line
        else:
            place += 1
            lines.insert(place, line)
    return "".join(lines)


def _values(text: str) -> dict[str, str]:
    lines = text.splitlines(keepends=True)
    return {key: line for line in lines if (key := _key(line))}


def _key(line: str) -> str | None:
    found = _LINE.match(line)
    return found["key"] if found else None


def _problems(document: Document) -> Iterator[str]:
    content = document.content
    if not isinstance(content, dict):
        yield f"{document.name}:1: not a mapping; restore the file from git"
        return
    checks = {
        "variant": (content.get("variant") in LADDER, f"one of {', '.join(LADDER)}"),
        "clay_arch_version": (_is_version(content.get("clay_arch_version")), "a version"),
        "answers": (_are_answers(content.get("answers")), "texts by question"),
    }
    for key, (is_right, wanted) in checks.items():
        if not is_right:
            line = document.line_of((key,))
            yield f"{document.name}:{line}: {key} must be {wanted}; restore the line from git"


def _is_version(value: object) -> bool:
    return isinstance(value, str | float) and bool(_VERSION.fullmatch(str(value)))


def _are_answers(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
