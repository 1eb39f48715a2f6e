"""`leadflow doctor` in the Queue: what it finds, and that looking changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clay_sandbox import RunningSandbox
from harness.journey import World, world_in
from harness.people import people
from harness.programs import enqueue, wait_until_sent, working
from harness.valkey import ValkeyPlace, started
from harness.workspace import ROOT, Workspace
from leadflow.entrypoints.doctor_queue import examine_queue

StartClay = Callable[..., RunningSandbox]
FOUND = 1


@pytest.fixture
def ready(workspace: Workspace, clay: StartClay) -> RunningSandbox:
    """A project of which nothing is to be mended."""
    workspace.environ |= {
        "SEND_INTERVAL_SECONDS": "0.25",
        "CRM_EVENTS_FILE": str(ROOT / "crm_events.yaml"),
    }
    return clay()


@pytest.fixture
def world(tmp_path: Path, valkey: ValkeyPlace) -> Iterator[World]:
    with world_in(tmp_path) as made:
        made.workspace.environ["REDIS_URL"] = valkey.url
        yield made


def findings(workspace: Workspace) -> dict[str, tuple[str, str]]:
    """What was found of each thing, and the remedy."""
    done = workspace.leadflow("doctor", "--format", "json")
    document = json.loads(done.stdout)
    assert (done.returncode == 0) == document["is_well"]
    return {each["checked"]: (each["found"], each["remedy"]) for each in document["findings"]}


@pytest.mark.usefixtures("ready")
def test_a_fresh_project_is_well_and_nothing_is_started(workspace: Workspace) -> None:
    found = findings(workspace)

    assert found["Redis"] == (
        "one of the project's own, in .valkey; `leadflow work` starts it",
        "",
    )
    assert "DAILY_CREDIT_CAP" in found["forms"][0]
    assert not any(remedy for _, remedy in found.values())
    assert not (workspace.folder / ".valkey").exists()
    assert not workspace.database.exists()


@pytest.mark.usefixtures("ready")
def test_a_redis_that_syncs_and_keeps_everything_is_well(
    workspace: Workspace, valkey: ValkeyPlace
) -> None:
    workspace.environ |= {"REDIS_URL": valkey.url, "DAILY_CREDIT_CAP": "600"}

    found = findings(workspace)

    name = f"127.0.0.1:{valkey.port}"
    assert found["Redis"] == (f"{name}: it syncs every write and evicts nothing", "")
    assert found["gate"] == ("the first worker puts the ledger's numbers into Redis", "")
    assert found["forms"] == ("open to anybody, 6 a minute from one address", "")
    assert found["CRM events"][0].startswith("none: ")


@pytest.mark.usefixtures("ready")
def test_a_redis_that_forgets_is_named_with_the_line_to_change(workspace: Workspace) -> None:
    with started(appendfsync="everysec") as forgetful:
        workspace.environ["REDIS_URL"] = forgetful.url

        found, remedy = findings(workspace)["Redis"]

    assert found.startswith("the server has `appendfsync everysec`")
    assert remedy == "set `appendfsync always` there"


@pytest.mark.usefixtures("ready")
def test_a_redis_that_is_away_is_said_to_be_and_its_password_is_not(workspace: Workspace) -> None:
    workspace.environ["REDIS_URL"] = "redis://leadflow:kept-to-itself@127.0.0.1:9"

    done = workspace.leadflow("doctor")

    assert done.returncode == FOUND
    assert "Redis: REDIS_URL names a server that cannot be used" in done.stdout
    assert "kept-to-itself" not in done.stdout + done.stderr


@pytest.mark.usefixtures("ready")
def test_a_redis_that_says_nothing_is_not_waited_for(
    workspace: Workspace, valkey: ValkeyPlace
) -> None:
    workspace.environ["REDIS_URL"] = valkey.url
    valkey.pause()

    started_at = time.monotonic()
    found = findings(workspace)
    took_seconds = time.monotonic() - started_at

    assert found["Redis"][1] == "it does not answer in time"
    assert took_seconds < 15


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("changes", "checked", "words"),
    [
        ({"INTAKE_HONEYPOT": "company"}, "forms", "INTAKE_HONEYPOT: company is a field of a lead"),
        (
            {"HUBSPOT_CLIENT_SECRET": "a-client-secret-of-the-tests"},
            "CRM events",
            "CRM_EVENTS_URL is not set",
        ),
        (
            {
                "SALESFORCE_EVENT_SECRET": "a-secret-of-the-tests-for-apex",
                "CRM_EVENTS_FILE": "none.yaml",
            },
            "CRM events",
            "none.yaml",
        ),
    ],
    ids=["a visible honeypot", "no URL to sign", "no file of events"],
)
def test_what_is_wrong_with_intake_is_said(
    workspace: Workspace,
    changes: dict[str, str],
    checked: str,
    words: str,
) -> None:
    workspace.environ |= changes

    assert words in findings(workspace)[checked][1]


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"INTAKE_OPEN": "false"}, "none are taken"),
        ({"INTAKE_OPEN": "false", "INTAKE_SECRETS": "s" * 40}, "with a secret of INTAKE_SECRETS"),
    ],
    ids=["closed", "for programs"],
)
def test_who_may_bring_leads_is_said(
    workspace: Workspace, changes: dict[str, str], words: str
) -> None:
    workspace.environ |= changes

    assert findings(workspace)["forms"] == (words, "")


def test_a_warehouse_without_dlt_is_found(workspace: Workspace) -> None:
    files = ROOT / "tools/demo_files/queue_destinations.yaml"
    workspace.environ |= {
        "DESTINATIONS_FILE": str(files),
        "HUBSPOT_URL": "http://127.0.0.1:9",
    }

    missing = list(examine_queue(workspace.settings, is_installed=lambda _: None))
    there = list(examine_queue(workspace.settings, is_installed=lambda _: True))

    assert "pip install 'dlt[duckdb]'" in next(
        each.remedy for each in missing if each.checked == "warehouse"
    )
    assert not any(each.remedy for each in there)


def test_a_gate_that_lost_its_numbers_and_dead_jobs_are_to_be_mended(
    world: World, valkey: ValkeyPlace
) -> None:
    sandbox = world.start_clay()
    sandbox.control.set_faults("400,count=1")
    enqueue(world, people(2))
    worker = working(world)
    wait_until_sent(world, 1)
    worker.stop()
    worker.start()
    before = findings(world.workspace)
    isolated = world.leadflow("gate", "isolate", "--reason", "a new table")
    shut = findings(world.workspace)
    valkey.flush()
    after = findings(world.workspace)

    assert before["gate"] == ("closed: calls go through", "")
    assert before["dead jobs"][0] == "1"
    assert "redrive --jobs" in before["dead jobs"][1]
    assert isolated.returncode == 0
    assert shut["gate"] == (
        "shut by hand: a new table",
        "`leadflow gate close` lets calls through again",
    )
    assert after["gate"][0] == "Redis cannot be believed: it holds no numbers"
    assert "`leadflow gate init`" in after["gate"][1]
    assert worker.stop() == 0
