"""`leadflow work`, the real program, with the files that come with it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from destinations import RunningDestinations, running_destinations
from harness.deliverer import add_leads, receive
from harness.stores import Store
from harness.tokens import email_of, lead_id_of
from harness.workspace import Workspace

LEADS = 20
OPEN = "SELECT count(*) FROM delivery WHERE state = 'claimed'"


@pytest.fixture
def fakes(workspace: Workspace) -> Iterator[RunningDestinations]:
    with running_destinations() as running:
        workspace.environ |= {
            "HUBSPOT_URL": running.hubspot.url,
            "HUBSPOT_TOKEN": running.hubspot.token,
            "OUTREACH_URL": f"{running.outreach.url}/enrol",
            "OUTREACH_TOKEN": running.outreach.token,
            "NURTURE_URL": f"{running.nurture.url}/enrol",
            "NURTURE_TOKEN": running.nurture.token,
        }
        yield running


def received(workspace: Workspace) -> Store:
    store = Store("sqlite", f"sqlite:///{workspace.database}")
    with store.open() as db:
        add_leads(db, LEADS)
        for number in range(1, LEADS + 1):
            receive(db, number, work_email=email_of(number))
    return store


def wait_until_delivered(fakes: RunningDestinations, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        if len(fakes.hubspot.records) == len(fakes.outreach.enrolments) == LEADS:
            return
        time.sleep(0.05)
    raise AssertionError("not everything was delivered")


def test_it_delivers_what_waits_and_ends_in_good_order(
    workspace: Workspace, fakes: RunningDestinations
) -> None:
    store = received(workspace)
    with workspace.start("work") as process:
        try:
            wait_until_delivered(fakes, process)
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=30)
        finally:
            process.kill()

    assert process.returncode == 0
    assert set(fakes.hubspot.writes.values()) == {1}
    assert fakes.outreach.enrolments == {lead_id_of(n): 1 for n in range(1, LEADS + 1)}
    with store.open() as db:
        assert db.execute(OPEN).fetchone()[0] == 0
    assert not any(email_of(n) in log for n in range(1, LEADS + 1))
    assert fakes.outreach.token not in log


def test_it_refuses_to_start_without_what_it_needs(workspace: Workspace) -> None:
    workspace.environ["HUBSPOT_TOKEN"] = ""

    refused = workspace.leadflow("work")

    assert refused.returncode == 2
    assert "HUBSPOT_TOKEN" in refused.stderr
