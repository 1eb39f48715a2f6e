"""A program on a terminal of a given size: what it draws, frame by frame, and what keys do."""

from __future__ import annotations

import re
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pexpect

__all__ = ["LiveTerminal", "on_live_terminal"]

HOME, REST_OF_SCREEN = "\x1b[H", "\x1b[J"
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PATIENCE_SECONDS = 15


@dataclass
class LiveTerminal:
    """The program, its terminal, and all that it wrote there."""

    child: pexpect.spawn[str]
    modes_before: list[object]
    shown: str = ""

    @property
    def frames(self) -> list[list[str]]:
        """Every frame that was drawn whole, as lines without colours."""
        whole = [text for text in self.shown.split(HOME)[1:] if REST_OF_SCREEN in text]
        return [CODES.sub("", text.split(REST_OF_SCREEN)[0]).split("\r\n") for text in whole]

    @property
    def modes(self) -> list[object]:
        return termios.tcgetattr(self.child.child_fd)

    def until(self, is_there: Callable[[], object]) -> None:
        """Read what is drawn until that is so."""
        while not is_there():
            self.child.expect(r"[\s\S]+", timeout=PATIENCE_SECONDS)
            self.shown += str(self.child.after)

    def wait(self) -> int:
        """Let it end, reading on; its exit code, or the signal that ended it as a negative one."""
        self.child.expect(pexpect.EOF, timeout=PATIENCE_SECONDS)
        self.shown += str(self.child.before)
        self.child.close()
        code, signal_ = self.child.exitstatus, self.child.signalstatus
        return code if code is not None else -(signal_ or 0)


@contextmanager
def on_live_terminal(
    command: Sequence[str], *, columns: int, rows: int, environ: Mapping[str, str]
) -> Iterator[LiveTerminal]:
    """Run the program until the block ends."""
    child = pexpect.spawn(
        command[0],
        [*command[1:]],
        env={**environ, "TERM": "xterm-256color"},
        dimensions=(rows, columns),
        encoding="utf-8",
        echo=True,
    )
    try:
        yield LiveTerminal(child, termios.tcgetattr(child.child_fd))
    finally:
        child.close(force=True)
