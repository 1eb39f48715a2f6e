"""What every fake destination shares: it listens, meets its faults, and counts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clay_sandbox.connection import reset_connection

from .faults import Fault, Faults

__all__ = ["Arrival", "FakeDestination", "Reply", "Write"]


class Write(NamedTuple):
    """One record that a request asks for."""

    lead_id: str
    email: str
    fields: Mapping[str, Any]


class Reply(NamedTuple):
    """What is answered when nothing goes wrong."""

    status: int
    body: object = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record as it was asked for; what became of it is in the status of the request."""

    lead_id: str
    email: str
    at: float  # time.monotonic()
    status: int = 0  # 0: no answer was given


@dataclass(slots=True)
class FakeDestination:
    """A server of one kind. Subclasses read requests into writes, and act on them."""

    token: str = "secret-token"  # noqa: S105 - of a fake
    url: str = ""
    arrivals: list[Arrival] = field(default_factory=list)
    requests: list[tuple[float, int]] = field(default_factory=list)  # when, and the status
    idempotency_keys: list[str] = field(default_factory=list)
    _faults: Faults = field(default_factory=Faults)

    def fault(self, **trouble: Any) -> None:
        """Order trouble: see Fault."""
        self._faults.order(Fault(**trouble))

    def heal(self) -> None:
        """End the trouble."""
        self._faults.order(Fault(times=0))

    def app(self) -> Starlette:
        methods = ["POST", "PUT", "PATCH"]
        return Starlette(routes=[Route("/{path:path}", self._receive, methods=methods)])

    def read(self, path: str, body: bytes) -> Sequence[Write]:
        """Say which records the request asks for."""
        raise NotImplementedError

    def act(self, path: str, body: bytes) -> Reply:
        """Do as asked, and answer."""
        raise NotImplementedError

    def is_trusted(self, authorization: str) -> bool:
        return authorization == f"Bearer {self.token}"

    def refusal(self) -> Reply:
        """Answer a wrong token."""
        return Reply(401, {"error": "unauthorised"})

    async def _receive(self, request: Request) -> Response:
        at, body, path = time.monotonic(), await request.body(), request.url.path
        self.idempotency_keys.append(request.headers.get("Idempotency-Key", ""))
        fault = self._faults.next()
        await asyncio.sleep(fault.latency_seconds)
        if not self.is_trusted(request.headers.get("Authorization", "")):
            reply = self.refusal()
        elif fault.status is None or fault.acts_first:
            reply = self.act(path, body)
        else:
            reply = Reply(fault.status, {"message": "trouble was ordered"})
        if fault.acts_first and fault.status:
            reply = reply._replace(status=fault.status)
        self._note(at, path, body, 0 if fault.drops_answer else reply.status)
        if fault.drops_answer:
            await reset_connection(request)
        return _response(reply, fault)

    def _note(self, at: float, path: str, body: bytes, status: int) -> None:
        self.requests.append((at, status))
        arrivals = [Arrival(w.lead_id, w.email, at) for w in self.read(path, body)]
        self.arrivals += [replace(arrival, status=status) for arrival in arrivals]


def _response(reply: Reply, fault: Fault) -> Response:
    headers = {"Retry-After": fault.retry_after, "Location": fault.location}
    given = {name: value for name, value in headers.items() if value is not None}
    if reply.body is None:
        return Response(status_code=reply.status, headers=given)
    return JSONResponse(reply.body, status_code=reply.status, headers=given)
