"""What a climb did to each file, and what is left to do."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Conflict", "Outcome", "Rung", "Setting", "Skipped"]


class Rung(NamedTuple):
    """A variant of a version."""

    variant: str
    version: str

    def __str__(self) -> str:
        return f"{self.variant} {self.version}"


class Conflict(NamedTuple):
    """An unmerged path, and why only a person can say what belongs there."""

    path: str
    reason: str


class Skipped(NamedTuple):
    """A file of the new template that was not written, and why."""

    path: str
    reason: str


class Setting(NamedTuple):
    """A setting that the project did not have, and the first sentence about it.

    Without a value it is one to fill in, or to leave.
    """

    name: str
    value: str
    about: str


class Outcome(NamedTuple):
    """Paths are from the project's folder, sorted; each stands in one list only."""

    start: Rung
    end: Rung
    is_dry_run: bool
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()  # you had not touched them
    merged: tuple[str, ...] = ()  # your edits and the template's, in different places
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # you had edited them, and the new template has none
    conflicts: tuple[Conflict, ...] = ()
    flagged: tuple[Skipped, ...] = ()
    settings: tuple[Setting, ...] = ()
    undo: str = ""  # the line that takes everything back

    @property
    def is_change(self) -> bool:
        return bool(self.added or self.updated or self.merged or self.removed or self.conflicts)
