"""What the webhook source answers to one request."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from clay_arch.sandbox import LIMITS, Switches

if TYPE_CHECKING:
    from clay_arch.sandbox import RunningSandbox
    from tests.sandbox.conftest import Post, Start

JSON = {"Content-Type": "application/json"}


@pytest.mark.fact("wire.url")
def test_the_url_has_clays_path_and_ends_in_a_uuid4(start: Start) -> None:
    clay = start()

    assert re.fullmatch(
        r"http://127\.0\.0\.1:\d+/v3/sources/webhook/pull-in-data-from-a-webhook-"
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        clay.webhook_urls[0],
    )


@pytest.mark.fact("wire.url")
def test_the_short_url_reaches_the_same_webhook(start: Start, post: Post) -> None:
    clay = start()
    short = clay.webhook_urls[0].replace("pull-in-data-from-a-webhook-", "")

    answer = post(short)

    assert answer.status_code == 200
    assert clay.control.state()["webhooks"][0]["accepted"] == 1


def test_the_same_seed_gives_the_same_urls_and_another_seed_others(start: Start) -> None:
    first, again, other = start(seed=1), start(seed=1), start(seed=2)

    def path(clay: RunningSandbox) -> str:
        return clay.webhook_urls[0].removeprefix(clay.url)

    assert path(first) == path(again) != path(other)


@pytest.mark.fact("wire.content-type")
@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_without_the_json_content_type_the_answer_is_400(
    start: Start, post: Post, content_type: str | None
) -> None:
    clay = start()
    headers = {"Content-Type": content_type} if content_type else {}

    answer = post(clay.webhook_urls[0], content=b'{"email": "a@b.example"}', headers=headers)

    assert answer.status_code == 400
    assert clay.control.rows() == []


@pytest.mark.fact("wire.content-type")
def test_a_charset_beside_the_content_type_does_no_harm(start: Start, post: Post) -> None:
    clay = start()
    headers = {"Content-Type": "application/json; charset=utf-8"}

    answer = post(clay.webhook_urls[0], content=b"{}", headers=headers)

    assert answer.status_code == 200


@pytest.mark.fact("wire.auth")
@pytest.mark.parametrize(
    ("sent", "status"), [({}, 401), ({"x-clay-webhook-auth": "wrong"}, 401)], ids=["none", "wrong"]
)
def test_a_missing_or_wrong_token_is_401(
    start: Start, post: Post, sent: dict[str, str], status: int
) -> None:
    clay = start(token="right")  # noqa: S106 - the sandbox's own

    answer = post(clay.webhook_urls[0], headers=sent)

    assert answer.status_code == status
    assert clay.control.rows() == []


@pytest.mark.fact("wire.auth")
def test_the_right_token_is_accepted_and_no_token_is_asked_where_none_is_set(
    start: Start, post: Post
) -> None:
    guarded, open_to_all = start(token="right"), start()  # noqa: S106 - the sandbox's own

    assert post(guarded.webhook_urls[0], headers={"x-clay-webhook-auth": "right"}).is_success
    assert post(open_to_all.webhook_urls[0]).is_success


@pytest.mark.fact("wire.body")
def test_one_object_is_one_row_with_a_column_for_each_key(start: Start, post: Post) -> None:
    clay = start()

    post(clay.webhook_urls[0], {"email": "ada@crunchy.example", "score": 3})

    assert [row["values"] for row in clay.control.rows()] == [
        {"email": "ada@crunchy.example", "score": 3}
    ]


@pytest.mark.fact("wire.body")
def test_an_array_becomes_one_row(start: Start, post: Post) -> None:
    clay = start()

    answer = post(clay.webhook_urls[0], [{"email": "a@b.example"}, {"email": "c@d.example"}])

    assert answer.status_code == 200
    assert [row["values"] for row in clay.control.rows()] == [
        {"webhook": [{"email": "a@b.example"}, {"email": "c@d.example"}]}
    ]


@pytest.mark.fact("wire.body")
def test_by_switch_an_array_becomes_a_row_each(start: Start, post: Post) -> None:
    clay = start(switches=Switches(enrichment_seconds=0, array_is="row-each"))

    post(clay.webhook_urls[0], [{"email": "a@b.example"}, {"email": "c@d.example"}])

    assert len(clay.control.rows()) == 2


@pytest.mark.fact("wire.size")
@pytest.mark.parametrize(("over", "status"), [(0, 200), (1, 400), (400_000, 400)])
def test_a_body_over_100_000_bytes_is_400_and_not_413(
    start: Start, post: Post, over: int, status: int
) -> None:
    clay = start()
    frame = len(json.dumps({"x": ""}))
    body = json.dumps({"x": "x" * (LIMITS.body_bytes - frame + over)}).encode()

    answer = post(clay.webhook_urls[0], content=body, headers=JSON)

    assert len(body) == 100_000 + over
    assert answer.status_code == status


@pytest.mark.fact("wire.success")
@pytest.mark.parametrize("status", [200, 202])
def test_success_is_200_or_202_and_its_body_holds_no_row_id(
    start: Start, post: Post, status: int
) -> None:
    clay = start(switches=Switches(success_status=status))

    answer = post(clay.webhook_urls[0])

    assert answer.status_code == status
    assert answer.text == Switches().success_body
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


@pytest.mark.fact("wire.undocumented-statuses")
def test_what_nobody_documents_is_answered_as_the_switches_say(start: Start, post: Post) -> None:
    switches: dict[str, Any] = {
        "unknown_url_status": 410,
        "malformed_status": 422,
        "wrong_method_status": 404,
    }
    clay = start(switches=Switches(**switches))
    url = clay.webhook_urls[0]

    assert post(clay.url + "/v3/sources/webhook/nobody").status_code == 410
    assert post(url, content=b"{", headers=JSON).status_code == 422
    assert post(url, content=b"[" * 90_000, headers=JSON).status_code == 422
    assert post(url, content=b"\xff", headers=JSON).status_code == 422


@pytest.mark.fact("wire.undocumented-statuses")
def test_by_default_an_unknown_url_is_404_and_a_get_is_405(start: Start, post: Post) -> None:
    clay = start()

    assert post(clay.url + "/v3/sources/webhook/nobody").status_code == 404
    assert httpx2.get(clay.webhook_urls[0], trust_env=False).status_code == 405


def test_error_bodies_are_json_or_by_switch_text(start: Start, post: Post) -> None:
    as_json = start(record_limit=0)
    as_text = start(record_limit=0, switches=Switches(error_body="text"))

    assert post(as_json.webhook_urls[0]).json()["message"] == "Record limit reached for webhook"
    assert post(as_text.webhook_urls[0]).text == "Record limit reached for webhook"
