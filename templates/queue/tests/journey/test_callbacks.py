"""Callbacks to the real server: repeated, late, early, dropped, and with secrets that change."""

from __future__ import annotations

import pytest

from clay_sandbox import Fault, FaultKind
from harness.callers import calling
from harness.journey import World
from harness.people import people
from harness.sent import in_database, in_inbox
from harness.server import Server, until

MINUTE, DAY = 60, 86_400
# How far the receiver's clock is ahead -> what it makes of a callback, and why.
CLOCKS = {
    "6 days ahead": (6 * DAY, "accepted", ""),
    "4 minutes behind": (-4 * MINUTE, "accepted", ""),
    "8 days ahead": (8 * DAY, "token_expired", "correlation_token: expired"),
    "10 minutes behind": (-10 * MINUTE, "token_future", "correlation_token: future"),
}
DROPPED = 7
NEW_SECRET = "the-next-secret-of-the-tests-that-is-none"
NEW_KEY = "k2:" + "YW5vdGhlci1rZXktb2YtdGhlLXRlc3RzLW5vLXNlY3JldA"


@pytest.mark.case(51)
def test_of_fifty_identical_callbacks_at_once_one_is_new_and_each_destination_hears_once(
    world: World,
) -> None:
    callbacks = world.have_sent(people(1)) * 50
    server = world.serve()

    with calling(callbacks, server.port, secret=world.secret, connections=50) as callers:
        pass
    world.wait_until_settled()

    assert callers.answers == {200: 50}
    assert callers.news.total() == 1
    assert sum(world.fakes.hubspot.writes.values()) == 1
    assert len(world.fakes.hubspot.requests) == len(world.fakes.outreach.requests) == 1
    assert len(in_inbox(world.store)) == len(in_database(world.store)) == 1
    assert world.leadflow("status", "--check").returncode == 0


def test_a_wrong_clock_is_borne_within_bounds_and_beyond_them_the_reason_is_said(
    world: World,
) -> None:
    leads = people(len(CLOCKS))
    world.have_sent(leads)
    server = world.serve()

    for lead, (clock, (ahead_seconds, outcome, _)) in zip(leads, CLOCKS.items(), strict=True):
        # A clock that is six days ahead reads a token of now as one of six days ago.
        callbacks = world.callbacks([lead], age_seconds=ahead_seconds)
        with calling(callbacks, server.port, secret=world.secret, connections=1) as callers:
            pass
        assert callers.answers == {200 if outcome == "accepted" else 422: 1}, clock

    reasons = sorted(reason for _, _, reason in CLOCKS.values() if reason)
    bodies = world.asks("inbox", "quarantine")["bodies"]
    assert sorted(body["reason"] for body in bodies) == reasons
    assert len(in_inbox(world.store)) == 2
    for outcome, count in (("accepted", 2), ("token_expired", 1), ("token_future", 1)):
        assert server.metric("leadflow_callbacks_total", outcome=outcome) == count


def test_overdue_lists_exactly_the_callbacks_that_clay_dropped_and_sends_nothing(
    world: World,
) -> None:
    server = world.serve()
    dropped = Fault(kind=FaultKind.DROP_CALLBACK, count=DROPPED, after=5)
    clay = world.start_clay(server, dropped)
    assert world.send(people(20)) == 0
    clay.control.wait_until_idle(30)
    world.wait_until_settled(still_out=DROPPED)
    posts = clay.control.state()["posts"]

    answer = world.asks("overdue", "--hours", "0")

    rows = world.rows()
    lost = {row["values"]["lead_id"] for row in rows if "drop" in row["cells"]["callback"]["note"]}
    assert len(lost) == DROPPED
    assert {lead["lead_id"] for lead in answer["overdue"]} == lost
    assert world.asks("overdue")["overdue"] == []  # a day has not passed
    assert world.send(people(20)) == 0
    assert clay.control.state()["posts"] == posts
    world.workspace.environ["CALLBACK_TIMEOUT_HOURS"] = "0.001"
    until(lambda: world.journey()["callback_timeout"] == DROPPED, "overdue in the account")
    assert world.leadflow("status", "--check").returncode == 1


def test_secrets_and_keys_are_replaced_under_load_and_no_callback_is_refused(world: World) -> None:
    environ = world.workspace.environ
    old_secret, old_key = environ["CLAY_CALLBACK_SECRETS"], environ["CLAY_TOKEN_KEYS"]
    leads = people(900)
    world.have_sent(leads)
    callbacks = world.callbacks(leads[:500])
    with_old_key = {callback.lead_id for callback in callbacks}
    environ["CLAY_TOKEN_KEYS"] = f"{NEW_KEY},{old_key}"
    callbacks += world.callbacks(leads[500:])
    environ["CLAY_TOKEN_KEYS"] = old_key
    server = world.serve()
    shown = {"secret": old_secret}

    # 320 a second: the 500 with the old key must not be through before the new one is known.
    with calling(
        callbacks, server.port, secret=lambda: shown["secret"], every_seconds=0.2
    ) as callers:
        until(lambda: callers.count >= 150, "150 acknowledged")
        again_with(server, secrets=f"{NEW_SECRET},{old_secret}", keys=f"{NEW_KEY},{old_key}")
        until(lambda: callers.count >= 300, "300 acknowledged")
        shown["secret"] = NEW_SECRET
        # The old key stays as long as tokens of it are under way.
        until(lambda: with_old_key <= callers.acknowledged.keys(), "the old key unused")
        until(lambda: callers.count >= 600, "600 acknowledged")
        again_with(server, secrets=NEW_SECRET, keys=NEW_KEY)

    print(f"answers {dict(callers.answers)}, slowest {callers.slowest_seconds:.2f} s")
    assert set(callers.answers) <= {0, 200, 429}
    assert len(callers.acknowledged) == 900
    assert sorted(in_inbox(world.store)) == sorted(callers.acknowledged)
    assert server.metric("leadflow_callbacks_total", outcome="unauthorized") == 0
    world.wait_until_settled()


def again_with(server: Server, *, secrets: str, keys: str) -> None:
    """Start the server anew with these, as a deployment would."""
    server.workspace.environ.update(CLAY_CALLBACK_SECRETS=secrets, CLAY_TOKEN_KEYS=keys)
    assert server.stop() == 0
    server.start()
