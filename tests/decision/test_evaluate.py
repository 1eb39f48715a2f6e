"""The fit, what blocks it, and what can run today."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from clay_arch.decision.answers import Answers, Volume
from clay_arch.decision.audit import all_cells
from clay_arch.decision.evaluate import decide
from clay_arch.decision.rejected import Change, rejections

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

EVERYTHING = frozenset({"https", "redis"})
NOTHING: frozenset[str] = frozenset()


def _answers(volume: int, plan: str = "growth", infra: frozenset[str] = EVERYTHING) -> Answers:
    return Answers(Volume(volume), plan, infra)


@pytest.mark.parametrize(
    ("volume", "variant"),
    [(1, "direct"), (999, "direct"), (1000, "standard"), (9999, "standard"), (10000, "queue")],
)
def test_the_volume_alone_decides_at_its_half_open_bounds(
    matrix: Matrix, facts: Facts, volume: int, variant: str
) -> None:
    decision = decide(matrix, facts, _answers(volume))

    assert (decision.variant, decision.status) == (variant, "ready")


def test_queue_on_free_without_infrastructure_is_blocked_and_direct_by_csv_runs_today(
    matrix: Matrix, facts: Facts
) -> None:
    decision = decide(matrix, facts, _answers(12_000, "free", NOTHING))

    assert (decision.variant, decision.status) == ("queue", "blocked")
    assert [blocker.rule for blocker in decision.blockers] == ["PLAN-1", "NET-1", "NET-2"]
    assert (decision.today.variant, decision.today.transport) == ("direct", "csv")
    assert [unmet.rule for unmet in decision.today.unmet] == ["VOL-3"]


def test_today_is_the_variant_that_leaves_the_fewest_needs_unmet(
    matrix: Matrix, facts: Facts
) -> None:
    decision = decide(matrix, facts, _answers(12_000, "growth", frozenset({"https"})))

    assert decision.today.variant == "direct"


def test_a_callback_that_standard_can_give_makes_standard_the_one_to_run_today(
    matrix: Matrix, facts: Facts
) -> None:
    answers = _answers(12_000, "growth", frozenset({"https"})).with_value("data_access", "callback")

    decision = decide(matrix, facts, answers)

    assert decision.today.variant == "standard"


def test_the_same_variant_runs_today_when_it_is_ready(matrix: Matrix, facts: Facts) -> None:
    decision = decide(matrix, facts, _answers(5_000))

    assert (decision.today.variant, decision.today.unmet) == ("standard", ())


@pytest.mark.parametrize(
    ("plan", "transport"),
    [
        ("free", "csv"),
        ("launch", "csv"),
        ("starter", "csv"),
        ("growth", "webhook"),
        ("pro", "webhook"),
    ],
)
def test_direct_uses_webhooks_where_the_plan_has_them_and_csv_elsewhere(
    matrix: Matrix, facts: Facts, plan: str, transport: str
) -> None:
    decision = decide(matrix, facts, _answers(10, plan, NOTHING))

    assert (decision.status, decision.transport) == ("ready", transport)


@pytest.mark.parametrize("plan", ["explorer", "pro", "legacy-enterprise"])
def test_legacy_explorer_and_above_carry_standard(matrix: Matrix, facts: Facts, plan: str) -> None:
    assert decide(matrix, facts, _answers(5_000, plan)).status == "ready"


def test_legacy_starter_does_not_carry_standard(matrix: Matrix, facts: Facts) -> None:
    assert decide(matrix, facts, _answers(5_000, "starter")).status == "blocked"


def test_a_native_crm_action_needs_more_than_explorer(matrix: Matrix, facts: Facts) -> None:
    decision = decide(matrix, facts, _answers(10, "explorer").with_value("crm_sync", "native"))

    assert [blocker.rule for blocker in decision.blockers] == ["PLAN-2"]
    assert decision.today.variant == "direct"
    assert [unmet.rule for unmet in decision.today.unmet] == ["PLAN-2"]


@pytest.mark.parametrize(
    ("name", "value", "variant"),
    [
        ("data_access", "csv", "direct"),
        ("data_access", "callback", "standard"),
        ("max_latency", 3_599, "standard"),
        ("max_latency", 3_600, "direct"),
        ("retry", "in-app", "standard"),
        ("retry", "automatic", "queue"),
        ("crm_sync", "http", "standard"),
        ("sources", "several", "queue"),
        ("sources", "one", "direct"),
    ],
)
def test_a_single_need_lifts_a_small_volume_to_the_variant_that_offers_it(
    matrix: Matrix, facts: Facts, name: str, value: object, variant: str
) -> None:
    assert decide(matrix, facts, _answers(10).with_value(name, value)).variant == variant


def test_a_rejected_smaller_variant_names_every_change_that_it_would_take(matrix: Matrix) -> None:
    answers = _answers(12_000).with_value("retry", "automatic")

    direct, standard = rejections(matrix, answers, "queue")

    assert direct.rule == "VOL-3"
    assert direct.changes == (Change("volume", 999), Change("retry", "manual"))
    assert standard.changes == (Change("volume", 9_999), Change("retry", "in-app"))


def test_a_rejected_larger_variant_names_the_volume_that_asks_for_it(matrix: Matrix) -> None:
    standard, queue = rejections(matrix, _answers(960, infra=NOTHING), "direct")

    assert (standard.rule, standard.changes) == (None, (Change("volume", 1_000),))
    assert (queue.changes, queue.lacks) == ((Change("volume", 10_000),), ("NET-1", "NET-2"))


def test_every_cell_has_one_answer_and_something_to_run_today(matrix: Matrix, facts: Facts) -> None:
    answered: Counter[str] = Counter()

    for cell in all_cells(matrix):
        decision = decide(matrix, facts, cell)
        answered[decision.variant] += 1
        asked = [r.simplest for r in decision.reasons]
        assert matrix.rank(decision.variant) == max(matrix.rank(variant) for variant in asked)
        assert (decision.status == "blocked") == bool(decision.blockers)
        assert decision.today.variant in matrix.ranks
        if decision.status == "ready":
            assert (decision.today.variant, decision.today.unmet) == (decision.variant, ())

    # volumes x plans x infrastructures x needs, each need answered or left open
    assert answered.total() == 3 * 8 * 4 * (3 * 3 * 4 * 3 * 3)
    assert set(answered) == {"direct", "standard", "queue"}


def test_applying_the_changes_of_a_rejection_makes_that_variant_do(
    matrix: Matrix, facts: Facts
) -> None:
    for cell in list(all_cells(matrix))[::37]:
        fit = decide(matrix, facts, cell).variant
        for rejection in rejections(matrix, cell, fit):
            changed = cell
            for change in rejection.changes:
                value = Volume(int(change.value)) if change.input == "volume" else change.value
                changed = changed.with_value(change.input, value)
            rank = matrix.rank(decide(matrix, facts, changed).variant)
            if rejection.rule is None:
                assert rank == matrix.rank(rejection.variant)
            else:
                assert rank <= matrix.rank(rejection.variant)
