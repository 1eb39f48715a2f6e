"""Serves the fakes on 127.0.0.1, each in a thread of this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeVar

from clay_sandbox.server import Server, listen

from .fake import FakeDestination
from .hubspot import FakeHubSpot
from .outreach import FakeOutreach
from .salesforce import FakeSalesforce

__all__ = ["RunningDestinations", "running", "running_destinations"]

Fake = TypeVar("Fake", bound=FakeDestination)
START_SECONDS, STOP_SECONDS = 10, 5


@dataclass(frozen=True, slots=True)
class RunningDestinations:
    """All of them; each has its `url`."""

    hubspot: FakeHubSpot
    salesforce: FakeSalesforce
    outreach: FakeOutreach
    nurture: FakeOutreach


@contextmanager
def running(fake: Fake, *, port: int = 0) -> Iterator[Fake]:
    """Serve one fake, on a free port unless one is given."""
    listener = listen(port)
    server = Server(fake.app())
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        if not server.is_ready.wait(START_SECONDS):
            raise TimeoutError("a fake destination did not start")
        yield fake
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)
        listener.close()


@contextmanager
def running_destinations() -> Iterator[RunningDestinations]:
    """Serve one of each kind."""
    with ExitStack() as stack:
        yield RunningDestinations(
            hubspot=stack.enter_context(running(FakeHubSpot())),
            salesforce=stack.enter_context(running(FakeSalesforce())),
            outreach=stack.enter_context(running(FakeOutreach())),
            nurture=stack.enter_context(running(FakeOutreach())),
        )
