from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from clay_sandbox import RunningSandbox, SandboxConfig, running_sandbox
from harness.workspace import Workspace

pytest_plugins = [
    "pytester",
    "harness.stores",
    "harness.full_store",
    "harness.accounts",
    "harness.listening",
]

settings.register_profile("no-deadline", deadline=None)  # time is measured by benchmarks
settings.load_profile("no-deadline")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def clay(workspace: Workspace) -> Iterator[Callable[..., RunningSandbox]]:
    """Start a local Clay, without its rate limit, and point the workspace at it."""
    with ExitStack() as stack:

        def start(**options: Any) -> RunningSandbox:
            config = SandboxConfig(**{"requests_per_second": None, "columns": (), **options})
            sandbox = stack.enter_context(running_sandbox(config))
            workspace.point_at(*sandbox.webhook_urls)
            return sandbox

        yield start
