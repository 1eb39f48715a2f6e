"""The HTTP sink against a server that makes trouble: what is certain, and what is not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence

import httpx2
import pytest

from destinations import FakeOutreach, running
from harness.deliveries import made_up
from leadflow.adapters.sinks.http import HttpSink
from leadflow.adapters.sinks.http_client import HttpClient, open_http
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind

ADA = made_up(1, destination="outreach")
BODY: Mapping[str, object] = {
    "email": "work_email",
    "person": {"name": "first_name", "tags": [{"value": "new"}, "title"]},
    "campaign": {"value": "new-leads"},
    "reference": "lead_id",
}


@pytest.fixture
def outreach() -> Iterator[FakeOutreach]:
    with running(FakeOutreach()) as fake:
        yield fake


async def deliver(
    fake: FakeOutreach,
    *deliveries: Delivery,
    timeout_seconds: float = 3,
    conflict_means_delivered: bool = False,
) -> Sequence[Outcome]:
    async with open_http(timeout_seconds=timeout_seconds) as client:
        sink = HttpSink(
            client,
            url=f"{fake.url}/enrol",
            method="POST",
            headers={"Authorization": f"Bearer {fake.token}"},
            body=BODY,
            is_enrolment=True,
            conflict_means_delivered=conflict_means_delivered,
        )
        return await sink.deliver(deliveries or [ADA])


def outcome_of(fake: FakeOutreach, **options: object) -> Outcome:
    (outcome,) = asyncio.run(deliver(fake, **options))  # type: ignore[arg-type] # any of them
    return outcome


def test_the_body_is_mapped_from_data_and_what_the_lead_lacks_is_left_out(
    outreach: FakeOutreach,
) -> None:
    assert outcome_of(outreach).kind is OutcomeKind.DELIVERED

    (record,) = outreach.records.values()
    assert record["email"] == "ada1@acme.com"
    assert record["campaign"] == "new-leads"
    assert record["person"]["name"] == "Ada"


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        (200, OutcomeKind.DELIVERED, ""),
        (204, OutcomeKind.DELIVERED, ""),
        (302, OutcomeKind.PERMANENT, "redirect"),
        (400, OutcomeKind.PERMANENT, "refused"),
        (401, OutcomeKind.HELD, "token"),
        (403, OutcomeKind.HELD, "token"),
        (404, OutcomeKind.HELD, "URL"),
        (408, OutcomeKind.LOST, "408"),
        (409, OutcomeKind.PERMANENT, "409"),
        (422, OutcomeKind.PERMANENT, "refused"),
        (429, OutcomeKind.HELD, "rate limited"),
        (500, OutcomeKind.LOST, "server error"),
        (502, OutcomeKind.LOST, "server error"),
        (503, OutcomeKind.TRANSIENT, "503"),
        (504, OutcomeKind.LOST, "server error"),
    ],
)
def test_each_status_means_one_thing(
    outreach: FakeOutreach, status: int, kind: OutcomeKind, word: str
) -> None:
    outreach.fault(status=status)

    outcome = outcome_of(outreach)

    assert outcome.kind is kind
    assert word in outcome.reason


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("soon", 10.0), ("-5", 10.0), (None, 10.0)]
)
def test_a_rate_limit_says_how_long_or_means_ten_seconds(
    outreach: FakeOutreach, header: str | None, seconds: float
) -> None:
    outreach.fault(status=429, retry_after=header)

    assert outcome_of(outreach).retry_after_seconds == seconds


def test_a_redirect_is_not_followed(outreach: FakeOutreach) -> None:
    with running(FakeOutreach()) as stranger:
        outreach.fault(status=307, location=f"{stranger.url}/enrol")

        assert outcome_of(outreach).kind is OutcomeKind.PERMANENT

        assert stranger.requests == []


def test_a_conflict_is_a_delivery_where_the_settings_say_so(outreach: FakeOutreach) -> None:
    outreach.refuses_doubles = True
    asyncio.run(deliver(outreach))

    outcome = outcome_of(outreach, conflict_means_delivered=True)

    assert outcome.kind is OutcomeKind.DELIVERED
    assert outreach.enrolments[ADA.lead_id] == 1


def test_a_connection_that_is_refused_has_delivered_nothing() -> None:
    with running(FakeOutreach()) as gone:
        pass

    outcome = outcome_of(gone)

    assert outcome.kind is OutcomeKind.TRANSIENT
    assert "could not be reached" in outcome.reason


def test_an_answer_that_is_cut_off_is_lost(outreach: FakeOutreach) -> None:
    outreach.fault(drops_answer=True)

    assert outcome_of(outreach).kind is OutcomeKind.LOST
    assert outreach.enrolments[ADA.lead_id] == 1


def test_a_yes_stands_when_the_words_after_it_never_come() -> None:
    async def run(status: bytes) -> Outcome:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"}")
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 9\r\n\r\n{")
            await reader.read()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        fake = FakeOutreach(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with server:
            (outcome,) = await deliver(fake, timeout_seconds=0.3)
        return outcome

    assert asyncio.run(run(b"201 Created")).kind is OutcomeKind.DELIVERED
    assert asyncio.run(run(b"400 Bad Request")).kind is OutcomeKind.LOST


@pytest.mark.parametrize("name", ["Content-Type", "content-type"])
def test_a_header_of_theirs_replaces_ours(name: str) -> None:
    async def run() -> bytes:
        heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.set_result(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, open_http(timeout_seconds=3) as client:
            sink = HttpSink(
                client,
                url=url,
                method="POST",
                headers={name: "application/vnd.api+json"},
                body=BODY,
                is_enrolment=True,
                conflict_means_delivered=False,
            )
            await sink.deliver([ADA])
        return await heard

    head = asyncio.run(run()).lower()

    assert head.count(b"content-type:") == 1
    assert b"application/vnd.api+json" in head


def test_the_whole_call_has_a_deadline(outreach: FakeOutreach) -> None:
    outreach.fault(latency_seconds=1)

    assert outcome_of(outreach, timeout_seconds=0.2).kind is OutcomeKind.LOST


def test_every_attempt_at_an_enrolment_carries_the_same_key(outreach: FakeOutreach) -> None:
    asyncio.run(deliver(outreach))
    asyncio.run(deliver(outreach))

    assert outreach.idempotency_keys == [f"outreach:{ADA.lead_id}"] * 2


def test_connections_are_used_again(outreach: FakeOutreach) -> None:
    async def twice() -> int:
        async with open_http(timeout_seconds=3) as client:
            url = httpx2.URL(f"{outreach.url}/enrol")
            headers = httpx2.Headers({"Authorization": "Bearer secret-token"})
            for _ in range(2):
                await client.send("POST", url, headers=headers, body=b'{"email": "a@b.co"}')
            return idle_connections(client)

    assert asyncio.run(twice()) == 1


def idle_connections(client: HttpClient) -> int:
    return len(client._idle)


def test_no_proxy_of_the_environment_is_asked(
    outreach: FakeOutreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert outcome_of(outreach).kind is OutcomeKind.DELIVERED


def test_neither_token_nor_lead_is_logged_or_in_a_reason(
    outreach: FakeOutreach, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outreach.fault(status=422)

    outcome = outcome_of(outreach)

    said = outcome.reason + "".join(
        record.getMessage() for record in caplog.records if record.name != "asyncio"
    )
    assert "secret-token" not in said
    assert "ada1" not in said
