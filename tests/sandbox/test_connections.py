"""Faults beneath HTTP: connections that are cut, and answers that trickle."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from clay_arch.sandbox import SandboxConfig, create_app, parse_fault
from clay_arch.sandbox.server import Server, listen

if TYPE_CHECKING:
    from tests.sandbox.conftest import Post, Start


def send_raw(url: str) -> socket.socket:
    """A connection with a whole request written to it."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=5)
    connection.sendall(
        f"POST {parts.path} HTTP/1.1\r\nHost: clay\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\n\r\n{}".encode()
    )
    return connection


def test_accept_then_reset_makes_the_row_and_sends_not_one_byte(start: Start) -> None:
    clay = start(faults=(parse_fault("accept_then_reset,count=1"),))

    with send_raw(clay.webhook_urls[0]) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)

    state = clay.control.state()
    assert state["answers"] == {"reset": 1}
    assert (state["rows"]["made"], state["webhooks"][0]["accepted"]) == (1, 1)
    assert clay.control.arrivals()[0]["rows"] == [1]


def test_reset_before_reading_makes_no_row(start: Start) -> None:
    clay = start(faults=(parse_fault("reset_before_reading,count=1"),))

    with send_raw(clay.webhook_urls[0]) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)

    state = clay.control.state()
    assert state["answers"] == {"reset": 1}
    assert (state["rows"]["made"], state["webhooks"][0]["accepted"]) == (0, 0)


@pytest.mark.parametrize("kind", ["accept_then_reset", "reset_before_reading"])
def test_an_http_client_sees_a_network_error_and_then_works_again(
    start: Start, post: Post, kind: str
) -> None:
    clay = start(faults=(parse_fault(f"{kind},after=1,count=1"),))

    assert post(clay.webhook_urls[0]).status_code == 200
    with pytest.raises(httpx2.TransportError):
        post(clay.webhook_urls[0])
    assert post(clay.webhook_urls[0]).status_code == 200


@pytest.mark.parametrize("protocol", [H11Protocol, HttpToolsProtocol])
def test_connections_are_cut_under_each_of_uvicorns_protocols(
    protocol: type[asyncio.Protocol],
) -> None:
    config = SandboxConfig(faults=(parse_fault("accept_then_reset"),))
    listener = listen(0)
    server = Server(create_app(config), protocol)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}{config.webhook_paths[0]}"

    with send_raw(url) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)

    server.should_exit = True
    thread.join(10)
    listener.close()


def test_a_slow_answer_trickles_after_the_row_is_made(start: Start) -> None:
    clay = start(faults=(parse_fault("slow_answer,seconds=0.05,count=1"),))
    began = time.monotonic()

    with httpx2.stream("POST", clay.webhook_urls[0], json={}, trust_env=False) as answer:
        chunks = answer.iter_raw()
        taken = [next(chunks) for _ in range(5)]

    assert b"".join(taken).startswith(b"OK")
    assert time.monotonic() - began >= 0.15
    assert clay.control.state()["rows"]["made"] == 1


def test_a_client_that_hangs_up_half_way_makes_no_row(start: Start) -> None:
    clay = start()
    parts = urlsplit(clay.webhook_urls[0])

    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(f"POST {parts.path} HTTP/1.1\r\nHost: clay\r\n".encode())
        connection.sendall(b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{")

    for _ in range(100):
        if clay.control.state()["requests"]:
            break
        time.sleep(0.02)
    assert clay.control.arrivals()[0]["why"] == "the client hung up"
    assert clay.control.rows() == []


def test_many_senders_at_once_lose_nothing(start: Start) -> None:
    clay = start(requests_per_second=None)

    async def send(client: httpx2.AsyncClient, number: int) -> int:
        row = {"email": f"lead{number}@crunchy.example"}
        return (await client.post(clay.webhook_urls[0], json=row)).status_code

    async def send_all() -> list[int]:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await asyncio.gather(*(send(client, number) for number in range(300)))

    statuses = asyncio.run(send_all())

    rows = {row["values"]["email"] for row in clay.control.rows()}
    assert statuses == [200] * 300
    assert len(rows) == 300
