"""Callers that never finish are cut, wait for nobody, and cost the others nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from harness.receiver import Caller, RunningReceiver
from harness.server import until
from harness.tokens import callback_body, head

CROWD = 200
LIMIT_SECONDS = 15
HALF_HEAD = b"POST /api/clay/enriched HTTP/1.1\r\nHost: test\r\nX-Slow:"
HALF_BODY = head(1_000) + b'{"icp_score":'
STRANGERS_BODY = head(1_000, secret="wrong") + b'{"icp_score":'


@pytest.mark.case(60)
def test_200_half_heads_and_200_half_bodies_are_cut_and_delay_nobody(
    receiver: RunningReceiver,
) -> None:
    began = time.monotonic()
    with ExitStack() as stack:
        slow = [stack.enter_context(receiver.caller()) for _ in range(2 * CROWD)]
        for number, caller in enumerate(slow):
            caller.send(HALF_BODY if number % 2 else HALF_HEAD)
        with trickling(slow[0]):
            waits = honest_calls(receiver, until=began + 11)
            said = [words_until_closed(caller) for caller in slow]
        took = time.monotonic() - began

    assert waits[int(len(waits) * 0.99)] < 0.25
    assert took < LIMIT_SECONDS
    assert {words[:12] for words in said} == {b"HTTP/1.1 408"}
    until(lambda: cut(receiver) >= 2 * CROWD, "written down, as it is once a second")
    assert cut(receiver) == 2 * CROWD
    assert receiver.post(callback_body()).status == 200


def cut(receiver: RunningReceiver) -> int:
    """How many callers the log says were cut."""
    return sum(line.get("count", 0) for line in receiver.log)


@pytest.mark.case(60)
def test_a_connection_without_a_whole_request_is_closed(shared_receiver: RunningReceiver) -> None:
    starts = {b"": b"", b"\r\n": b"HTTP/1.1 408", STRANGERS_BODY: b"HTTP/1.1 401"}
    began = time.monotonic()
    with ExitStack() as stack:
        callers = [stack.enter_context(shared_receiver.caller()) for _ in starts]
        for caller, start in zip(callers, starts, strict=True):
            caller.send(start)
        second = stack.enter_context(shared_receiver.caller())
        assert second.post(callback_body()).status == 200
        second.send(HALF_HEAD)
        said = [words_until_closed(caller)[:12] for caller in (*callers, second)]

    assert said == [*starts.values(), b"HTTP/1.1 408"]
    assert time.monotonic() - began < LIMIT_SECONDS


def test_a_body_in_pieces_that_comes_in_time_is_taken(shared_receiver: RunningReceiver) -> None:
    body = callback_body(title="slow " * 20)
    with shared_receiver.caller() as caller:
        caller.send(head(len(body)))
        for start in range(0, len(body), 50):
            caller.send(body[start : start + 50])
            time.sleep(0.02)

        assert caller.answer().status == 200


def test_a_head_without_end_is_cut_at_once(shared_receiver: RunningReceiver) -> None:
    with shared_receiver.caller() as caller:
        caller.send(b"POST /api/clay/enriched HTTP/1.1\r\n")
        caller.send(b"X-Long: " + b"x" * 70_000)

        assert caller.answer().status == 431


def test_a_head_of_very_many_lines_is_cut(shared_receiver: RunningReceiver) -> None:
    lines = [f"X-{number}: y" for number in range(300)]

    assert shared_receiver.post(callback_body(), *lines[:150]).status == 200
    assert shared_receiver.post(callback_body(), *lines).status == 431
    with shared_receiver.caller() as caller:
        caller.send(head(10, *lines)[:-2])
        assert words_until_closed(caller)[:12] == b"HTTP/1.1 431"


def test_thousands_of_requests_at_once_on_one_connection_cost_no_memory_and_delay_nobody(
    receiver: RunningReceiver,
) -> None:
    before = receiver.memory_bytes
    with ExitStack() as stack:
        flood = [stack.enter_context(receiver.caller()) for _ in range(10)]
        for caller in flood:
            caller.socket.setblocking(False)
            with suppress(BlockingIOError):
                caller.socket.send(b"GET /x HTTP/1.1\r\nHost:\r\n\r\n" * 20_000)
        waits = honest_calls(receiver, until=time.monotonic() + 1)

    assert waits[int(len(waits) * 0.99)] < 0.25
    assert receiver.memory_bytes - before < 20_000_000


def test_what_is_no_http_behind_a_callback_gets_no_answer_that_could_pass_for_its_own(
    shared_receiver: RunningReceiver,
) -> None:
    body = callback_body()
    with shared_receiver.caller() as caller:
        caller.send(head(len(body)) + body + b"no HTTP\r\n\r\n")

        assert words_until_closed(caller)[:12] in {b"", b"HTTP/1.1 200"}


@pytest.mark.case(64)
@pytest.mark.parametrize(
    "idle_seconds",
    [6, pytest.param(30, marks=pytest.mark.long), pytest.param(70, marks=pytest.mark.long)],
)
def test_a_connection_is_good_again_after_it_was_idle(
    shared_receiver: RunningReceiver, idle_seconds: float
) -> None:
    with shared_receiver.caller() as caller:
        before = caller.post(callback_body())
        time.sleep(idle_seconds)
        after = caller.post(callback_body())

    assert (before.status, after.status) == (200, 200)


def honest_calls(receiver: RunningReceiver, *, until: float) -> list[float]:
    """Call 50 times a second, each time on a new connection; return how long each took, sorted."""
    waits = []
    for number in range(5_000):
        if time.monotonic() > until:
            break
        began = time.monotonic()
        assert receiver.post(callback_body(number)).status == 200
        waits.append(time.monotonic() - began)
        time.sleep(0.02)
    return sorted(waits)


@contextmanager
def trickling(caller: Caller) -> Iterator[None]:
    """Send one more byte now and then: what comes slowly must not count as progress."""
    done = threading.Event()

    def trickle() -> None:
        try:
            while not done.wait(0.5):
                caller.send(b"x")
        except OSError:
            return

    thread = threading.Thread(target=trickle, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(5)


def words_until_closed(caller: Caller) -> bytes:
    said = b""
    try:
        while data := caller.socket.recv(65_536):
            said += data
    except ConnectionError:
        pass
    return said
