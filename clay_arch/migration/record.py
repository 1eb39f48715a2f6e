"""The decision record that supersedes the one before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ANSWERS", "FOLDER", "Place", "place_for", "superseded"]

FOLDER = "docs/adr/"
ANSWERS = f"{FOLDER}answers.yaml"
_RECORD = re.compile(rf"{FOLDER}(?P<number>[0-9]{{4}})-.*\.md")
_OURS = re.compile(rf"{FOLDER}[0-9]{{4}}-clay-integration-[a-z]+\.md")
_STATUS = re.compile(r"^status: .*$", re.MULTILINE)


class Place(NamedTuple):
    """Where the next record goes, and the one that it supersedes, if there is one."""

    number: int
    path: str
    before: str | None


def place_for(variant: str, paths: Iterable[str]) -> Place:
    """The place of the record about `variant`, among the files that there are."""
    numbers = [int(found["number"]) for path in paths if (found := _RECORD.fullmatch(path))]
    number = max(numbers, default=0) + 1
    ours = sorted(path for path in paths if _OURS.fullmatch(path))
    name = f"{number:04}-clay-integration-{variant}.md"
    return Place(number, FOLDER + name, ours[-1] if ours else None)


def superseded(text: str, by: Place) -> str:
    """A record whose status says that another one holds now."""
    status = f'status: "superseded by ADR-{by.number:04}"'
    return _STATUS.sub(status, text, count=1)
