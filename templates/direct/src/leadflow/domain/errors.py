"""Every error that leadflow raises on purpose. The class says what the caller can do about it.

LeadflowError            exit code
├── SettingsError        2   settings are wrong; all problems at once
├── FileRefused          2   a file cannot be read as it is, or must not be overwritten
├── InputError           2   the application handed in what is no lead at all
├── LeadRejected         -   one row is not a lead; the run goes on
├── NotSent              -   the lead has certainly not reached Clay: safe to send again
├── AnswerLost           -   Clay may have the lead: never sent again without being asked
└── LedgerError          75  the ledger cannot be used now; nothing was lost
    ├── LedgerBusy       75  another run holds the ledger
    ├── LedgerMismatch   2   the file is no ledger, one of a newer version, or moved
    └── LedgerDamaged    2   the ledger is not sound: restore a copy
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AnswerLost",
    "FileRefused",
    "InputError",
    "LeadRejected",
    "LeadflowError",
    "LedgerBusy",
    "LedgerDamaged",
    "LedgerError",
    "LedgerMismatch",
    "NotSent",
    "SettingsError",
]


class LeadflowError(Exception):
    """The root: one sentence that says what happened and what to do."""

    exit_code: ClassVar[int] = 2


class SettingsError(LeadflowError):
    """Settings are wrong. `problems` holds one sentence each, all of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class FileRefused(LeadflowError):  # noqa: N818 - the file is refused, leadflow is well
    """A file cannot be read as it is, or stands where a new one should go."""


class InputError(LeadflowError):
    """The library was called with something that is not a lead, or not a number."""


class LeadRejected(LeadflowError):  # noqa: N818 - a verdict on one row, not a fault
    """A row is not a lead. The message is the reason, and holds nothing personal."""


class NotSent(LeadflowError):  # noqa: N818 - states a fact: the instruction is "send it again"
    """The connection was never made, so Clay cannot have the lead."""


class AnswerLost(LeadflowError):  # noqa: N818 - states a fact: the instruction is "ask a person"
    """The lead may have reached Clay; the answer did not reach us."""


class LedgerError(LeadflowError):
    """The ledger could not be read or written. What it had stored is still there."""

    exit_code: ClassVar[int] = 75
    stop_code: ClassVar[str] = "ledger"  # what a run that it stops calls it


class LedgerBusy(LedgerError):  # noqa: N818 - another run holds it, which is no error of that run
    """Another run holds the ledger."""


class LedgerMismatch(LedgerError):  # noqa: N818 - the version differs, the ledger is sound
    """The file has a schema this version does not know, or its rows are elsewhere."""

    exit_code: ClassVar[int] = 2


class LedgerDamaged(LedgerError):  # noqa: N818 - a state of the file
    """The ledger is there and cannot be read: running again does not help."""

    exit_code: ClassVar[int] = 2
