"""When the HTTP API column calls, how often, how fast, and what it makes of the answer."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any, Literal

import pytest

from clay_arch.sandbox import LIMITS, EnrichmentColumn, HttpApiColumn, Switches, parse_fault

if TYPE_CHECKING:
    from clay_arch.sandbox import RunningSandbox
    from tests.sandbox.conftest import Post, RecordingHandler, Start

WHO = '{"email": "/{email}"}'


def run_one(start: Start, post: Post, column: HttpApiColumn, **settings: Any) -> RunningSandbox:
    """A sandbox with this column, after one row has been through it."""
    clay = start(columns=(), callback=column, **settings)
    post(clay.webhook_urls[0], {"email": "ada@crunchy.example", "callback_url": column.url})
    clay.control.wait_until_idle()
    return clay


def cell(clay: RunningSandbox) -> dict[str, Any]:
    return dict(clay.control.rows()[0]["cells"]["callback"])


def outcomes(clay: RunningSandbox) -> list[str]:
    return [attempt["outcome"] for attempt in clay.control.callbacks()]


@pytest.mark.fact("callback.headers")
def test_it_sends_json_and_the_configured_headers_and_no_signature(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    column = handler.column(headers={"Authorization": "Bearer secret", "X-Team": "rev ops"})

    run_one(start, post, column)

    headers = {name.lower(): value for name, value in handler.requests[0][1].items()}
    assert headers["content-type"] == "application/json"
    assert (headers["authorization"], headers["x-team"]) == ("Bearer secret", "rev ops")
    assert not [name for name in headers if "signature" in name]


@pytest.mark.fact("callback.headers")
def test_its_user_agent_is_a_switch(start: Start, post: Post, handler: RecordingHandler) -> None:
    run_one(start, post, handler.column(), switches=Switches(user_agent="Clay/1"))

    assert handler.requests[0][1]["User-Agent"] == "Clay/1"


@pytest.mark.fact("callback.retries")
@pytest.mark.parametrize("status", [408, 413, 429])
def test_by_default_408_413_and_429_are_tried_once_more_at_once(
    start: Start, post: Post, handler: RecordingHandler, status: int
) -> None:
    handler.script = [status, status, status]

    clay = run_one(start, post, handler.column())

    assert outcomes(clay) == [str(status)] * 2
    assert handler.times[1] - handler.times[0] < 0.5
    assert cell(clay) == {"status": "error", "value": None, "note": str(status)}


@pytest.mark.fact("callback.retries")
@pytest.mark.parametrize("status", [400, 401, 500, 503])
def test_by_default_5xx_and_other_statuses_are_not_tried_again(
    start: Start, post: Post, handler: RecordingHandler, status: int
) -> None:
    handler.script = [status]

    clay = run_one(start, post, handler.column())

    assert outcomes(clay) == [str(status)]


@pytest.mark.fact("callback.retries")
def test_the_list_may_hold_ranges(start: Start, post: Post, handler: RecordingHandler) -> None:
    handler.script = [503, 599]

    clay = run_one(start, post, handler.column(retries=5, retry_on=("429", "500-599")))

    assert outcomes(clay) == ["503", "599", "200"]
    assert cell(clay)["status"] == "done"


@pytest.mark.fact("callback.retries-most")
@pytest.mark.parametrize("retries", [-1, 6])
def test_more_than_5_retries_are_refused(retries: int) -> None:
    assert LIMITS.callback_retries_most == 5
    with pytest.raises(ValueError, match=f"retries={retries}: 0 to 5"):
        HttpApiColumn(url="", body="", retries=retries)


@pytest.mark.parametrize("entry", ["5xx", "500-", "econnreset", ""])
def test_a_retry_list_that_cannot_be_read_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is no status"):
        HttpApiColumn(url="", body="", retry_on=(entry,))


@pytest.mark.fact("callback.retries")
def test_a_refused_connection_is_tried_again(start: Start, post: Post) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    clay = run_one(start, post, HttpApiColumn(url=f"http://127.0.0.1:{port}/", body=WHO))

    assert outcomes(clay) == ["ECONNREFUSED"] * 2


@pytest.mark.fact("callback.retries")
def test_a_reset_connection_is_tried_again(start: Start, post: Post) -> None:
    target = start(faults=(parse_fault("accept_then_reset,count=1"),))

    clay = run_one(start, post, HttpApiColumn(url=target.webhook_urls[0], body=WHO))

    assert outcomes(clay) == ["ECONNRESET", "200"]


@pytest.mark.fact("callback.timeout")
@pytest.mark.fact("callback.duplicates")
def test_after_a_timeout_it_calls_again_and_the_handler_sees_the_row_twice(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    handler.delay_seconds = 1.5

    clay = run_one(start, post, handler.column(timeout_seconds=1))

    assert outcomes(clay) == ["ETIMEDOUT"] * 2
    assert len(set(handler.bodies())) == 1
    assert len(handler.requests) == 2


@pytest.mark.fact("callback.timeout")
def test_the_timeout_of_a_column_that_sets_none_is_a_switch(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    handler.delay_seconds = 0.5
    switches = Switches(callback_timeout_seconds=0.1)

    clay = run_one(start, post, handler.column(retries=0), switches=switches)

    assert outcomes(clay) == ["ETIMEDOUT"]


@pytest.mark.fact("callback.timeout-most")
@pytest.mark.parametrize("seconds", [0.5, 101])
def test_a_timeout_outside_1_to_100_seconds_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        HttpApiColumn(url="", body="", timeout_seconds=seconds)


@pytest.mark.fact("callback.rate")
def test_a_column_keeps_its_own_rate(start: Start, post: Post, handler: RecordingHandler) -> None:
    clay = start(columns=(), callback=handler.column(requests_per_second=20))

    for number in range(5):
        post(clay.webhook_urls[0], {"email": f"lead{number}@crunchy.example"})
    clay.control.wait_until_idle()

    starts = sorted(attempt["at"] for attempt in clay.control.callbacks())
    assert HttpApiColumn(url="", body="").requests_per_second == 100
    assert starts[-1] - starts[0] >= 4 * 0.05 - 0.005


@pytest.mark.fact("callback.skipped")
@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"run_condition": "email is empty"}, "Run condition not met"),
        ({"required": ("work_email",)}, "Some inputs missing"),
    ],
)
def test_it_does_not_call_when_the_condition_is_false_or_a_required_column_blank(
    start: Start, post: Post, handler: RecordingHandler, settings: dict[str, Any], note: str
) -> None:
    clay = run_one(start, post, handler.column(**settings))

    assert handler.requests == []
    assert cell(clay) == {"status": "skipped", "value": None, "note": note}
    assert clay.control.state()["actions"]["spent"] == 0


@pytest.mark.fact("callback.skipped")
def test_it_does_not_call_when_credits_ran_out_upstream(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    title = EnrichmentColumn(name="title", fact="job_title", credits=2)
    clay = start(credits=1, columns=(title,), callback=handler.column('{"title": "/{title}"}'))

    post(clay.webhook_urls[0])
    clay.control.wait_until_idle()

    assert handler.requests == []
    assert cell(clay)["note"] == "ERROR_OUT_OF_CREDITS"


@pytest.mark.fact("callback.duplicates")
def test_a_rerun_calls_again_unless_existing_results_are_kept(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    replacing = run_one(start, post, handler.column())
    keeping = run_one(start, post, handler.column(keep_existing_results=True))

    for clay in (replacing, keeping):
        clay.control.rerun(1, "callback")
        clay.control.wait_until_idle()

    assert [len(clay.control.callbacks()) for clay in (replacing, keeping)] == [2, 1]
    assert replacing.control.state()["actions"]["spent"] == 2


@pytest.mark.fact("callback.duplicates")
def test_a_duplicate_row_is_a_second_callback(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    clay = run_one(start, post, handler.column())

    post(clay.webhook_urls[0], {"email": "ada@crunchy.example"})
    clay.control.wait_until_idle()

    assert handler.bodies() == [b'{"email": "ada@crunchy.example"}'] * 2


@pytest.mark.fact("callback.order")
def test_callbacks_come_as_rows_finish_or_by_switch_as_they_arrived(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    sent = [f"lead{number}@crunchy.example" for number in range(8)]
    column = EnrichmentColumn(name="title", fact="job_title")

    def called(order: Literal["as-finished", "as-arrived"]) -> list[str]:
        handler.requests.clear()
        switches = Switches(enrichment_seconds=0.4, callback_order=order)
        clay = start(columns=(column,), callback=handler.column(), switches=switches)
        for email in sent:
            post(clay.webhook_urls[0], {"email": email})
        clay.control.wait_until_idle()
        return [json.loads(body)["email"] for body in handler.bodies()]

    as_finished, as_arrived = called("as-finished"), called("as-arrived")

    assert sorted(as_finished) == as_arrived == sent
    assert as_finished != sent


@pytest.mark.fact("callback.url")
def test_the_url_may_be_a_column(start: Start, post: Post, handler: RecordingHandler) -> None:
    clay = start(callback=HttpApiColumn(url="/{callback_url}", body=WHO))

    post(clay.webhook_urls[0], {"email": "a@b.example", "callback_url": handler.url + "/mine"})
    clay.control.wait_until_idle()

    assert [path for path, _headers, _body in handler.requests] == ["/mine"]


def test_a_url_that_is_none_is_a_cell_error(start: Start, post: Post) -> None:
    clay = run_one(start, post, HttpApiColumn(url="nonsense", body=WHO))

    assert cell(clay) == {"status": "error", "value": None, "note": "EINVAL"}


@pytest.mark.fact("callback.result")
@pytest.mark.parametrize(
    ("answer", "value"),
    [(b'{"ok": true, "duplicate": false}', {"ok": True, "duplicate": False}), (b"fine", "fine")],
)
def test_the_answers_json_becomes_the_cells_value_for_1_action_and_0_credits(
    start: Start, post: Post, handler: RecordingHandler, answer: bytes, value: object
) -> None:
    handler.answer = answer

    clay = run_one(start, post, handler.column())

    state = clay.control.state()
    assert cell(clay) == {"status": "done", "value": value, "note": ""}
    assert (state["actions"]["spent"], state["credits"]["spent"]) == (1, 0)


@pytest.mark.fact("callback.loop")
def test_a_callback_to_its_own_webhook_loops_and_burns_credits(start: Start, post: Post) -> None:
    title = EnrichmentColumn(name="title", fact="job_title", credits=1)
    body = '{"email": "/{email}", "callback_url": "/{callback_url}"}'
    clay = start(
        columns=(title,), callback=HttpApiColumn(url="/{callback_url}", body=body), table_rows=12
    )

    post(
        clay.webhook_urls[0],
        {"email": "a@b.example", "callback_url": clay.webhook_urls[0]},
    )
    deadline = time.monotonic() + 10
    while clay.control.state()["rows"]["turned_away"] == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    clay.control.wait_until_idle()

    state = clay.control.state()
    assert state["posts"] > 1
    assert state["rows"]["made"] == 12
    assert state["callbacks"]["looped"] >= 12
    assert state["credits"]["spent"] == 12
