"""One exit code for each way to end; the help of `leadflow` and the README say the same."""

from __future__ import annotations

__all__ = ["DEFECT", "DONE", "FOUND", "INTERRUPTED", "RUN_AGAIN", "USAGE"]

DONE = 0
FOUND = 1  # finished, and something deserves a look
USAGE = 2  # usage or settings: mend them first
DEFECT = 70  # a fault of leadflow itself
RUN_AGAIN = 75  # stopped early with nothing lost
INTERRUPTED = 130
