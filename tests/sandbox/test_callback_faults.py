"""Callbacks that never come, come twice, late, or out of order."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from clay_arch.sandbox import parse_fault

if TYPE_CHECKING:
    from clay_arch.sandbox import RunningSandbox
    from tests.sandbox.conftest import Post, RecordingHandler, Start


def send_three(start: Start, post: Post, handler: RecordingHandler, fault: str) -> RunningSandbox:
    clay = start(columns=(), callback=handler.column(), faults=(parse_fault(fault),))
    for name in "abc":
        post(clay.webhook_urls[0], {"email": f"{name}@crunchy.example"})
    clay.control.wait_until_idle()
    return clay


def called(handler: RecordingHandler) -> str:
    return "".join(json.loads(body)["email"][0] for body in handler.bodies())


def test_a_dropped_callback_never_comes_and_is_counted(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    clay = send_three(start, post, handler, "drop_callback,count=1")

    assert called(handler) == "bc"
    assert clay.control.state()["callbacks"]["runs"] == {"done": 2, "dropped": 1}


@pytest.mark.fact("callback.duplicates")
def test_a_duplicated_callback_comes_twice(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    send_three(start, post, handler, "duplicate_callback,after=1,count=1")

    assert sorted(called(handler)) == ["a", "b", "b", "c"]


@pytest.mark.fact("callback.order")
def test_a_reordered_callback_comes_after_the_next(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    send_three(start, post, handler, "reorder_callback,count=1,seconds=5")

    assert called(handler).index("a") > called(handler).index("b")
    assert sorted(called(handler)) == ["a", "b", "c"]


@pytest.mark.fact("callback.order")
def test_a_reordered_callback_that_nothing_follows_comes_in_the_end(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    send_three(start, post, handler, "reorder_callback,after=2,count=1,seconds=0.2")

    assert sorted(called(handler)) == ["a", "b", "c"]


def test_a_late_callback_comes_late(start: Start, post: Post, handler: RecordingHandler) -> None:
    began = time.monotonic()

    send_three(start, post, handler, "delay_callback,count=1,seconds=0.4")

    assert sorted(called(handler)[:2]) == ["b", "c"]
    assert handler.times[2] - began >= 0.4
