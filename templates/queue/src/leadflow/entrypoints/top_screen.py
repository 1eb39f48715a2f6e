"""The terminal of `leadflow top`: a screen of its own, and keys as they are pressed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Keys", "draw", "own_screen"]

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
HOME, EMPTY_LINE, REST_OF_SCREEN = "\x1b[H", "\x1b[2K", "\x1b[J"
ENDING = frozenset("qQ\x03\x04")


class Keys:
    """Listens: `news` is set by a resize, `stop` by q, Ctrl-C or a signal that ends."""

    def __init__(self) -> None:
        self.news, self.stop = asyncio.Event(), asyncio.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end)
        loop.add_signal_handler(signal.SIGWINCH, self.news.set)
        loop.add_reader(sys.stdin.fileno(), self._read)
        try:
            yield
        finally:
            loop.remove_reader(sys.stdin.fileno())

    def _read(self) -> None:
        pressed = os.read(sys.stdin.fileno(), 64).decode(errors="replace")
        if not pressed or ENDING & set(pressed):
            self._end()

    def _end(self) -> None:
        self.stop.set()
        self.news.set()


@contextmanager
def own_screen() -> Iterator[None]:
    """Take the screen and the keys; whatever happens, give both back as they were."""
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSANOW)
        sys.stdout.write(ENTER)
        sys.stdout.flush()
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)
        sys.stdout.write(LEAVE)
        sys.stdout.flush()


def draw(lines: list[str]) -> None:
    """Overwrite the screen line by line, so that nothing flickers.

    A line is emptied before it is written: after one of full width, its last letter would go.
    """
    body = "\n".join(f"{EMPTY_LINE}{line}" for line in lines)
    sys.stdout.write(f"{HOME}{body}{REST_OF_SCREEN}")
    sys.stdout.flush()
