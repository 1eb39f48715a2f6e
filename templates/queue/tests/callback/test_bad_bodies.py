"""Whatever a caller with the secret sends, it is stored or kept, and never breaks the server."""

from __future__ import annotations

import pytest

from harness.bad_bodies import FIELDS, VALUES, WHOLE_BODIES, body_with, expected
from harness.receiver import RunningReceiver
from harness.tokens import callback_body


@pytest.mark.case(62)
def test_a_body_that_is_wrong_as_a_whole_is_refused_and_kept(receiver: RunningReceiver) -> None:
    with receiver.caller() as caller:
        answers = {name: caller.post(body).status for name, (body, _) in WHOLE_BODIES.items()}

    assert answers == {name: status for name, (_, status) in WHOLE_BODIES.items()}
    kept = [bytes.fromhex(entry["quarantine"]) for entry in receiver.taken]
    assert kept == [body for body, _ in WHOLE_BODIES.values()]


@pytest.mark.case(62)
@pytest.mark.parametrize("field", FIELDS)
def test_a_bad_value_is_refused_where_it_matters_and_kept(
    receiver: RunningReceiver, field: str
) -> None:
    bodies = {value: body_with(field, value, n) for n, value in enumerate(VALUES)}

    with receiver.caller() as caller:
        answers = {value: caller.post(body).status for value, body in bodies.items()}

    assert answers == {value: expected(field, value) for value in VALUES}
    kept = [bytes.fromhex(entry["quarantine"]) for entry in receiver.taken if "reason" in entry]
    assert kept == [body for value, body in bodies.items() if answers[value] != 200]
    stored = [entry for entry in receiver.taken if "facts" in entry]
    assert len(stored) == list(answers.values()).count(200)


def test_after_all_of_it_a_good_callback_is_taken_on_the_same_connection(
    receiver: RunningReceiver,
) -> None:
    with receiver.caller() as caller:
        for body, status in WHOLE_BODIES.values():
            assert caller.post(body).status == status
            assert caller.post(callback_body()).status == 200


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Content-Type: -"], 415),
        (["Content-Type: text/plain"], 415),
        (["Content-Type: application/x-www-form-urlencoded"], 415),
        (["Content-Type: multipart/form-data; boundary=x"], 415),
        (["Content-Type: application/json; charset=latin-1"], 415),
        (["Content-Type: application/jsonp"], 415),
        (["Content-Type: application/vnd.api+json"], 415),
        (["Content-Type: application/json"], 200),
        (["Content-Type: Application/JSON; Charset=UTF-8"], 200),
        (['Content-Type: application/json;charset="utf-8"'], 200),
        (["Content-Encoding: identity"], 200),
        (["Content-Encoding: gzip"], 415),
        (["Content-Encoding: br"], 415),
        (["Content-Encoding: gzip, identity"], 415),
        (["Upgrade: websocket", "Connection: Upgrade"], 400),
    ],
)
def test_only_plain_json_is_read(
    shared_receiver: RunningReceiver, lines: list[str], status: int
) -> None:
    answer = shared_receiver.post(callback_body(), *lines)

    assert (answer.status, answer.body == b"") == (status, status != 200)


POST = b"POST /api/clay/enriched HTTP/1.1\r\nHost: test\r\n"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        POST + b"Content-Length: -5\r\n\r\n",
        POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        POST + b"Content-Length: 99999999999999999999\r\n\r\n",
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + b"No colon at all\r\n\r\n",
        POST.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n",
        POST.replace(b"enriched", b"enrich\xff") + b"\r\n",
        POST.replace(b"/api", b"http://[") + b"\r\n",
        POST.replace(b"/api", b"") + b"\r\n",
        POST.replace(b"POST", b"CONNECT") + b"\r\n",
    ],
)
def test_what_is_no_http_ends_its_own_connection_only(
    shared_receiver: RunningReceiver, request_bytes: bytes
) -> None:
    with shared_receiver.caller() as caller:
        caller.send(request_bytes)
        said = caller.last_words()

    assert said == b"" or said.startswith(b"HTTP/1.1 4")
    assert shared_receiver.post(callback_body()).status == 200
    assert not [line for line in shared_receiver.log if line["level"] == "error"]
