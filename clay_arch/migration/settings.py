"""Which settings the new template has and the old one had not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clay_arch.migration.outcome import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EXAMPLE", "new_settings"]

EXAMPLE = ".env.example"
_SETTING = re.compile(r"(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)")


def new_settings(before: str, after: str) -> tuple[Setting, ...]:
    """The settings of one `.env.example` that another lacks, in the order of the file."""
    known = {setting.name for setting in _settings(before)}
    return tuple(setting for setting in _settings(after) if setting.name not in known)


def _settings(text: str) -> Iterator[Setting]:
    about: list[str] = []
    for line in text.splitlines():
        if found := _SETTING.match(line):
            yield Setting(found["name"], found["value"], _first_sentence(" ".join(about)))
        about = [*about, line.removeprefix("#").strip()] if line.startswith("#") else []


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.;]) ", text, maxsplit=1)[0].rstrip(".;")
