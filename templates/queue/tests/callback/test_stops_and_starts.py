"""The server says whether it is ready, stops without losing anything, and tells nobody too much."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from harness.receiver import RunningReceiver
from harness.tokens import SECRETS, callback_body, callback_fields, head, token_for
from leadflow.domain.errors import SettingsError
from leadflow.entrypoints.server import listen


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_has_begun_and_ends_with_0(
    receiver: RunningReceiver, stop: signal.Signals
) -> None:
    body = callback_body()
    with receiver.caller() as caller, receiver.caller() as idle:
        idle.post(callback_body(2))
        caller.send(head(len(body)) + body[:100])
        time.sleep(0.2)  # it has arrived

        receiver.process.send_signal(stop)

        assert idle.is_closed()
        caller.send(body[100:])
        answer = caller.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert receiver.process.wait(30) == 0
    assert [line["event"] for line in receiver.log][-1] == "stopped"


def test_a_stop_does_not_wait_for_a_body_that_never_comes(receiver: RunningReceiver) -> None:
    with receiver.caller() as caller:
        caller.send(head(1_000) + b"{")
        time.sleep(0.2)  # it has arrived

        receiver.process.terminate()

        assert receiver.process.wait(30) == 0


@pytest.mark.case(55)
def test_ready_means_that_the_inbox_commits(receiver: RunningReceiver) -> None:
    broken = receiver.folder / "broken"
    with receiver.caller() as caller:
        assert caller.get("/readyz").json == {"status": "ready"}
        broken.touch()
        time.sleep(1.1)  # an answer is good for a second

        assert (caller.get("/readyz").status, caller.get("/healthz").status) == (503, 200)
        answer = caller.post(callback_body())
        assert (answer.status, answer.headers["retry-after"]) == (429, "1")

        broken.unlink()
        time.sleep(2.1)  # a failure counts for two
        assert caller.get("/readyz").status == 200
        assert caller.post(callback_body()).json == {"ok": True, "duplicate": False}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_post_is_allowed_on_the_callback(
    shared_receiver: RunningReceiver, method: str
) -> None:
    with shared_receiver.caller() as caller:
        answer = caller.get("/api/clay/enriched", method=method)

    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/openapi.json", "/redoc", "/api/clay/enriched/", "/api"]
)
def test_there_is_nothing_else(shared_receiver: RunningReceiver, path: str) -> None:
    with shared_receiver.caller() as caller:
        assert caller.get(path).status == 404


def test_what_comes_through_a_proxy_sees_no_metrics(shared_receiver: RunningReceiver) -> None:
    with shared_receiver.caller() as caller:
        assert caller.get("/metrics").status == 200
        assert caller.get("/metrics", "X-Forwarded-For: 127.0.0.1").status == 404


def test_answers_do_not_name_the_software(shared_receiver: RunningReceiver) -> None:
    assert "server" not in shared_receiver.post(callback_body()).headers


def test_metrics_count_answers_secrets_and_keys(receiver: RunningReceiver) -> None:
    body = callback_body()
    with receiver.caller() as caller:
        for secret in (*SECRETS, "wrong"):
            caller.post(body, secret=secret)
        caller.post(b"{")

        text = caller.get("/metrics").body.decode()

    for line in (
        'leadflow_callbacks_total{outcome="accepted"} 1.0',
        'leadflow_callbacks_total{outcome="duplicate"} 1.0',
        'leadflow_callbacks_total{outcome="unauthorized"} 1.0',
        'leadflow_callbacks_total{outcome="unreadable"} 1.0',
        'leadflow_secret_used_total{slot="1"} 2.0',
        'leadflow_secret_used_total{slot="2"} 1.0',
        'leadflow_token_key_used_total{kid="k2"} 2.0',
        "leadflow_callback_age_seconds_count 2.0",
        "leadflow_callback_seconds_count 4.0",
    ):
        assert line in text.splitlines()


def test_the_log_holds_no_value_that_came_in(receiver: RunningReceiver) -> None:
    token = token_for(7)
    with receiver.caller() as caller:
        caller.post(callback_body(7, token=token))
        caller.post(callback_body(7, email="grace@hopper.example", token=token))
        caller.post(callback_body(7, icp_score="grace"), secret="grace-secret")
        caller.post(callback_body(7, icp_score="grace"))
        caller.get("/grace?email=grace@hopper.example", "X-Name: grace")
        caller.send(b"grace@hopper.example\r\n\r\n")
    receiver.process.terminate()
    receiver.process.wait(30)

    written = (receiver.folder / "log.jsonl").read_text()

    assert '"accepted"' in written
    values = [*SECRETS, token, "grace", *map(str, callback_fields(7).values())]
    assert [value for value in values if value != "85" and value in written] == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])  # noqa: S104
def test_other_machines_are_let_in_only_behind_a_proxy(host: str) -> None:
    with pytest.raises(SettingsError, match="--behind-proxy"):
        listen(host, 0, is_behind_proxy=False)


def test_a_port_that_is_taken_is_said_in_one_sentence(shared_receiver: RunningReceiver) -> None:
    with pytest.raises(SettingsError, match="cannot listen on"):
        listen("127.0.0.1", shared_receiver.port, is_behind_proxy=False)


def test_behind_a_proxy_every_address_is_listened_on() -> None:
    with listen("0.0.0.0", 0, is_behind_proxy=True) as listener:  # noqa: S104
        assert listener.getsockname()[1] > 0


@pytest.mark.case(51)
def test_50_identical_callbacks_at_once_are_one(receiver: RunningReceiver) -> None:
    body = callback_body()
    answers: list[bool] = []
    start = threading.Barrier(50)

    def call() -> None:
        with receiver.caller() as caller:
            start.wait(20)
            answer = caller.post(body)
            assert answer.status == 200
            answers.append(answer.json["duplicate"])

    threads = [threading.Thread(target=call) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert (len(answers), answers.count(False)) == (50, 1)
    assert len(receiver.taken) == 1
