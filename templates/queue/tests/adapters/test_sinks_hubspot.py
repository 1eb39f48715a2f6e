"""HubSpot's batch upsert: each contact has an end of its own, whatever the others are like."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pytest

from destinations import FakeHubSpot, running
from harness.deliveries import made_up
from leadflow.adapters.sinks.http_client import open_http
from leadflow.adapters.sinks.http_wire import HttpAnswer
from leadflow.adapters.sinks.hubspot import HubSpot
from leadflow.adapters.sinks.hubspot_answers import TRACE, by_input
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind

PROPERTIES: Mapping[str, object] = {
    "email": "work_email",
    "firstname": "first_name",
    "icp_score": "icp_score",
    "source": {"value": "clay"},
    "topics": "topics",
    "is_customer": "is_customer",
}
HUNDRED = [made_up(number) for number in range(1, 101)]
ONE_BAD = [*HUNDRED[:41], made_up(42, work_email="not an address"), *HUNDRED[42:]]


@pytest.fixture
def hubspot() -> Iterator[FakeHubSpot]:
    with running(FakeHubSpot()) as fake:
        yield fake


def deliver(
    fake: FakeHubSpot, deliveries: Sequence[Delivery], *, token: str = ""
) -> Sequence[Outcome]:
    async def run() -> Sequence[Outcome]:
        async with open_http(timeout_seconds=3) as client:
            sink = HubSpot(client, url=fake.url, token=token or fake.token, properties=PROPERTIES)
            return await sink.deliver(deliveries)

    return asyncio.run(run())


def kinds(outcomes: Sequence[Outcome]) -> Counter[OutcomeKind]:
    return Counter(outcome.kind for outcome in outcomes)


def test_a_hundred_contacts_are_one_request(hubspot: FakeHubSpot) -> None:
    outcomes = deliver(hubspot, HUNDRED)

    assert kinds(outcomes) == {OutcomeKind.DELIVERED: 100}
    assert hubspot.batches == [100]
    assert hubspot.records["ada7@acme.com"]["source"] == "clay"


def test_the_same_contact_again_is_an_update(hubspot: FakeHubSpot) -> None:
    deliver(hubspot, HUNDRED[:1])
    deliver(hubspot, [made_up(1, first_name="Augusta")])

    assert len(hubspot.records) == 1
    assert hubspot.records["ada1@acme.com"]["firstname"] == "Augusta"


@pytest.mark.case(59)
def test_one_bad_contact_of_a_hundred_leaves_ninety_nine_written(hubspot: FakeHubSpot) -> None:
    outcomes = deliver(hubspot, ONE_BAD)

    assert kinds(outcomes) == {OutcomeKind.DELIVERED: 99, OutcomeKind.PERMANENT: 1}
    assert outcomes[41].reason == "refused by HubSpot (INVALID_EMAIL, VALIDATION_ERROR)"
    assert hubspot.batches == [100]


@pytest.mark.case(59)
def test_so_it_does_where_the_batch_is_refused_whole(hubspot: FakeHubSpot) -> None:
    hubspot.is_all_or_nothing = True

    outcomes = deliver(hubspot, ONE_BAD)

    assert kinds(outcomes) == {OutcomeKind.DELIVERED: 99, OutcomeKind.PERMANENT: 1}
    assert outcomes[41].kind is OutcomeKind.PERMANENT
    assert max(hubspot.writes.values()) == 1
    assert len(hubspot.batches) <= 15


def test_two_leads_with_one_address_go_in_two_requests_and_the_later_one_wins(
    hubspot: FakeHubSpot,
) -> None:
    later = made_up(2, work_email="ADA1@acme.com", first_name="Later")

    outcomes = deliver(hubspot, [later, made_up(1)])

    assert kinds(outcomes) == {OutcomeKind.DELIVERED: 2}
    assert hubspot.batches == [1, 1]
    assert hubspot.records["ada1@acme.com"]["firstname"] == "Later"


def test_a_lead_without_an_address_is_not_sent(hubspot: FakeHubSpot) -> None:
    outcomes = deliver(hubspot, [made_up(1, work_email=None), made_up(2, work_email=" ")])

    assert [outcome.reason for outcome in outcomes] == ["no e-mail", "no e-mail"]
    assert kinds(outcomes) == {OutcomeKind.PERMANENT: 2}
    assert hubspot.requests == []


@pytest.mark.parametrize(
    ("status", "retry_after", "kind", "seconds"),
    [
        (401, None, OutcomeKind.HELD, None),
        (403, None, OutcomeKind.HELD, None),
        (423, None, OutcomeKind.TRANSIENT, 2),
        (429, "4", OutcomeKind.HELD, 4),
        (429, None, OutcomeKind.HELD, 10),  # their shortest window
        (477, "600", OutcomeKind.HELD, 600),
        (500, None, OutcomeKind.LOST, None),
        (503, "3", OutcomeKind.TRANSIENT, 3),
    ],
)
def test_what_concerns_the_whole_batch_concerns_each_contact(
    hubspot: FakeHubSpot,
    status: int,
    retry_after: str | None,
    kind: OutcomeKind,
    seconds: float | None,
) -> None:
    hubspot.fault(status=status, retry_after=retry_after)

    outcomes = deliver(hubspot, HUNDRED)

    assert kinds(outcomes) == {kind: 100}
    assert outcomes[0].retry_after_seconds == seconds
    assert len(hubspot.requests) == 1


def test_a_wrong_token_kills_nobody_and_says_what_to_do(hubspot: FakeHubSpot) -> None:
    outcomes = deliver(hubspot, HUNDRED, token="another")

    assert kinds(outcomes) == {OutcomeKind.HELD: 100}
    assert "correct it" in outcomes[0].reason


def test_a_property_that_does_not_exist_kills_nobody(hubspot: FakeHubSpot) -> None:
    hubspot.properties = frozenset({"email", "firstname"})

    outcomes = deliver(hubspot, HUNDRED[:3])

    assert kinds(outcomes) == {OutcomeKind.HELD: 3}
    assert "destinations.yaml" in outcomes[0].reason


def test_values_are_written_as_hubspot_reads_them(hubspot: FakeHubSpot) -> None:
    deliver(hubspot, [made_up(1, topics=["sales", "ops"], is_customer=True, icp_score=7)])

    record = hubspot.records["ada1@acme.com"]
    assert (record["topics"], record["is_customer"], record["icp_score"]) == (
        "sales;ops",
        "true",
        "7",
    )


def test_an_answer_lost_is_lost_for_each_and_writing_again_makes_no_second(
    hubspot: FakeHubSpot,
) -> None:
    hubspot.fault(drops_answer=True, times=1)

    assert kinds(deliver(hubspot, HUNDRED)) == {OutcomeKind.LOST: 100}
    assert kinds(deliver(hubspot, HUNDRED)) == {OutcomeKind.DELIVERED: 100}
    assert len(hubspot.records) == 100


def partial(*, results: list[object], refused: list[str]) -> HttpAnswer:
    errors = [{"category": "VALIDATION_ERROR", "context": {TRACE: [key]}} for key in refused]
    body = json.dumps({"results": results, "errors": errors}).encode()
    return HttpAnswer(207, body=body)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            partial(results=[{TRACE: "1"}], refused=["2"]),
            [OutcomeKind.DELIVERED, OutcomeKind.PERMANENT],
        ),
        (partial(results=[{}], refused=["2"]), [OutcomeKind.DELIVERED, OutcomeKind.PERMANENT]),
        (partial(results=[], refused=["2"]), [OutcomeKind.LOST, OutcomeKind.PERMANENT]),
        (partial(results=[{TRACE: "1"}], refused=[]), [OutcomeKind.DELIVERED, OutcomeKind.LOST]),
        (HttpAnswer(207, body=b"[not json"), [OutcomeKind.LOST, OutcomeKind.LOST]),
    ],
)
def test_a_contact_counts_as_written_only_when_the_answer_says_so(
    answer: HttpAnswer, expected: list[OutcomeKind]
) -> None:
    judged = by_input(answer, [1, 2])

    assert [judged[key].kind for key in (1, 2)] == expected
