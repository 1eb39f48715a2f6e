"""What became of the lines of a file: each is new, known, a duplicate or rejected."""

from __future__ import annotations

from dataclasses import dataclass

from leadflow.domain.lead import Lead

__all__ = ["IntakeCount", "NumberedLead", "Repeat"]

NumberedLead = tuple[int, Lead]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A lead that stands in the file already, or that an earlier file brought (`is_known`)."""

    line: int
    first_line: int = 0
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class IntakeCount:
    """The lines of one file by what became of them; flagged ones are among the new."""

    new: int = 0
    known: int = 0
    duplicates: int = 0
    rejected: int = 0
    flagged: int = 0

    @property
    def rows(self) -> int:
        return self.new + self.known + self.duplicates + self.rejected
