"""Salesforce: an upsert by an id of our own, and a session that ends now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence

import pytest

from destinations import FakeSalesforce, running
from harness.deliveries import made_up
from leadflow.adapters.sinks.http_client import HttpClient, open_http
from leadflow.adapters.sinks.salesforce import Salesforce, Session
from leadflow.adapters.sinks.salesforce_session import ClientCredentials, StaticToken
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind

FIELDS: Mapping[str, object] = {
    "Email": "work_email",
    "LastName": "last_name",
    "Company": {"value": "unknown"},
}
ADA = made_up(1)


@pytest.fixture
def salesforce() -> Iterator[FakeSalesforce]:
    with running(FakeSalesforce()) as fake:
        yield fake


def deliver(
    fake: FakeSalesforce,
    *deliveries: Delivery,
    secret: str | None = None,
    fields: Mapping[str, object] = FIELDS,
) -> Sequence[Outcome]:
    async def run() -> Sequence[Outcome]:
        async with open_http(timeout_seconds=3) as client:
            sink = Salesforce(
                client,
                session(client),
                url=fake.url,
                api_version="v62.0",
                object_name="Lead",
                external_id="Leadflow_Id__c",
                fields=fields,
            )
            return await sink.deliver(deliveries or [ADA])

    def session(client: HttpClient) -> Session:
        if secret is None:
            return StaticToken("secret-token")
        return ClientCredentials(client, url=fake.url, client_id="client", secret=secret)

    return asyncio.run(run())


def test_a_lead_is_created_then_updated_under_its_own_id(salesforce: FakeSalesforce) -> None:
    deliver(salesforce)
    (outcome,) = deliver(salesforce, made_up(1, last_name="Lovelace"))

    assert outcome.kind is OutcomeKind.DELIVERED
    assert salesforce.records == {
        ADA.lead_id: {"Email": "ada1@acme.com", "LastName": "Lovelace", "Company": "unknown"}
    }


@pytest.mark.case(59)
def test_an_id_that_two_records_have_is_a_dead_letter(salesforce: FakeSalesforce) -> None:
    salesforce.ambiguous.add(ADA.lead_id)

    outcomes = deliver(salesforce, ADA, made_up(2))

    assert outcomes[0] == Outcome(OutcomeKind.PERMANENT, "ambiguous external id")
    assert outcomes[1].kind is OutcomeKind.DELIVERED


@pytest.mark.case(59)
def test_an_address_that_ends_in_inc_is_written(salesforce: FakeSalesforce) -> None:
    (outcome,) = deliver(salesforce, made_up(1, work_email="ada@acme.inc"))

    assert outcome.kind is OutcomeKind.DELIVERED
    assert salesforce.records[ADA.lead_id]["Email"] == "ada@acme.inc"


def test_a_record_that_is_refused_names_their_code_and_nothing_of_the_lead(
    salesforce: FakeSalesforce,
) -> None:
    (outcome,) = deliver(salesforce, made_up(1, last_name=None))

    assert outcome.kind is OutcomeKind.PERMANENT
    assert outcome.reason == "refused by Salesforce: REQUIRED_FIELD_MISSING (400)"


def test_a_mapping_that_is_wrong_for_every_lead_holds_and_kills_none(
    salesforce: FakeSalesforce,
) -> None:
    fields = {**FIELDS, "Leadflow_Id__c": "lead_id"}

    (outcome,) = deliver(salesforce, fields=fields)

    assert outcome.kind is OutcomeKind.HELD
    assert outcome.reason == "Salesforce: INVALID_FIELD; mend destinations.yaml, or it"


def test_a_token_is_fetched_once_and_again_when_the_session_has_ended(
    salesforce: FakeSalesforce,
) -> None:
    async def run() -> list[Outcome]:
        async with open_http(timeout_seconds=3) as client:
            session = ClientCredentials(
                client, url=salesforce.url, client_id="client", secret="client-secret"
            )
            sink = Salesforce(
                client,
                session,
                url=salesforce.url,
                api_version="v62.0",
                object_name="Lead",
                external_id="Leadflow_Id__c",
                fields=FIELDS,
            )
            outcomes = [*await sink.deliver([made_up(1), made_up(2)])]
            salesforce.expire()
            return [*outcomes, *await sink.deliver([made_up(3)])]

    outcomes = asyncio.run(run())

    assert [outcome.kind for outcome in outcomes] == [OutcomeKind.DELIVERED] * 3
    assert salesforce.tokens_given == 2


def test_wrong_credentials_hold_and_a_wrong_token_holds(salesforce: FakeSalesforce) -> None:
    (with_credentials,) = deliver(salesforce, secret="wrong")
    salesforce.token = "another"
    (with_token,) = deliver(salesforce)

    assert with_credentials.kind is with_token.kind is OutcomeKind.HELD
    assert "client_secret" in with_credentials.reason
    assert salesforce.records == {}


def test_a_session_that_cannot_be_had_now_is_no_lost_answer(salesforce: FakeSalesforce) -> None:
    salesforce.fault(drops_answer=True)

    (outcome,) = deliver(salesforce, secret="client-secret")

    assert outcome.kind is OutcomeKind.TRANSIENT
