"""Load on a callback handler: one process, raw keep-alive sockets, every answer checked.

Closed loop: each connection asks again as soon as it has its answer.
Open loop (--rate): requests fall due at random moments of that rate, whether or not the one before
was answered, and latency counts from the moment a request was due.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import selectors
import socket
import time
from collections import deque
from itertools import islice
from pathlib import Path
from typing import NamedTuple

__all__ = ["Measured"]

PATH = "/api/clay/enriched"
VARIABLE = "CLAY_CALLBACK_SECRETS"
FRESH = {"ok": True, "duplicate": False}
PATIENCE_SECONDS = 20.0
MOST_BYTES = 65_536
SEED = 3
clock = time.monotonic  # the same in every process of this machine


class Measured(NamedTuple):
    """What one run of the load found."""

    asked: int
    rate: float  # answers per second
    p50_ms: float
    p99_ms: float
    max_ms: float
    idle: float  # how much of its time the generator waited


class Connection:
    """One keep-alive connection, with one request at a time."""

    good: set[bytes] = set()  # noqa: RUF012 - whole answers that were read once and found right

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = 0
        self.since = 0.0
        self._heard = b""

    def ask(self, request: bytes, *, number: int, since: float) -> None:
        self.number, self.since = number, since
        self.socket.sendall(request)

    def hear(self) -> bool:
        """Read what has come; True when it is the whole of a right answer."""
        data = self.socket.recv(MOST_BYTES)
        if data in self.good and not self._heard:
            return True
        if not data:
            raise ConnectionError(f"the connection was closed after {self._heard!r}")
        self._heard += data
        if not _is_right(self._heard):
            return False
        self.good.add(self._heard)
        self._heard = b""
        return True


class Load:
    """The connections, what they ask and how long each answer took."""

    def __init__(self, port: int, requests: list[bytes], *, connections: int) -> None:
        self.requests = requests
        self.latencies: list[float] = []
        self.due: list[float] = []
        self.waited = 0.0
        self._selector = selectors.DefaultSelector()
        self._connections = [Connection(port) for _ in range(connections)]
        for each in self._connections:
            self._selector.register(each.socket, selectors.EVENT_READ, each)

    def closed(self, *, seconds: float) -> float:
        """Ask for so long, or until there is nothing left to ask; return the seconds it took."""
        left = iter(enumerate(self.requests))
        begin = clock()
        end = begin + seconds
        for connection, (number, request) in zip(self._connections, left, strict=False):
            connection.ask(request, number=number, since=clock())
        while (now := clock()) < end:
            for connection in self._ready(PATIENCE_SECONDS):
                if connection.hear():
                    now = clock()
                    self.latencies.append(now - connection.since)
                    try:
                        number, request = next(left)
                    except StopIteration:
                        return now - begin
                    connection.ask(request, number=number, since=now)
        return now - begin

    def offered(self, *, rate: float) -> float:
        """Ask all at this rate, on average, and wait for all answers."""
        self.due = due = _moments(len(self.requests), rate=rate)
        idle, begun = deque(self._connections), 0
        while len(self.latencies) < len(due):
            while begun < len(due) and idle and due[begun] <= clock():
                connection = idle.popleft()
                connection.ask(self.requests[begun], number=begun, since=due[begun])
                begun += 1
            is_next = begun < len(due) and idle
            for connection in self._ready(due[begun] - clock() if is_next else PATIENCE_SECONDS):
                if connection.hear():
                    self.latencies.append(clock() - connection.since)
                    idle.append(connection)
        return clock() - due[0]

    def measured(self, seconds: float) -> Measured:
        spent = sorted(self.latencies)
        return Measured(
            asked=len(spent) + len(self._connections),
            rate=len(spent) / seconds,
            p50_ms=spent[len(spent) // 2] * 1e3,
            p99_ms=spent[len(spent) * 99 // 100] * 1e3,
            max_ms=spent[-1] * 1e3,
            idle=self.waited / seconds,
        )

    def _ready(self, seconds: float) -> list[Connection]:
        # select() on the selector itself waits to the microsecond; its own timeout does not.
        begin = clock()
        found, _, _ = select.select([self._selector], [], [], max(0.0, seconds))
        self.waited += clock() - begin
        if not found and seconds >= PATIENCE_SECONDS:
            raise TimeoutError(f"no answer in {seconds:.0f} s")
        return [key.data for key, _ in self._selector.select(0)]


def _moments(count: int, *, rate: float) -> list[float]:
    chance, at, moments = random.Random(SEED), clock() + 0.05, []
    for _ in range(count):
        at += chance.expovariate(rate)
        moments.append(at)
    return moments


def _is_right(answer: bytes) -> bool:
    """Is it whole? Raise when it is anything but 200 and a fresh row."""
    head, gap, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in lines if b": " in line)
    if not gap or len(body) < int(headers.get(b"content-length", b"0")):
        return False
    if first.split(b" ")[1] != b"200" or json.loads(body) != FRESH:
        raise ValueError(f"a wrong answer: {answer!r}")
    return True


def _requests(bodies: Path, *, skip: int, count: int) -> list[bytes]:
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {os.environ[VARIABLE]}"
    )
    head += "\r\nContent-Type: application/json\r\nContent-Length: "
    with bodies.open("rb") as lines:
        found = [line.rstrip() for line in islice(lines, skip, skip + count)]
    return [f"{head}{len(body)}\r\n\r\n".encode() + body for body in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("bodies", type=Path, help="one JSON body a line")
    parser.add_argument("--skip", type=int, default=0, help="lines to leave out")
    parser.add_argument("--count", type=int, default=100_000, help="most requests")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=2.0, help="of the closed loop")
    parser.add_argument("--rate", type=float, help="offered per second: open loop")
    parser.add_argument("--due", type=Path, help="write when each request was due, by the line")
    given = parser.parse_args()
    requests = _requests(given.bodies, skip=given.skip, count=given.count)
    load = Load(given.port, requests, connections=given.connections)
    took = load.offered(rate=given.rate) if given.rate else load.closed(seconds=given.seconds)
    if given.due:
        given.due.write_text(json.dumps(load.due))
    print(json.dumps(load.measured(took)._asdict()))


if __name__ == "__main__":
    main()
