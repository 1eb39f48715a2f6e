"""A destination is down while callbacks come in: Clay is answered as quickly as ever."""

from __future__ import annotations

import pytest

from harness.callers import calling
from harness.journey import World
from harness.people import people
from harness.server import until

LEADS = 400
CONNECTIONS, EVERY_SECONDS = 10, 0.2  # 50 callbacks a second
SLOWEST_ACK_SECONDS = 0.25
LATEST_ENROLMENT_SECONDS = 2


@pytest.mark.case(57)
def test_while_the_crm_answers_503_clay_is_answered_in_time_and_the_crm_gets_all_of_it_after(
    world: World,
) -> None:
    callbacks = world.have_sent(people(LEADS))
    crm, outreach = world.fakes.hubspot, world.fakes.outreach
    crm.fault(status=503)
    server = world.serve()

    with calling(
        callbacks,
        server.port,
        secret=world.secret,
        connections=CONNECTIONS,
        every_seconds=EVERY_SECONDS,
    ) as callers:
        pass
    until(lambda: len(outreach.enrolments) == LEADS, "enrolled", seconds=LATEST_ENROLMENT_SECONDS)
    refused = [status for _, status in crm.requests]
    # The breaker leaves the CRM alone for 30 s; a new process asks at once.
    assert server.stop() == 0
    crm.heal()
    server.start()
    world.wait_until_settled()

    print(
        f"{callers.count} acknowledged, p99 {callers.p99_seconds * 1_000:.1f} ms, "
        f"slowest {callers.slowest_seconds * 1_000:.1f} ms; the CRM refused {len(refused)} calls"
    )
    assert callers.answers == {200: LEADS}
    assert callers.p99_seconds <= SLOWEST_ACK_SECONDS
    assert set(refused) == {503}
    assert len(refused) >= 5
    assert set(crm.writes.values()) == set(outreach.enrolments.values()) == {1}
    assert len(crm.records) == LEADS
    assert world.leadflow("status", "--check").returncode == 0
