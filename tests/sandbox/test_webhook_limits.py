"""What ends a webhook's or a table's life: submissions, rows, plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from clay_arch.sandbox import LIMITS, ConfigError, CrmColumn, HttpApiColumn, SandboxConfig, Switches

if TYPE_CHECKING:
    from tests.sandbox.conftest import Post, Start

COLUMN = HttpApiColumn(url="http://127.0.0.1:9/", body="{}")


@pytest.mark.fact("wire.record-limit")
def test_after_the_last_submission_the_answer_is_403_record_limit_reached(
    start: Start, post: Post
) -> None:
    clay = start(record_limit=2)

    answers = [post(clay.webhook_urls[0]) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert "Record limit reached for webhook" in answers[2].text
    assert clay.control.state()["webhooks"][0]["accepted"] == 2


@pytest.mark.fact("wire.record-limit")
def test_the_limit_is_50_000_and_counts_each_webhook_alone(start: Start, post: Post) -> None:
    clay = start(webhooks=2, record_limit=1)

    answers = [post(url).status_code for url in (*clay.webhook_urls, clay.webhook_urls[0])]

    assert SandboxConfig().record_limit == 50_000
    assert answers == [200, 200, 403]


@pytest.mark.fact("wire.record-limit")
def test_deleting_rows_does_not_help(start: Start, post: Post) -> None:
    clay = start(record_limit=1)
    post(clay.webhook_urls[0])

    clay.control.delete_rows()

    assert clay.control.state()["rows"]["in_table"] == 0
    assert post(clay.webhook_urls[0]).status_code == 403


@pytest.mark.fact("wire.record-limit")
def test_auto_delete_lifts_the_limit_and_empties_the_table(start: Start, post: Post) -> None:
    clay = start(plan="enterprise", auto_delete=True, record_limit=1, table_rows=1)

    for _ in range(3):
        assert post(clay.webhook_urls[0]).status_code == 200
        clay.control.wait_until_idle()

    assert clay.control.state()["rows"] == {
        "made": 3,
        "in_table": 0,
        "duplicates": 0,
        "turned_away": 0,
    }


@pytest.mark.fact("wire.record-limit")
def test_refused_requests_do_not_count_towards_the_limit(start: Start, post: Post) -> None:
    clay = start(token="right", record_limit=1)  # noqa: S106 - the sandbox's own
    post(clay.webhook_urls[0])

    answer = post(clay.webhook_urls[0], headers={"x-clay-webhook-auth": "right"})

    assert answer.status_code == 200


@pytest.mark.fact("wire.table-full")
def test_a_full_table_stops_taking_rows_silently(start: Start, post: Post) -> None:
    clay = start(table_rows=1)

    answers = [post(clay.webhook_urls[0]).status_code for _ in range(3)]

    state = clay.control.state()
    assert answers == [200, 200, 200]
    assert (state["rows"]["made"], state["rows"]["turned_away"]) == (1, 2)


@pytest.mark.fact("wire.table-full")
def test_what_a_full_table_answers_is_a_switch(start: Start, post: Post) -> None:
    clay = start(table_rows=0, switches=Switches(table_full_status=507))

    assert post(clay.webhook_urls[0]).status_code == 507
    assert clay.control.state()["webhooks"][0]["accepted"] == 0


@pytest.mark.fact("wire.table-full")
@pytest.mark.parametrize("plan", ["growth", "enterprise"])
def test_a_table_holds_the_rows_of_its_plan(plan: str) -> None:
    assert SandboxConfig(plan=plan).rows_allowed == LIMITS.plans[plan].rows == 50_000


@pytest.mark.fact("capability.webhook_source")
@pytest.mark.parametrize("plan", ["free", "launch", "starter"])
def test_a_plan_without_webhooks_is_refused_one_and_may_import_files(
    start: Start, plan: str
) -> None:
    with pytest.raises(ConfigError, match=f"the {plan} plan has not a webhook source"):
        SandboxConfig(plan=plan)

    clay = start(plan=plan, webhooks=0)

    assert clay.control.import_csv("email\na@b.example\n") == {"lines": 1, "rows": 1}


@pytest.mark.parametrize(
    ("plan", "settings", "missing"),
    [
        pytest.param(
            "launch",
            {"webhooks": 0, "callback": COLUMN},
            "an HTTP API column",
            marks=pytest.mark.fact("capability.http_api_column"),
        ),
        pytest.param(
            "explorer",
            {"crm": CrmColumn()},
            "a native CRM action",
            marks=pytest.mark.fact("capability.native_crm"),
        ),
        pytest.param(
            "growth",
            {"auto_delete": True},
            "auto-delete",
            marks=pytest.mark.fact("capability.auto_delete"),
        ),
    ],
)
def test_a_plan_is_refused_what_it_has_not(
    plan: str, settings: dict[str, Any], missing: str
) -> None:
    with pytest.raises(ConfigError, match=missing):
        SandboxConfig(plan=plan, **settings)


def test_every_problem_of_a_configuration_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        SandboxConfig(plan="free", callback=COLUMN, crm=CrmColumn(), auto_delete=True)

    assert len(str(caught.value).splitlines()) == 4


def test_an_unknown_plan_is_refused() -> None:
    with pytest.raises(ConfigError, match="plan 'gold' is none of free, launch"):
        SandboxConfig(plan="gold")
