"""Every error that clay-arch raises on purpose. The class says what the caller can do about it.

ClayArchError             exit code
├── InputError            2   an answer, flag or file is wrong; the message names it and the remedy
│   └── FileProblems      2   a file has problems; all of them, each with its line
├── CheckFailed           1   a check ran and found something
└── TargetError           4   the target folder cannot be used as it is

Anything else that escapes is a defect of clay-arch, not of the input.
"""

from typing import ClassVar, NamedTuple

__all__ = [
    "CheckFailed",
    "ClayArchError",
    "FileProblems",
    "InputError",
    "Problem",
    "TargetError",
    "shown",
]

LONGEST_SHOWN = 40


def shown(text: str) -> str:
    """A stranger's words as a message quotes them: escaped, and not without end."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}...")


class ClayArchError(Exception):
    """The root: a message in one sentence and the exit code of the command that meets it."""

    exit_code: ClassVar[int] = 2


class InputError(ClayArchError):
    """An answer, flag or file is wrong. The message names it and says what to write instead."""


class CheckFailed(ClayArchError):  # noqa: N818 - a finding, not a fault
    """A check ran to its end and found something. Not an input error: the check worked."""

    exit_code: ClassVar[int] = 1


class TargetError(ClayArchError):
    """The target folder cannot be used as it is; nothing in it was touched."""

    exit_code: ClassVar[int] = 4


class Problem(NamedTuple):
    """One thing that is wrong with a value, found at `path` (keys and indexes from the root).

    `cell` is a combination of answers that shows the problem, where one exists.
    """

    path: tuple[str | int, ...]
    message: str
    cell: str | None = None

    def __str__(self) -> str:
        return f"{self.message} (for example {self.cell})" if self.cell else self.message


class FileProblems(InputError):  # noqa: N818 - the plural is the point: all of them at once
    """A file has problems. `lines` holds one text each, with file name and line number."""

    def __init__(self, name: str, lines: list[str]) -> None:
        count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
        super().__init__("\n".join([f"{name} has {count}; mend it and run again", *lines]))
        self.lines = lines
