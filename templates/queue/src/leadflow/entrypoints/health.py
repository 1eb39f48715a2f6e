"""Is the server alive, may it be sent callbacks, and what has it counted?

Ready means that all it stands on has just answered: the inbox has committed something. A server
that drains is not ready.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

__all__ = ["CANNOT_STORE", "Exposition", "Probe", "Readiness", "health_routes"]

CANNOT_STORE = "cannot store"
FRESH_SECONDS = 1.0
FAILED_SECONDS = 2.0  # after a callback that could not be stored
PROBE_SECONDS = 5.0
# Set by proxies and tunnels: what comes through one is not from this machine.
FORWARDED = (
    *("forwarded", "via", "x-real-ip", "cf-connecting-ip"),
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
)


Probe = Callable[[], Awaitable[object]]


class Exposition(Protocol):
    """What has been counted, as Prometheus reads it."""

    content_type: str

    async def text(self) -> bytes:
        """Write all of it."""


class Readiness:
    """Tries every probe, at most once a second however often it is asked.

    A probe raises where something is amiss; its name is what is then said.
    """

    def __init__(
        self,
        probes: Mapping[str, Probe],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._probes, self._clock = probes, clock
        self._turn = asyncio.Lock()
        self._asked_at: float | None = None
        self._amiss: str | None = None
        self._failed_at: float | None = None
        self.is_draining = False

    def failed(self) -> None:
        """Note that something could not be stored: a probe may still find room where it did not."""
        self._failed_at = self._clock()

    async def why_not(self) -> str | None:
        """Say why no callback should come here now; None when it may."""
        if not self.is_draining:
            async with self._turn:
                if self._asked_at is None or self._clock() - self._asked_at >= FRESH_SECONDS:
                    self._amiss = await self._find_amiss()
                    self._asked_at = self._clock()
        if self.is_draining:
            return "draining"
        return self._amiss or (CANNOT_STORE if self._has_just_failed() else None)

    def _has_just_failed(self) -> bool:
        return self._failed_at is not None and self._clock() - self._failed_at < FAILED_SECONDS

    async def _find_amiss(self) -> str | None:
        for name, probe in self._probes.items():
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    await probe()
            except Exception:  # noqa: BLE001 - whatever it is, this does not work
                return name
        return None


def health_routes(readiness: Readiness, exposition: Exposition) -> list[Route]:
    """Build /healthz, /readyz and /metrics."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        reason = await readiness.why_not()
        return JSONResponse({"status": reason or "ready"}, 503 if reason else 200)

    async def metrics(request: Request) -> Response:
        if any(name in request.headers for name in FORWARDED):
            return Response(status_code=404)  # they are for the operator, not for the world
        return Response(await exposition.text(), media_type=exposition.content_type)

    return [Route("/healthz", live), Route("/readyz", ready), Route("/metrics", metrics)]
