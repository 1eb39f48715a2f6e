"""A TCP proxy that makes trouble between leadflow and the local Clay."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from urllib.parse import urlsplit

__all__ = ["Trouble", "proxied"]

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Trouble(Enum):
    NONE = "passes everything on"
    RESET = "cuts the connection when the request has arrived; Clay never sees it"
    DROP_RESPONSE = "passes the request on and cuts the connection when the answer comes"
    BLACKHOLE = "takes everything and answers nothing"
    SLOW = "passes the answer on, one byte a second"


@contextmanager
def proxied(url: str, trouble: Trouble) -> Iterator[str]:
    """Give a URL that leads to the same place through the trouble."""
    target = urlsplit(url)
    loop = asyncio.new_event_loop()
    proxy = _Proxy(str(target.hostname), int(target.port or 80), trouble)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = loop.run_until_complete(asyncio.start_server(proxy.serve, sock=listener))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}{target.path}"
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class _Proxy:
    def __init__(self, host: str, port: int, trouble: Trouble) -> None:
        self._host, self._port, self._trouble = host, port, trouble

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _read_request(reader)
        while request:
            if self._trouble is Trouble.RESET:
                return _reset(writer)
            if self._trouble is Trouble.BLACKHOLE:
                await asyncio.sleep(60)
            answer = await self._ask_clay(request)
            if self._trouble is Trouble.DROP_RESPONSE:
                return _reset(writer)
            await self._pass_on(answer, writer)
            request = await _read_request(reader)
        return None

    async def _ask_clay(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        answer = await reader.read()
        writer.close()
        return answer

    async def _pass_on(self, answer: bytes, writer: asyncio.StreamWriter) -> None:
        step = 1 if self._trouble is Trouble.SLOW else len(answer)
        for start in range(0, len(answer), step):
            writer.write(answer[start : start + step])
            await writer.drain()
            if self._trouble is Trouble.SLOW:
                await asyncio.sleep(1)


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    return head + await reader.readexactly(length)


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
