"""`leadflow serve` and `leadflow work` themselves: from a form to a row at Clay."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clay_sandbox import RunningSandbox
from harness.intake import form_of
from harness.intake_process import IntakeProcess
from harness.receiver import running_serve
from harness.server import Program, until
from harness.valkey import ValkeyPlace
from harness.workspace import Workspace

pytest_plugins = ["harness.valkey"]

JSON = {"Content-Type": "application/json"}


@contextmanager
def ending(program: Program) -> Iterator[None]:
    try:
        yield
    finally:
        program.end()


def test_a_lead_of_a_form_becomes_a_row_at_clay(
    workspace: Workspace, clay: Callable[..., RunningSandbox], valkey: ValkeyPlace
) -> None:
    sandbox = clay()
    workspace.environ |= {"REDIS_URL": valkey.url, "INTAKE_BURST": "100", "INTAKE_OPEN": "true"}

    worker = Program(workspace, ("work",), workspace.folder / "work.log")
    with ending(worker), running_serve(workspace, "--no-work") as server:
        worker.start()
        serving = IntakeProcess(server)
        answers = [
            serving.ask("/api/leads", json.dumps(form_of(number)).encode(), JSON).status
            for number in (1, 2, 1)
        ]
        until(lambda: workspace.account()["sent"] == 2, f"both sent: {worker.log.read_text()}")

    assert answers == [200, 200, 200]
    emails = {row["values"]["email"] for row in sandbox.control.rows()}
    assert emails == {form_of(number)["email"] for number in (1, 2)}
