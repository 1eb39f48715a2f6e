"""What enrichment columns find, when, and what that costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from clay_arch.sandbox import DEFAULT_COLUMNS, EnrichmentColumn, Switches, parse_fault
from clay_arch.sandbox.enrichment import FACTS, draw_row

if TYPE_CHECKING:
    from clay_arch.sandbox import RunningSandbox
    from tests.sandbox.conftest import Post, Start

ADA = {"email": "ada@crunchy.example", "first_name": "Ada", "last_name": "Lovelace"}


def found(values: dict[str, object], *, seed: int = 0) -> dict[str, object]:
    return {column.name: one.value for column, one in draw_row(DEFAULT_COLUMNS, values, seed=seed)}


def cells(clay: RunningSandbox) -> dict[str, Any]:
    clay.control.wait_until_idle()
    return dict(clay.control.rows()[0]["cells"])


def test_the_same_lead_is_always_enriched_alike_whatever_travels_beside_it() -> None:
    first = found({**ADA, "token": "one"})
    again = found({**ADA, "token": "two"})

    assert first == again


def test_another_seed_or_lead_finds_something_else() -> None:
    assert found(dict(ADA)) != found(dict(ADA), seed=1)
    assert found(dict(ADA)) != found({**ADA, "email": "bob@crunchy.example"})


def test_every_fact_can_be_found_for_a_row_without_anything() -> None:
    columns = [EnrichmentColumn(name=fact, fact=fact) for fact in FACTS]

    assert all(one.value is not None for _column, one in draw_row(columns, {}, seed=0))


def test_a_share_of_rows_has_no_result() -> None:
    column = EnrichmentColumn(name="work_email", fact="work_email", no_result_share=0.1)
    rows = [{"email": f"lead{number}@crunchy.example"} for number in range(1000)]

    without = sum(draw_row([column], row, seed=0)[0][1].value is None for row in rows)

    assert 70 <= without <= 130


@pytest.mark.fact("wire.latency")
def test_cells_fill_after_their_latency_and_not_before(start: Start, post: Post) -> None:
    clay = start(switches=Switches(enrichment_seconds=0.3))
    began = time.monotonic()
    post(clay.webhook_urls[0], ADA)
    at_once = clay.control.rows()[0]["cells"]

    clay.control.wait_until_idle()

    assert {cell["status"] for cell in at_once.values()} == {"queued"}
    assert time.monotonic() - began >= 0.15
    assert "queued" not in {cell["status"] for cell in cells(clay).values()}


@pytest.mark.fact("meter.credits_per_lead")
def test_a_row_costs_6_credits_and_an_action_per_enrichment(start: Start, post: Post) -> None:
    clay = start()
    post(clay.webhook_urls[0], ADA)
    clay.control.wait_until_idle()

    state = clay.control.state()

    assert state["credits"] == {"spent": 6, "left": 5994}
    assert state["actions"] == {"spent": 3, "left": 39_997}


@pytest.mark.fact("meter.out-of-credits")
def test_out_of_credits_cells_fail_and_rows_keep_arriving(start: Start, post: Post) -> None:
    clay = start(credits=0)

    answers = [post(clay.webhook_urls[0], ADA).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert cells(clay)["job_title"] == {
        "status": "error",
        "value": None,
        "note": "ERROR_OUT_OF_CREDITS",
    }
    assert cells(clay)["icp_score"]["status"] == "done"
    assert clay.control.state()["credits"] == {"spent": 0, "left": 0}


def test_out_of_actions_cells_fail_too(start: Start, post: Post) -> None:
    clay = start(actions=1)
    post(clay.webhook_urls[0], ADA)

    notes = [cell["note"] for cell in cells(clay).values()]

    assert notes.count("ERROR_OUT_OF_CREDITS") == 2
    assert clay.control.state()["actions"] == {"spent": 1, "left": 0}


def test_the_fault_out_of_credits_fails_one_cell_and_spends_nothing(
    start: Start, post: Post
) -> None:
    clay = start(faults=(parse_fault("out_of_credits,count=1"),))
    post(clay.webhook_urls[0], ADA)

    notes = [cell["note"] for cell in cells(clay).values()]

    assert notes.count("ERROR_OUT_OF_CREDITS") == 1
    assert clay.control.state()["credits"]["spent"] == 4


@pytest.mark.fact("conflict.no-result")
@pytest.mark.parametrize(("charged", "spent"), [(True, 2), (False, 0)])
def test_whether_no_result_is_charged_is_a_switch(
    start: Start, post: Post, *, charged: bool, spent: int
) -> None:
    column = EnrichmentColumn(name="title", fact="job_title", credits=2, no_result_share=1)
    switches = Switches(enrichment_seconds=0, charge_no_result=charged)
    clay = start(columns=(column,), switches=switches)
    post(clay.webhook_urls[0], ADA)

    assert cells(clay)["title"]["status"] == "no result"
    assert clay.control.state()["credits"]["spent"] == spent


def test_a_rerun_costs_again_and_finds_the_same(start: Start, post: Post) -> None:
    clay = start()
    post(clay.webhook_urls[0], ADA)
    before = cells(clay)

    clay.control.rerun(1, "job_title")

    assert cells(clay) == before
    assert clay.control.state()["credits"]["spent"] == 8


@pytest.mark.fact("callback.skipped")
def test_with_auto_run_off_cells_wait_for_a_rerun(start: Start, post: Post) -> None:
    clay = start(auto_run=False)
    post(clay.webhook_urls[0], ADA)
    waiting = cells(clay)

    clay.control.rerun(1)

    assert {cell["status"] for cell in waiting.values()} == {"queued"}
    assert "queued" not in {cell["status"] for cell in cells(clay).values()}
