"""Every error that leadflow raises on purpose. The class says what the caller can do about it.

LeadflowError            exit code
├── SettingsError        2   settings are wrong; all problems at once
├── FileRefused          2   a file cannot be read as it is, or must not be overwritten
├── InputError           2   the application handed in what is no lead at all
├── CrmEventsError       2   crm_events.yaml is wrong; all problems at once
├── RoutingError         2   routes.yaml is wrong; all problems at once
├── DestinationsError    2   destinations.yaml is wrong; all problems at once
├── LeadRejected         -   one row is not a lead; the run goes on
├── Unreadable           -   a callback is not strict JSON: answered 400, kept in quarantine
│   └── ManyRows         -   it is an array: Clay must send one row per call
├── TokenRefused         -   a callback is not ours, or not now: answered 422, kept in quarantine
├── EnrichmentRefused    -   a callback's facts are wrong: answered 422, kept in quarantine
├── SignatureRefused     -   events are not of our CRM, or not of now: answered 401
├── QueueAway            75  the queue takes nothing now; what was meant for it waits in the outbox
├── NotSent              -   the lead has certainly not reached the other side: safe to send again
├── AnswerLost           -   the other side may have it: never sent again without being asked
└── LedgerError          75  the ledger cannot be used now; nothing was lost
    ├── LedgerBusy       75  another run holds the ledger
    ├── BudgetExhausted  75  a cap on credits or actions is reached; what waits stays waiting
    ├── LedgerMismatch   2   the file is no ledger, one of a newer version, or moved
    └── LedgerDamaged    2   the ledger is not sound: restore a copy
"""

from __future__ import annotations

from typing import ClassVar

from leadflow.domain.problem import Problem

__all__ = [
    "AnswerLost",
    "BudgetExhausted",
    "CrmEventsError",
    "DestinationsError",
    "EnrichmentRefused",
    "FileRefused",
    "InputError",
    "LeadRejected",
    "LeadflowError",
    "LedgerBusy",
    "LedgerDamaged",
    "LedgerError",
    "LedgerMismatch",
    "ManyRows",
    "NotSent",
    "QueueAway",
    "RoutingError",
    "SettingsError",
    "SignatureRefused",
    "TokenRefused",
    "Unreadable",
]


class LeadflowError(Exception):
    """The root: one sentence that says what happened and what to do."""

    exit_code: ClassVar[int] = 2


class SettingsError(LeadflowError):
    """Settings are wrong. `problems` holds one sentence each, all of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class CrmEventsError(LeadflowError):
    """crm_events.yaml is wrong. `problems` holds one sentence each, all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class SignatureRefused(LeadflowError):  # noqa: N818 - a verdict on one body, not a fault
    """A signature is not to be believed. `code`: malformed, stale, future or forged."""

    def __init__(self, code: str) -> None:
        super().__init__(f"signature: {code}")
        self.code = code


class QueueAway(LeadflowError):  # noqa: N818 - states a fact: the instruction is "wait"
    """The queue takes nothing now. Whatever was meant for it waits in the outbox."""

    exit_code: ClassVar[int] = 75


class RoutingError(LeadflowError):
    """The routes are wrong. `problems` holds one sentence each, all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class DestinationsError(LeadflowError):
    """The destinations are wrong. `problems` holds one sentence each, and no secret."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class FileRefused(LeadflowError):  # noqa: N818 - the file is refused, leadflow is well
    """A file cannot be read as it is, or stands where a new one should go."""


class InputError(LeadflowError):
    """The library was called with something that is not a lead, or not a number."""


class LeadRejected(LeadflowError):  # noqa: N818 - a verdict on one row, not a fault
    """A row is not a lead. The message is the reason, and holds nothing personal."""


class Unreadable(LeadflowError):  # noqa: N818 - a verdict on one body, not a fault
    """A body is not the strict JSON that can be stored. `reason` repeats nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ManyRows(Unreadable):
    """The body is an array; a column of Clay calls once for each row."""


class TokenRefused(LeadflowError):  # noqa: N818 - a verdict on one callback, not a fault
    """A correlation token is not to be believed. `code`: malformed, forged, expired or future."""

    def __init__(self, code: str) -> None:
        super().__init__(f"correlation token: {code}")
        self.code = code


class EnrichmentRefused(LeadflowError):  # noqa: N818 - a verdict on one callback, not a fault
    """A field of the enrichment is wrong. The message names the field, never its value."""


class NotSent(LeadflowError):  # noqa: N818 - states a fact: the instruction is "send it again"
    """The connection was never made, so Clay, or a destination, cannot have the lead."""


class AnswerLost(LeadflowError):  # noqa: N818 - states a fact: the instruction is "ask a person"
    """The lead may have reached Clay, or a destination; the answer did not reach us."""


class LedgerError(LeadflowError):
    """The ledger could not be read or written. What it had stored is still there."""

    exit_code: ClassVar[int] = 75
    stop_code: ClassVar[str] = "ledger"  # what a run that it stops calls it


class LedgerBusy(LedgerError):  # noqa: N818 - another run holds it, which is no error of that run
    """Another run holds the ledger."""


class BudgetExhausted(LedgerError):  # noqa: N818 - the cap works as it should
    """A further lead would go over a cap. It stays where it was, and nothing was charged."""

    stop_code: ClassVar[str] = "budget"


class LedgerMismatch(LedgerError):  # noqa: N818 - the version differs, the ledger is sound
    """The file has a schema this version does not know, or its rows are elsewhere."""

    exit_code: ClassVar[int] = 2


class LedgerDamaged(LedgerError):  # noqa: N818 - a state of the file
    """The ledger is there and cannot be read: running again does not help."""

    exit_code: ClassVar[int] = 2
