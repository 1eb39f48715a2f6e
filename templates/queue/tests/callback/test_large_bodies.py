"""A body over the limit is refused without being kept in memory, and the caller hears it."""

from __future__ import annotations

import gzip
from contextlib import ExitStack

import pytest

from harness.receiver import RunningReceiver
from harness.tokens import callback_body, head

LIMIT = 131_072
LARGE = 10_000_000
CHUNK = b"x" * 60_000
MEGABYTE = 1024 * 1024


def in_chunks(size: int) -> bytes:
    chunk = b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK)
    return chunk * (size // len(CHUNK)) + b"0\r\n\r\n"


@pytest.mark.case(61)
@pytest.mark.parametrize("kind", ["length", "chunked"])
def test_ten_megabytes_are_answered_413_and_memory_stays_flat(
    receiver: RunningReceiver, kind: str
) -> None:
    receiver.post(callback_body())
    before = receiver.memory_bytes
    with ExitStack() as stack:
        callers = [stack.enter_context(receiver.caller()) for _ in range(5)]
        for caller in callers:
            if kind == "length":
                caller.send(head(LARGE) + b"x" * LARGE)
            else:
                caller.send(head(None, "Transfer-Encoding: chunked") + in_chunks(LARGE))

        assert [caller.answer().status for caller in callers] == [413] * 5
        assert [caller.post(callback_body()).status for caller in callers] == [200] * 5
    assert receiver.memory_bytes - before < 5 * MEGABYTE


@pytest.mark.case(61)
def test_the_refusal_comes_before_the_body(receiver: RunningReceiver) -> None:
    with receiver.caller() as caller:
        caller.send(head(LARGE))

        assert caller.answer().status == 413


@pytest.mark.case(61)
def test_a_compressed_body_is_refused_and_not_unpacked(receiver: RunningReceiver) -> None:
    bomb = gzip.compress(b" " * LARGE)

    assert receiver.post(bomb, "Content-Encoding: gzip").status == 415
    assert receiver.post(bomb).status == 400  # kept as it came


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
def test_the_limit_is_exact(receiver: RunningReceiver, size: int, status: int) -> None:
    body = callback_body()
    padded = body[:-1] + b" " * (size - len(body)) + b"}"

    assert receiver.post(padded).status == status
    with receiver.caller() as caller:
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(padded), padded)
        caller.send(head(None, "Transfer-Encoding: chunked") + chunk)
        assert caller.answer().status == status


def test_a_body_without_end_is_cut(receiver: RunningReceiver) -> None:
    with receiver.caller() as caller:
        caller.send(head(None, "Transfer-Encoding: chunked"))
        endless = b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK) * 2_000
        with pytest.raises(OSError, match=r"reset|pipe|abort"):
            caller.send(endless)


@pytest.mark.parametrize(
    ("lines", "status"),
    [([], 100), (["Authorization: Bearer wrong"], 401), (["Content-Type: text/plain"], 415)],
)
def test_a_caller_that_waits_for_100_continue_is_told_first(
    receiver: RunningReceiver, lines: list[str], status: int
) -> None:
    body = callback_body()
    with receiver.caller() as caller:
        caller.send(head(len(body), "Expect: 100-continue", *lines))

        assert caller.answer().status == status
        if status == 100:
            caller.send(body)
            assert caller.answer().status == 200
        else:
            assert caller.is_closed()  # nobody knows whether the body still comes
