"""Stands before the local Clay: requests pass at once, answers as late as it is told."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SlowAnswers", "slow_answers"]

CHUNK_BYTES = 65_536


@dataclass(slots=True)
class SlowAnswers:
    """So Clay has a row while nobody has been told so yet, which is when a worker may die."""

    port: int
    seconds: float

    def pump(self, source: socket.socket, sink: socket.socket, *, is_late: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                if is_late:
                    time.sleep(self.seconds)
                sink.sendall(chunk)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def slow_answers(clay_port: int, *, seconds: float) -> Iterator[SlowAnswers]:
    """Listen on a port of its own; every connection leads to Clay."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        between = SlowAnswers(listener.getsockname()[1], seconds)
        threading.Thread(target=_accept, args=(listener, clay_port, between), daemon=True).start()
        try:
            yield between
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, clay_port: int, between: SlowAnswers) -> None:
    with suppress(OSError):
        while True:
            caller, _ = listener.accept()
            clay = socket.create_connection(("127.0.0.1", clay_port))
            for each in (caller, clay):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair, is_late in (((caller, clay), False), ((clay, caller), True)):
                threading.Thread(
                    target=between.pump, args=pair, kwargs={"is_late": is_late}, daemon=True
                ).start()
