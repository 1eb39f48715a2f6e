"""Clay's limits against a workload: how much, how far, on which day."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from clay_arch.decision.answers import Answers, Volume
from clay_arch.decision.remedies import rank_remedies
from clay_arch.decision.verdict import judge

if TYPE_CHECKING:
    from clay_arch.decision.budget import Feasibility
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.limits import Limit
    from clay_arch.decision.matrix import Matrix

EVERYTHING = frozenset({"https", "redis"})


def _limit(feasibility: Feasibility, name: str) -> Limit:
    return next(limit for limit in feasibility.limits if limit.id == name)


def test_growth_carries_a_thousand_leads_a_month_and_not_one_more(
    matrix: Matrix, facts: Facts
) -> None:
    enough = judge(matrix, facts, Answers(Volume(1_000, "month"), "growth", EVERYTHING))
    too_much = judge(matrix, facts, Answers(Volume(1_001, "month"), "growth", EVERYTHING))

    assert enough.feasibility.verdict == "feasible"
    assert _limit(enough.feasibility, "credits").needed == 6_000
    assert too_much.feasibility.verdict == "conditional"
    assert too_much.feasibility.binding == "credits"


@pytest.mark.parametrize(
    ("per_day", "day"), [(1_000, 50), (10_000, 5), (9_999, 6), (49_999, 2), (50_000, 1)]
)
def test_a_webhook_lives_for_fifty_thousand_submissions(
    matrix: Matrix, facts: Facts, per_day: int, day: int
) -> None:
    verdict = judge(matrix, facts, Answers(Volume(per_day), "growth", EVERYTHING))

    assert _limit(verdict.feasibility, "webhook_life").day == day


def test_enterprise_auto_delete_lifts_webhook_life_and_rows(matrix: Matrix, facts: Facts) -> None:
    verdict = judge(matrix, facts, Answers(Volume(10_000), "enterprise", EVERYTHING))

    assert _limit(verdict.feasibility, "webhook_life").verdict == "ok"
    assert _limit(verdict.feasibility, "rows").verdict == "ok"


def test_direct_by_csv_uses_no_webhook(matrix: Matrix, facts: Facts) -> None:
    verdict = judge(matrix, facts, Answers(Volume(10), "free", frozenset()))

    assert "webhook_life" not in {limit.id for limit in verdict.feasibility.limits}


def test_a_callback_costs_one_action_more(matrix: Matrix, facts: Facts) -> None:
    direct = judge(matrix, facts, Answers(Volume(999), "growth", EVERYTHING))
    standard = judge(matrix, facts, Answers(Volume(1_000), "growth", EVERYTHING))

    assert _limit(direct.feasibility, "actions").needed == 999 * 30 * 3
    assert _limit(standard.feasibility, "actions").needed == 1_000 * 30 * 4


def test_own_keys_spend_no_credits_but_as_many_actions(matrix: Matrix, facts: Facts) -> None:
    answers = Answers(Volume(300), "growth", EVERYTHING, own_keys=True)

    feasibility = judge(matrix, facts, answers).feasibility

    assert _limit(feasibility, "credits").needed == 0
    assert _limit(feasibility, "actions").needed == 300 * 30 * 3


def test_actions_cannot_be_raised_so_they_are_exceeded_at_once(
    matrix: Matrix, facts: Facts
) -> None:
    answers = Answers(Volume(500), "growth", EVERYTHING, own_keys=True)

    actions = _limit(judge(matrix, facts, answers).feasibility, "actions")

    assert (actions.verdict, actions.day) == ("exceeded", 27)


def test_legacy_plans_charge_no_actions_and_publish_no_credits(
    matrix: Matrix, facts: Facts
) -> None:
    feasibility = judge(matrix, facts, Answers(Volume(5_000), "pro", EVERYTHING)).feasibility

    assert _limit(feasibility, "actions").verdict == "ok"
    assert _limit(feasibility, "credits").verdict == "unknown"


def test_a_stated_allowance_replaces_the_published_one(matrix: Matrix, facts: Facts) -> None:
    answers = Answers(Volume(1_001, "month"), "growth", EVERYTHING, monthly_credits=6_006)

    assert judge(matrix, facts, answers).feasibility.verdict == "feasible"


def test_a_stated_allowance_can_be_raised_up_to_the_published_ceiling(
    matrix: Matrix, facts: Facts
) -> None:
    answers = Answers(Volume(16_666, "month"), "growth", EVERYTHING, monthly_credits=7_000)
    enough = _limit(judge(matrix, facts, answers).feasibility, "credits")
    answers = Answers(Volume(16_667, "month"), "growth", EVERYTHING, monthly_credits=7_000)
    too_much = _limit(judge(matrix, facts, answers).feasibility, "credits")

    assert (enough.verdict, enough.way) == ("watch", "buy")
    assert too_much.verdict == "exceeded"


def test_a_volume_per_month_is_counted_in_its_own_days(matrix: Matrix, facts: Facts) -> None:
    slow = judge(matrix, facts, Answers(Volume(1, "month"), "free", frozenset()))
    hundred = judge(matrix, facts, Answers(Volume(100, "month"), "free", frozenset()))

    assert _limit(slow.feasibility, "rows").day == 6_000
    assert _limit(hundred.feasibility, "rows").day == 60


def test_a_volume_just_under_a_bound_stays_under_it(matrix: Matrix, facts: Facts) -> None:
    verdict = judge(matrix, facts, Answers(Volume(29_999, "month"), "growth", EVERYTHING))

    assert verdict.decision.variant == "direct"


def test_above_the_projects_own_pace_the_rate_is_to_be_watched(
    matrix: Matrix, facts: Facts
) -> None:
    verdict = judge(matrix, facts, Answers(Volume(500_000), "enterprise", EVERYTHING))

    rate = _limit(verdict.feasibility, "rate")
    assert (rate.verdict, rate.way) == ("watch", "pace")


def test_a_warning_without_a_day_never_binds_before_one_with(matrix: Matrix, facts: Facts) -> None:
    answers = Answers(Volume(900), "growth", EVERYTHING, max_latency=30)

    assert judge(matrix, facts, answers).feasibility.binding == "credits"


def test_a_latency_below_what_clay_states_is_a_warning(matrix: Matrix, facts: Facts) -> None:
    answers = Answers(Volume(10), "growth", EVERYTHING, max_latency=59)

    assert _limit(judge(matrix, facts, answers).feasibility, "latency").verdict == "watch"


def test_more_than_the_workspace_rate_is_exceeded(matrix: Matrix, facts: Facts) -> None:
    answers = Answers(Volume(864_001), "enterprise", EVERYTHING)

    assert _limit(judge(matrix, facts, answers).feasibility, "rate").verdict == "exceeded"


def test_each_remedy_with_an_answer_gives_the_verdict_it_promises(
    matrix: Matrix, facts: Facts
) -> None:
    start = Answers(Volume(60_000, "month"), "growth", EVERYTHING)

    remedies = rank_remedies(matrix, facts, start, judge(matrix, facts, start))

    for remedy in remedies:
        if remedy.input and remedy.input != "volume":
            is_plan = remedy.input == "plan"
            changed = (
                start.on_plan(str(remedy.value))
                if is_plan
                else start.with_value(remedy.input, remedy.value)
            )
            assert judge(matrix, facts, changed).feasibility.verdict == remedy.verdict
    assert remedies[-1].input == "volume"


@pytest.mark.parametrize(
    ("start", "amount"),
    [
        (Answers(Volume(60_000, "month"), "launch", EVERYTHING), 1_666),
        (Answers(Volume(30, "month"), "free", EVERYTHING, credits_per_lead=Decimal(10)), 10),
        (Answers(Volume(900), "growth", EVERYTHING, max_latency=30), 333),
        (Answers(Volume(5_000), "growth", frozenset({"https"})), 444),
    ],
    ids=["ceiling", "no rounding", "callback", "fewer actions as direct"],
)
def test_the_smaller_volume_is_the_largest_that_nothing_stops(
    matrix: Matrix, facts: Facts, start: Answers, amount: int
) -> None:
    remedies = rank_remedies(matrix, facts, start, judge(matrix, facts, start))

    less = next(remedy for remedy in remedies if remedy.id == "less-volume")
    assert int(str(less.value).split("/", maxsplit=1)[0]) == amount
    verdicts = [
        judge(matrix, facts, start._replace(volume=start.volume._replace(amount=n))).feasibility
        for n in (amount, amount + 1)
    ]
    assert [verdict.verdict == "infeasible" for verdict in verdicts] == [False, True]


def test_a_remedy_tells_what_it_settles_from_what_it_only_eases(
    matrix: Matrix, facts: Facts
) -> None:
    start = Answers(Volume(12_000), "growth", EVERYTHING)

    remedies = rank_remedies(matrix, facts, start, judge(matrix, facts, start))

    move = next(remedy for remedy in remedies if remedy.id == "plan-enterprise")
    assert move.settles == ("rows", "webhook_life")
    assert move.eases == ("credits", "actions")


def test_moving_to_another_plan_leaves_the_stated_allowance_behind(
    matrix: Matrix, facts: Facts
) -> None:
    start = Answers(Volume(300, "month"), "free", frozenset(), monthly_credits=100)

    remedies = rank_remedies(matrix, facts, start, judge(matrix, facts, start))

    move = next(remedy for remedy in remedies if remedy.id == "plan-growth")
    assert "credits" in move.settles


@pytest.mark.parametrize(
    ("changes", "leads", "per_lead"),
    [
        ({}, 1_000, "0.4950"),
        ({"own_keys": True}, 10_000, "0.0495"),
        ({"monthly_credits": 900_000}, 10_000, None),
    ],
    ids=["credits bound", "actions bound", "size without a published price"],
)
def test_the_price_per_lead_is_spread_over_the_leads_that_the_plan_carries(
    matrix: Matrix, facts: Facts, changes: dict[str, Any], leads: int, per_lead: str | None
) -> None:
    answers = Answers(Volume(5_000), "growth", EVERYTHING)._replace(**changes)

    cost = judge(matrix, facts, answers).feasibility.cost

    assert (cost.plan_per_month, cost.leads_per_month) == (495, leads)
    assert cost.per_lead == (None if per_lead is None else Decimal(per_lead))


def test_no_fact_that_the_decision_reads_is_a_constant_in_code(
    matrix: Matrix, facts: Facts
) -> None:
    """Halving a fact halves what follows from it: nothing is kept twice."""
    fact = facts.by_id["wire.record-limit"]
    halved = {**facts.by_id, fact.id: fact._replace(value=25_000)}
    other = type(facts)(facts.version, facts.sources, halved)

    verdict = judge(matrix, other, Answers(Volume(1_000), "growth", EVERYTHING))

    assert _limit(verdict.feasibility, "webhook_life").day == 25
