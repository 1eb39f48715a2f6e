"""`leadflow work` and the commands beside it, as an operator of the Queue meets them."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable, Sequence
from subprocess import CompletedProcess

from harness.journey import World
from harness.people import Person
from harness.server import Server, free_port, until
from leadflow.adapters.sql_account import SqlAccount
from leadflow.domain.ledger import Account

__all__ = [
    "SECRET_OF_FORMS",
    "account_of",
    "enqueue",
    "has_said",
    "post",
    "posts",
    "rows_at_clay",
    "wait_until_sent",
    "working",
]

SECRET_OF_FORMS = "a-secret-of-the-forms-of-the-tests"


def working(world: World, *, name: str = "work", is_awaited: bool = True, **extra: str) -> Server:
    """Start `leadflow work` with its pages; with these variables, too."""
    port = free_port()
    log = world.logs / f"{name}.log"
    worker = Server(world.workspace, ("work", "--port", str(port)), log, extra=extra, port=port)
    world.stack.callback(worker.end)
    if is_awaited:
        worker.start()
    else:
        super(Server, worker).start()
    return worker


def enqueue(world: World, leads: Sequence[Person]) -> CompletedProcess[str]:
    return world.leadflow("enqueue", str(world.write(leads)))


def post(port: int, path: str, body: bytes, headers: Iterable[tuple[str, str]]) -> int:
    """Send one request; return the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


def account_of(world: World) -> Account:
    with world.store.open_to_read() as database:
        return SqlAccount(database).account()


def wait_until_sent(world: World, count: int, *, seconds: float = 60) -> None:
    until(lambda: account_of(world).sent >= count, f"{count} sent", seconds=seconds)


def rows_at_clay(world: World) -> list[str]:
    """The lead of each row, with a repetition for each time that it is there."""
    return [row["values"]["lead_id"] for row in world.rows()]


def posts(world: World) -> int:
    """How many requests for a row Clay has had."""
    assert world.clay is not None
    count: int = world.clay.control.state()["posts"]
    return count


def has_said(program: Server, words: str, *, seconds: float = 30) -> None:
    """Wait until its log holds these words."""
    deadline = time.monotonic() + seconds
    while words not in program.log.read_text():
        assert time.monotonic() < deadline, f"not said: {words}: {program.log.read_text()[-2_000:]}"
        time.sleep(0.05)
