"""The oracle: what the control endpoints say of what happened."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.testclient import TestClient

from clay_arch.sandbox import Control, EnrichmentColumn, SandboxConfig, Switches, create_app
from clay_arch.sandbox.arrivals import Arrivals

if TYPE_CHECKING:
    from tests.sandbox.conftest import Post, Start


def arrivals_at(*times: float) -> Arrivals:
    arrivals = Arrivals()
    for at in times:
        arrivals.record(at=at, method="POST", webhook=0, answer=200)
    return arrivals


def test_the_busiest_second_may_begin_anywhere() -> None:
    arrivals = arrivals_at(10.0, 10.9, 11.0, 11.5, 11.89, 13.0)

    assert arrivals.most_in_any_second() == 4
    assert arrivals.per_second() == [2, 3, 0, 1]


def test_without_arrivals_there_is_no_busiest_second() -> None:
    assert (Arrivals().most_in_any_second(), Arrivals().per_second()) == (0, [])


def test_every_request_is_recorded_with_time_answer_and_row(start: Start, post: Post) -> None:
    clay = start(burst=2)
    began = time.monotonic()

    for url in (clay.webhook_urls[0], clay.url + "/nowhere", *clay.webhook_urls * 2):
        post(url)

    arrivals = clay.control.arrivals()
    told = [(one["webhook"], one["answer"], one["rows"]) for one in arrivals]
    assert told == [(0, 200, [1]), (None, 404, []), (0, 200, [2]), (0, 429, [])]
    assert all(began <= one["at"] <= time.monotonic() for one in arrivals)


def test_the_control_endpoints_are_no_arrivals(start: Start) -> None:
    clay = start()

    clay.control.rows()
    unknown = httpx2.get(clay.control.url + "/nonsense", trust_env=False)

    state = clay.control.state()
    assert unknown.status_code == 404
    assert (state["requests"], state["posts"]) == (0, 0)


def test_only_posts_count_as_posts(start: Start) -> None:
    clay = start()

    httpx2.get(clay.webhook_urls[0], trust_env=False)

    state = clay.control.state()
    assert (state["requests"], state["posts"]) == (1, 0)


def test_a_reset_begins_anew(start: Start, post: Post) -> None:
    clay = start(burst=1, switches=Switches(enrichment_seconds=30))
    post(clay.webhook_urls[0])
    clay.control.set_faults("503")

    clay.control.reset()

    state = clay.control.state()
    assert state["is_idle"]
    assert (state["requests"], state["rows"]["made"], state["credits"]["spent"]) == (0, 0, 0)
    assert post(clay.webhook_urls[0]).status_code == 200


def test_waiting_for_rows_that_take_longer_is_an_error(start: Start, post: Post) -> None:
    clay = start(
        columns=(EnrichmentColumn(name="title", fact="job_title"),),
        switches=Switches(enrichment_seconds=30),
    )
    post(clay.webhook_urls[0])

    with pytest.raises(TimeoutError, match=r"still in work after 0\.1 s"):
        clay.control.wait_until_idle(0.1)


@pytest.mark.parametrize("row", [0, 7])
def test_a_row_that_is_not_there_cannot_be_run_again(start: Start, row: int) -> None:
    clay = start()

    with pytest.raises(ValueError, match=f"there is no row {row}"):
        clay.control.rerun(row)


def test_a_control_of_ones_own_reaches_a_sandbox_of_another_process(start: Start) -> None:
    clay = start()

    with Control(clay.url) as control:
        assert control.state()["rows"]["made"] == 0


def test_the_app_also_runs_without_a_server() -> None:
    config = SandboxConfig(switches=Switches(enrichment_seconds=0))

    with TestClient(create_app(config)) as client:
        answer = client.post(config.webhook_paths[0], json={"email": "a@b.example"})
        state = client.get("/_sandbox/state").json()

    assert answer.status_code == 200
    assert state["rows"]["made"] == 1


@pytest.mark.parametrize("depth", [100, 950, 2000])
def test_a_deeply_nested_row_is_shown_or_was_refused(start: Start, post: Post, depth: int) -> None:
    clay = start()
    headers = {"Content-Type": "application/json"}

    answer = post(clay.webhook_urls[0], content=b"[" * depth + b"]" * depth, headers=headers)
    clay.control.wait_until_idle()

    shown = httpx2.get(clay.control.url + "/rows", trust_env=False)
    assert shown.status_code == 200
    assert (b"[" * depth in shown.content) is answer.is_success
