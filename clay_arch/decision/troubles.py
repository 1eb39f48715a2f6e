"""What goes wrong with Clay: a symptom as somebody would say it, its cause and its remedy. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from clay_arch.errors import InputError

__all__ = ["Trouble", "find_troubles", "parse_troubles"]

MOST_FOUND = 3
_WORD = re.compile(r"[a-z0-9]+")
_COMMON = """
a after all an and are as at be been but by can do does for from get has have how i in is it its me
my no not of on only or our so some still than that the them then there they this to too up was we
what when where which while why with you your
"""
_IGNORED = frozenset(_COMMON.split())


class Trouble(NamedTuple):
    """One trouble. `command` is the one that helps; `facts` are the ids of the facts behind it."""

    id: str
    symptom: str
    cause: str
    remedy: str
    command: str
    facts: tuple[str, ...]
    words: tuple[str, ...]


def parse_troubles(document: Mapping[str, Any]) -> tuple[Trouble, ...]:
    """Make the troubles of a document that follows troubles.schema.json."""
    return tuple(
        Trouble(**{**entry, "facts": tuple(entry["facts"]), "words": tuple(entry["words"])})
        for entry in document["troubles"]
    )


def find_troubles(troubles: Sequence[Trouble], symptom: str) -> tuple[Trouble, ...]:
    """The trouble of that id, or those whose words fit the symptom best, the likeliest first.

    Raises `InputError` when no word fits, with the ids that come closest.
    """
    wanted = symptom.strip().lower()
    if named := [trouble for trouble in troubles if trouble.id == wanted]:
        return tuple(named)
    asked = _words_of(wanted)
    scores = {trouble: _score(trouble, asked) for trouble in troubles}
    best = max(scores.values(), default=0)
    # Half as good as the best is no longer the same trouble.
    found = [t for t in troubles if scores[t] and scores[t] * 2 > best]
    if not found:
        raise InputError(f"no trouble fits {symptom!r}{_closest(troubles, wanted)}")
    return tuple(sorted(found, key=lambda trouble: -scores[trouble])[:MOST_FOUND])


def _score(trouble: Trouble, asked: frozenset[str]) -> int:
    """A word that stands for the trouble counts three, one of its symptom two, of its cause one."""
    marks = _words_of(" ".join((trouble.id, *trouble.words)))
    return (
        3 * len(asked & marks)
        + 2 * len(asked & _words_of(trouble.symptom))
        + len(asked & _words_of(trouble.cause))
    )


def _words_of(text: str) -> frozenset[str]:
    """The telling words of a text, a plural as its singular."""
    words = (word for word in _WORD.findall(text.lower()) if word not in _IGNORED)
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)  # noqa: PLR2004


def _closest(troubles: Sequence[Trouble], wanted: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(wanted, [trouble.id for trouble in troubles], n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(close)}?" if close else ""
    return f"{hint or '; clay-arch diagnose lists them all'}"
