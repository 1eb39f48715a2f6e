"""Clay's limits against a workload: how much, how far, on which day."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

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


def test_a_stated_allowance_is_final(matrix: Matrix, facts: Facts) -> None:
    answers = Answers(Volume(1_001, "month"), "growth", EVERYTHING, monthly_credits=6_005)

    limit = _limit(judge(matrix, facts, answers).feasibility, "credits")

    assert (limit.verdict, limit.allowed) == ("exceeded", 6_005)


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
            changed = start.with_value(remedy.input, remedy.value)
            assert judge(matrix, facts, changed).feasibility.verdict == remedy.verdict
    assert remedies[-1].input == "volume"


def test_the_smaller_volume_of_the_last_remedy_is_the_largest_that_fits(
    matrix: Matrix, facts: Facts
) -> None:
    start = Answers(Volume(60_000, "month"), "launch", EVERYTHING, monthly_credits=2_500)

    last = rank_remedies(matrix, facts, start, judge(matrix, facts, start))[-1]
    amount = int(str(last.value).split("/", maxsplit=1)[0])

    verdicts = [
        judge(matrix, facts, start.with_value("volume", Volume(n, "month"))).feasibility.verdict
        for n in (amount, amount + 1)
    ]
    assert amount == 416
    assert verdicts == ["feasible", "infeasible"]


def test_the_price_per_lead_is_spread_over_the_leads_that_the_credits_enrich(
    matrix: Matrix, facts: Facts
) -> None:
    cost = judge(matrix, facts, Answers(Volume(5_000), "growth", EVERYTHING)).feasibility.cost

    assert (cost.plan_per_month, cost.leads_per_month) == (495, 1_000)
    assert cost.per_lead == Decimal("0.4950")


def test_no_fact_that_the_decision_reads_is_a_constant_in_code(
    matrix: Matrix, facts: Facts
) -> None:
    """Halving a fact halves what follows from it: nothing is kept twice."""
    fact = facts.by_id["wire.record-limit"]
    halved = {**facts.by_id, fact.id: fact._replace(value=25_000)}
    other = type(facts)(facts.version, facts.sources, halved)

    verdict = judge(matrix, other, Answers(Volume(1_000), "growth", EVERYTHING))

    assert _limit(verdict.feasibility, "webhook_life").day == 25
