"""Cutting a connection under a running request, which ASGI itself does not offer.

uvicorn copies its protocol's `app_state` into each request's `scope["state"]`. A `resettable`
protocol adds the connection's transport to it; `reset_connection` finds it there and cuts it so
that the client sees a TCP reset.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

    from starlette.requests import Request

__all__ = ["reset_connection", "resettable"]

_LINGER_NO_TIME = struct.pack("ii", 1, 0)  # closing then sends RST instead of FIN


def resettable(protocol: Any) -> type[asyncio.Protocol]:
    """One of uvicorn's HTTP protocols, with the transport within reach of the application."""

    class ResettableProtocol(protocol):  # type: ignore[misc] # whichever uvicorn has at hand
        app_state: dict[str, Any]

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self.app_state = {**self.app_state, "transport": transport}

    return ResettableProtocol


async def reset_connection(request: Request) -> None:
    """Cut the connection and return when uvicorn knows, so that it attempts no answer."""
    transport = request.scope.get("state", {}).get("transport")
    if transport is None:
        raise ConnectionResetError("the sandbox cuts connections only under its own server")
    with suppress(OSError):  # the caller may have gone already, and its socket with it
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NO_TIME
        )
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
