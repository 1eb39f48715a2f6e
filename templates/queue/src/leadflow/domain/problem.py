"""What is wrong with a document: where, and what to write instead. Everything at once.

`Findings` reads the parts of a document; a part that is wrong is noted and read as something
harmless, so that the reading goes on to the next mistake.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import NamedTuple, cast

__all__ = ["Findings", "Problem", "Where"]

Where = tuple[str | int, ...]


class Problem(NamedTuple):
    """`where` is the path to the value, `place` the file and line once they are known."""

    where: Where
    sentence: str
    place: str = ""

    def __str__(self) -> str:
        steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in self.where)
        parts = (self.place, "".join(steps).removeprefix("."), self.sentence)
        return ": ".join(filter(None, parts))


class Findings:
    """Collects what is wrong. No sentence repeats a value: it may be a secret."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, where: Where, sentence: str) -> None:
        self.problems.append(Problem(where, sentence))

    def mapping(
        self,
        value: object,
        where: Where,
        *,
        known: Collection[str] | None = None,
        required: Collection[str] = (),
    ) -> Mapping[str, object]:
        """Read keys with values; `known` are all the keys there may be."""
        if not isinstance(value, Mapping):
            self.add(where, "must be keys with values")
            return {}
        members = cast("Mapping[str, object]", value)
        for key in members:
            if known is not None and key not in known:
                self.add((*where, key), f"unknown key; {_did_you_mean(key, known)}")
        for key in required:
            if members.get(key) is None:
                self.add(where, f"lacks {key}; add it")
        return members

    def entries(self, value: object, where: Where) -> list[object]:
        """Read a list of anything."""
        if not isinstance(value, list):
            self.add(where, "must be a list")
            return []
        return value

    def names(self, value: object, where: Where, *, known: Collection[str]) -> tuple[str, ...]:
        """Read a list of names, each of them known and none of them twice."""
        names: list[str] = []
        for number, entry in enumerate(self.entries(value, where)):
            name = self.choice(entry, (*where, number), known)
            if name in names:
                self.add((*where, number), "stands in the list already; leave it out")
            names.append(name)
        return tuple(names)

    def choice(self, value: object, where: Where, known: Collection[str]) -> str:
        """Read a text that is one of those known."""
        text = self.text(value, where)
        if text and text not in known:
            self.add(where, f"there is no such name; {_did_you_mean(text, known)}")
        return text

    def text(self, value: object, where: Where) -> str:
        """Read a text that is not blank."""
        if not isinstance(value, str):
            self.add(where, "must be text; put it in quotes")
            return ""
        if not value.strip() or not value.isprintable():
            self.add(where, "must be one line of text, and not blank")
        return value

    def number(self, value: object, where: Where, *, least: float, most: float) -> float:
        """Read a number within bounds."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= cast("float", value) <= most:
            bounds = f" from {least:g} to {most:g}" if math.isfinite(most) else ""
            self.add(where, f"must be a number{bounds}")
            return max(least, 0.0)
        return cast("float", value)

    def boolean(self, value: object, where: Where) -> bool:
        """Read true or false."""
        if not isinstance(value, bool):
            self.add(where, "must be true or false")
        return value is True


def _did_you_mean(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known)) or 'none'}"
