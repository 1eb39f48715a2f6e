"""`leadflow gate`, at a real server: what it shows is what workers are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness.gates import Ledger, gate_on, leave_of, refusal_of, with_caps
from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_gate import RedisGate
from leadflow.domain.call_end import CallEnd
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.gate import RefusalReason
from leadflow.domain.standing import Standing
from leadflow.entrypoints.cli_gate import GatePlace, gate_group
from leadflow.entrypoints.gate_view import GateTerms

CAPS = Caps(daily_credits=60, monthly_actions=1_000)
TERMS = GateTerms(CAPS, Cost(6, 4), webhook_life=50_000, webhook_labels={"w": "...a1b2"})
COUNTED = Standing({"2026-11-27": Cost(18_000, 12), "2026-11": Cost(18_000, 12)}, {"w": 3})


class Project:
    """A gate, its ledger, and a person at a terminal."""

    def __init__(self, valkey: ValkeyPlace) -> None:
        self.valkey, self.ledger = valkey, Ledger()

    def leadflow_gate(self, *arguments: str) -> Result:
        @asynccontextmanager
        async def opened() -> AsyncIterator[GatePlace]:
            async with gate_on(self.valkey, standing=None) as gate:
                yield GatePlace(gate.desk, self.ledger, TERMS)

        return CliRunner().invoke(gate_group(opened), arguments, catch_exceptions=False)

    def shown(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.leadflow_gate("show", "--format", "json").stdout)
        return document

    def worker(self, story: Callable[[RedisGate], Awaitable[None]]) -> None:
        async def told() -> None:
            rules = with_caps(daily_credits=60)
            async with gate_on(self.valkey, rules, standing=None, witness=self.ledger) as gate:
                await story(gate)

        asyncio.run(told())


@pytest.fixture
def project(valkey: ValkeyPlace) -> Project:
    made = Project(valkey)
    made.leadflow_gate("init", "--yes")
    valkey.does("HDEL", "{leadflow:test}:gate", "paused_until")
    return made


async def calls(gate: RedisGate, end: CallEnd, *, times: int) -> None:
    for _ in range(times):
        await gate.report(await leave_of(gate), end)


def test_the_gate_of_a_new_redis_says_what_to_do(valkey: ValkeyPlace) -> None:
    done = Project(valkey).leadflow_gate("show")

    assert done.exit_code == 0
    assert "uninitialised" in done.stdout
    assert "leadflow gate init" in done.stdout


def test_budget_and_webhooks_stand_beside_what_they_are_held_against(project: Project) -> None:
    project.worker(lambda gate: calls(gate, CallEnd.ACCEPTED, times=2))

    document, text = project.shown(), project.leadflow_gate("show").stdout

    by_what = {(line["what"], len(line["period"])): line for line in document["budget"]}
    assert document["state"] == "closed"
    assert by_what["credits", 10] | {"period": ""} == {
        "what": "credits",
        "period": "",
        "reserved": 12.0,
        "cap": 60,
        "left": 48.0,
    }
    assert by_what["actions", 7]["left"] == 992
    assert by_what["credits", 7]["left"] is None
    assert document["webhooks"] == [
        {"webhook": "...a1b2", "used": 2, "life": 50_000, "left": 49_998, "is_full": False}
    ]
    assert [line.split()[2:] for line in text.splitlines() if line.startswith("credits")] == [
        ["12", "60", "48"],
        ["12", "none", "none"],
    ]
    assert "...a1b2  2     50,000  49,998" in text


@pytest.mark.case(22)
def test_isolated_by_hand_nothing_is_let_through_and_close_ends_it(project: Project) -> None:
    shut = project.leadflow_gate("isolate", "--reason", "the table is rebuilt")

    async def refused(gate: RedisGate) -> None:
        refusal = refusal_of(await gate.ask())
        assert refusal.reason is RefusalReason.ISOLATED
        assert "the table is rebuilt" in refusal.sentence

    assert shut.exit_code == 0
    project.worker(refused)
    assert (project.shown()["state"], project.shown()["reason"]) == (
        "isolated",
        "the table is rebuilt",
    )

    project.leadflow_gate("close")

    project.worker(lambda gate: calls(gate, CallEnd.ACCEPTED, times=1))
    assert project.shown()["state"] == "closed"


def test_a_budget_that_is_out_is_why_nothing_is_let_through(project: Project) -> None:
    project.worker(lambda gate: calls(gate, CallEnd.ACCEPTED, times=10))

    document = project.shown()

    assert document["state"] == "spent"
    assert document["reason"].startswith("DAILY_CREDIT_CAP is reached: 60 of 60 credits")


def test_an_open_breaker_is_shown_and_closed(project: Project) -> None:
    project.worker(lambda gate: calls(gate, CallEnd.BROKEN, times=5))

    assert project.shown()["state"] == "open"
    assert "open until: 20" in project.leadflow_gate("show").stdout

    project.leadflow_gate("close")

    assert project.shown()["state"] == "closed"
    project.worker(lambda gate: calls(gate, CallEnd.ACCEPTED, times=1))


def test_a_pause_is_shown_and_close_does_not_end_it(project: Project) -> None:
    async def paused(gate: RedisGate) -> None:
        leave = await leave_of(gate)
        await gate.report(leave, CallEnd.RATE_LIMITED, retry_after_seconds=60)

    project.worker(paused)
    project.leadflow_gate("close")

    assert project.shown()["state"] == "paused"
    assert "paused until: 20" in project.leadflow_gate("show").stdout


@pytest.mark.case(29)
def test_init_puts_the_ledgers_numbers_back_after_a_flush(project: Project) -> None:
    project.ledger.counted = COUNTED
    project.valkey.flush()
    assert project.shown()["state"] == "uninitialised"

    done = project.leadflow_gate("init", "--yes")

    assert done.exit_code == 0
    assert "18 credits and 3 submissions" in done.stdout
    assert project.shown()["webhooks"][0]["used"] == 3
    assert project.ledger.mark == project.shown()["mark"]


def test_init_asks_first_and_without_a_terminal_it_wants_to_be_told(project: Project) -> None:
    mark = project.shown()["mark"]

    done = project.leadflow_gate("init")

    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert project.shown()["mark"] == mark


def test_a_webhook_that_clay_calls_full_is_shown_as_such(project: Project) -> None:
    project.worker(lambda gate: calls(gate, CallEnd.WEBHOOK_FULL, times=1))

    assert project.shown()["webhooks"][0]["is_full"]
    assert "Clay says it is full" in project.leadflow_gate("show").stdout


def test_a_redis_restored_from_an_older_copy_is_shown_as_such(project: Project) -> None:
    project.ledger.counted = COUNTED  # and Redis counts nothing

    async def refused(gate: RedisGate) -> None:
        refusal = await gate.compare()
        assert refusal is not None

    project.worker(refused)

    assert project.shown()["state"] == "older"
    assert "of 3 in the ledger" in project.leadflow_gate("show").stdout
