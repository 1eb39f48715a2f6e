"""Where an event goes: the shipped routes, and the do-not-contact list."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow.adapters.routes_file import load_routing
from leadflow.domain.delivery import DeliveryState
from leadflow.domain.planned import Planned
from leadflow.use_cases.plan_deliveries import planner

ROUTES = Path(__file__).parents[2] / "routes.yaml"
NAMES = ("crm", "outreach", "nurture", "database")
ENROLMENTS = {"outreach", "nurture"}
ADA = {"email": "ada@acme.com"}


def plan(facts: dict[str, object], *, do_not_contact: frozenset[str] = frozenset()) -> set[Planned]:
    routing = load_routing(ROUTES, destinations=NAMES)
    made = planner(routing, enrolments=ENROLMENTS, do_not_contact=do_not_contact)
    return set(made(facts, ADA))


@pytest.mark.parametrize(
    ("facts", "destinations"),
    [
        ({"icp_score": 80, "work_email": "ada@acme.com"}, {"crm", "outreach", "database"}),
        ({"icp_score": 80}, {"nurture", "database"}),
        ({"icp_score": 50}, {"nurture", "database"}),
        ({"icp_score": 49}, {"database"}),
        ({"icp_score": None}, {"database"}),
        ({}, {"database"}),
    ],
)
def test_an_event_goes_where_the_shipped_routes_say(
    facts: dict[str, object], destinations: set[str]
) -> None:
    assert {planned.destination for planned in plan(facts)} == destinations


@pytest.mark.parametrize("listed", ["ada@acme.com", "acme.com"])
def test_whoever_is_on_the_list_is_never_enrolled_and_still_written(listed: str) -> None:
    planned = plan({"icp_score": 50}, do_not_contact=frozenset({listed}))

    assert planned == {
        Planned("nurture", is_enrolment=True, state=DeliveryState.WITHHELD),
        Planned("database", is_enrolment=False),
    }


def test_an_address_that_clay_found_may_be_on_the_list_too() -> None:
    facts: dict[str, object] = {"icp_score": 90, "work_email": "ada@other.com"}

    planned = plan(facts, do_not_contact=frozenset({"other.com"}))

    assert Planned("outreach", is_enrolment=True, state=DeliveryState.WITHHELD) in planned
