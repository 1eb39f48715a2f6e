"""The budget holds over a whole run, and a ledger of the smaller rung goes on in this one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.callers import calling
from harness.journey import World
from harness.people import Person, people
from harness.workspace import ROOT
from leadflow.adapters.sql_budget import SqlBudget
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.errors import BudgetExhausted
from leadflow.domain.lead import identify
from leadflow.domain.token import TOKEN_FIELD

DAY_SECONDS = 86_400
COST = Cost(credits=6, actions=4)
DIRECT = ROOT.parent / "direct" / "src"


def test_of_twenty_leads_the_seven_that_fit_under_the_cap_are_sent_and_tomorrow_more(
    world: World,
) -> None:
    clay = world.start_clay()
    world.workspace.environ["DAILY_CREDIT_CAP"] = "45"
    leads = world.write(people(20))

    run = world.leadflow("send", str(leads))

    print(f"exit {run.returncode}: {run.stderr.strip().splitlines()[-1]}")
    assert run.returncode == 75
    assert "DAILY_CREDIT_CAP is reached: 42 of 45 credits" in run.stderr
    assert clay.control.state()["posts"] == 7
    account = world.asks("status")["account"]
    assert (account["sent"], account["waiting"], account["failed"]) == (7, 13, 0)
    assert world.leadflow("send").returncode == 75  # nothing more today
    assert clay.control.state()["posts"] == 7
    assert tomorrow_takes(world, people(20)[7:]) == 7
    world.workspace.environ["DAILY_CREDIT_CAP"] = ""
    assert world.leadflow("send").returncode == 0
    assert clay.control.state()["posts"] == 20
    assert world.journey()["in_flight"] == 20


def tomorrow_takes(world: World, leads: list[Person]) -> int:
    """Ask the store itself for the same budget a day later; give everything back."""
    caps, tomorrow = Caps(45, None, None, None), time.time() + DAY_SECONDS
    taken: list[str] = []
    with world.store.open() as database:
        budget = SqlBudget(database)

        def reserve_all() -> None:
            for lead in leads:
                budget.reserve(identify(lead), COST, caps, tomorrow)
                taken.append(identify(lead))

        with pytest.raises(BudgetExhausted):
            reserve_all()
        for lead_id in taken:
            budget.release(lead_id)
    return len(taken)


@pytest.mark.skipif(
    not (DIRECT / "leadflow").is_dir(), reason="the smaller rung does not lie beside this one"
)
def test_a_ledger_of_direct_is_taken_forward_and_goes_on(world: World) -> None:
    clay = world.start_clay()
    leads = people(5)
    direct_sends(world, world.write(leads[:3]))
    assert clay.control.state()["posts"] == 3

    assert world.send(leads) == 0

    assert clay.control.state()["posts"] == 5
    rows = world.rows()
    assert [TOKEN_FIELD in row["values"] for row in rows] == [False] * 3 + [True] * 2
    server = world.serve()
    with calling(world.callbacks(leads[3:]), server.port, secret=world.secret) as callers:
        pass
    assert callers.answers == {200: 2}
    journey = world.wait_until_settled(still_out=3)
    assert (journey["accepted"], journey["delivered"]) == (5, 2)


def direct_sends(world: World, leads: Path) -> None:
    """Run the other program on the same folder."""
    environ = {**world.workspace._process_environ(), "PYTHONPATH": os.fspath(DIRECT)}
    command = [sys.executable, "-m", "leadflow", "send", str(leads)]
    subprocess.run(
        command,
        cwd=world.workspace.folder,
        env=environ,
        check=True,
        capture_output=True,
        timeout=60,
    )
