"""A spoiled matrix is found out, with a cell that shows it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from clay_arch.decision.audit import audit_matrix
from clay_arch.load import load_packaged


@pytest.fixture(name="document")
def _document() -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(load_packaged("matrix"))
    return document


def _rule(document: dict[str, Any], rule_id: str) -> dict[str, Any]:
    rules = (rule for factor in document["factors"] for rule in factor["rules"])
    return next(rule for rule in rules if rule["id"] == rule_id)


def _found(document: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in audit_matrix(document)]


def test_the_packaged_matrix_has_no_problem(document: dict[str, Any]) -> None:
    assert _found(document) == []


def test_a_gap_is_shown_by_the_first_value_that_no_rule_answers(document: dict[str, Any]) -> None:
    _rule(document, "VOL-2")["when"] = "[1500, 10000)"

    assert _found(document) == [
        "gap in volume: no rule answers [1000, 1500)"
        " (for example volume=1000, plan=growth, infra=https+redis)"
    ]


def test_an_overlap_is_shown_by_a_value_that_two_rules_answer(document: dict[str, Any]) -> None:
    _rule(document, "VOL-2")["when"] = "[1000, 10001)"

    assert _found(document) == [
        "overlap of VOL-2 and VOL-3 in [10000, 10001)"
        " (for example volume=10000, plan=growth, infra=https+redis: both VOL-2 and VOL-3)"
    ]


def test_a_rule_inside_another_is_dead(document: dict[str, Any]) -> None:
    _rule(document, "VOL-1")["when"] = "< 1000"
    _rule(document, "VOL-2")["when"] = "< 5000"
    _rule(document, "VOL-3")["when"] = ">= 5000"

    assert _found(document) == [
        "dead rule VOL-1: [0, 1000) lies inside VOL-2, so it never answers alone"
        " (for example volume=0, plan=growth, infra=https+redis: both VOL-1 and VOL-2)"
    ]


def test_a_factor_whose_rules_all_say_the_same_is_a_dead_column(document: dict[str, Any]) -> None:
    for rule_id in ("SRC-1", "SRC-2"):
        _rule(document, rule_id)["simplest"] = "direct"

    assert _found(document) == [
        "dead column sources: every rule gives direct, so it decides nothing"
        " (for example volume=1, sources=any value, plan=growth, infra=https+redis: always direct)"
    ]


def test_an_option_without_a_rule_is_a_gap(document: dict[str, Any]) -> None:
    retry = next(factor for factor in document["factors"] if factor["id"] == "retry")
    retry["rules"] = [rule for rule in retry["rules"] if rule["when"] != "in-app"]

    assert _found(document) == [
        "gap in retry: no rule answers in-app"
        " (for example volume=1, retry=in-app, plan=growth, infra=https+redis)"
    ]


def test_a_second_rule_for_an_option_is_dead(document: dict[str, Any]) -> None:
    _rule(document, "RET-3")["when"] = "in-app"

    assert [problem.split(" (")[0] for problem in _found(document)] == [
        "dead rule RET-3: RET-2 already answers in-app",
        "gap in retry: no rule answers automatic",
    ]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (
            lambda d: d["variants"][1]["requires"].append("PLAN-9"),
            "unknown rule id PLAN-9; the requirements are PLAN-1, PLAN-2, NET-1, NET-2",
        ),
        (
            lambda d: d["requirements"][0]["plan"].append("gold"),
            "unknown plan gold; the plans are free, launch, growth, enterprise, starter, explorer,"
            " pro, legacy-enterprise",
        ),
        (
            lambda d: d["requirements"][2].update(infrastructure="kafka"),
            "unknown infrastructure kafka; it is one of https, redis",
        ),
        (
            lambda d: d["requirements"][1].update(when={"crm_sync": "fax"}),
            "no factor crm_sync has the option fax",
        ),
        (
            lambda d: d["requirements"][3].update(id="NET-1"),
            "id NET-1 is used twice",
        ),
    ],
    ids=["rule", "plan", "infrastructure", "condition", "repeated"],
)
def test_an_unknown_or_repeated_name_is_found(
    document: dict[str, Any], spoil: Any, expected: str
) -> None:
    spoil(document)

    assert expected in _found(document)


def test_an_open_end_and_a_closed_bracket_are_explained(document: dict[str, Any]) -> None:
    _rule(document, "VOL-1")["when"] = "[0, 1000]"

    assert _found(document) == [
        "'[0, 1000]' is not an interval; write [0, 1000), [10000, inf) or < 1000"
    ]


def test_a_matrix_in_which_some_plan_runs_nothing_is_not_total(document: dict[str, Any]) -> None:
    document["variants"][0]["requires"] = ["NET-1"]

    assert "nothing runs on the free plan alone" in "\n".join(_found(document))


def test_every_problem_is_reported_at_once(document: dict[str, Any]) -> None:
    _rule(document, "VOL-2")["when"] = "[1500, 10000)"
    _rule(document, "SRC-2")["simplest"] = "carrier-pigeon"

    assert len(_found(document)) == 2
