"""When the gate let a call through, by its own stamps: the server tells what its scripts write."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["MICROSECONDS", "most_in_a_second", "watched_grants"]

# A leave, as ask.lua stores it; MONITOR shows the commands of a script with what they are given.
GRANT = re.compile(rb'lua\] "SET" .*granted_at\\":\\"(\d+)\\"')
MICROSECONDS = 1_000_000


@contextmanager
def watched_grants(port: int) -> Iterator[list[int]]:
    """Lend a list that grows with each grant: microseconds by the server's clock."""
    grants: list[int] = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"MONITOR\r\n")
        reader = threading.Thread(target=_read, args=(connection, grants), daemon=True)
        reader.start()
        try:
            yield grants
        finally:
            connection.shutdown(socket.SHUT_RDWR)
            reader.join()


def most_in_a_second(starts: Sequence[int]) -> int:
    """The most grants in any half-open second, wherever it begins."""
    return max(sum(start <= other < start + MICROSECONDS for other in starts) for start in starts)


def _read(connection: socket.socket, grants: list[int]) -> None:
    with connection.makefile("rb") as lines:
        grants.extend(int(found[1]) for line in lines if (found := GRANT.search(line)))
