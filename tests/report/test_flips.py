"""A flip's sentence says what its values say, and what the engine answers there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.report.flips import flip_sentence, flip_sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from clay_arch.decision.flips import Flip
    from clay_arch.decision.recommend import Recommendation

    Ask = Callable[..., Recommendation]

VERDICTS = {
    "feasible": "stands in the way any more",
    "conditional": "needs watching",
    "infeasible": "a limit of Clay's is exceeded",
}


def _sentence(recommendation: Recommendation, name: str, value: object) -> str:
    flip = next(f for f in recommendation.flips if f.input == name and f.value == value)
    return flip_sentence(recommendation, flip)


def _pairs(sampled: list[Recommendation]) -> list[tuple[Recommendation, Flip, str]]:
    return [(r, flip, flip_sentence(r, flip)) for r in sampled for flip in r.flips]


def test_a_change_of_the_variant_names_the_new_variant(sampled: list[Recommendation]) -> None:
    for recommendation, flip, sentence in _pairs(sampled):
        if flip.outcome and flip.outcome.variant != recommendation.decision.variant:
            title = recommendation.matrix.variant(flip.outcome.variant).title

            assert f"it is {title}" in sentence


def test_a_change_of_the_verdict_is_said(sampled: list[Recommendation]) -> None:
    for recommendation, flip, sentence in _pairs(sampled):
        if flip.verdict and flip.verdict != recommendation.feasibility.verdict:
            assert VERDICTS[flip.verdict] in sentence


def test_an_unchanged_verdict_is_not_mentioned(sampled: list[Recommendation]) -> None:
    for recommendation, flip, sentence in _pairs(sampled):
        if flip.verdict == recommendation.feasibility.verdict:
            assert not any(phrase in sentence for phrase in VERDICTS.values())


def test_a_flip_of_the_volume_says_the_distance_and_the_value(
    sampled: list[Recommendation],
) -> None:
    for recommendation, flip, sentence in _pairs(sampled):
        if flip.input == "volume" and flip.value is not None:
            amount = int(str(flip.value).partition("/")[0])
            change = amount - recommendation.answers.volume.amount
            word = "more" if change > 0 else "fewer"
            period = recommendation.answers.volume.period

            assert sentence.startswith(f"{abs(change):,} {word} a {period} ({amount:,}) and ")


def test_a_flip_of_an_amount_says_on_which_side_it_lies(ask: Ask) -> None:
    recommendation = ask("900/month", "growth")

    assert _sentence(recommendation, "actions_per_lead", 45) == (
        "With 45 actions per lead or more, a limit of Clay's is exceeded."
    )
    assert _sentence(recommendation, "monthly_credits", 5399) == (
        "With 5,399 credits a month or fewer, a limit of Clay's needs watching."
    )


def test_forty_more_a_day_and_it_is_standard(ask: Ask) -> None:
    recommendation = ask("960", "growth", "https")

    assert _sentence(recommendation, "volume", 1000) == "40 more a day (1,000) and it is Standard."


def test_an_open_interval_of_time_is_said_by_its_end(ask: Ask) -> None:
    recommendation = ask("960", "growth", "https")

    assert _sentence(recommendation, "max_latency", "3599s") == (
        "If results are needed in less than 1 hour, it is Standard."
    )


def test_what_would_be_lacking_is_said_with_the_flip(ask: Ask) -> None:
    recommendation = ask("960", "growth", "https")

    assert _sentence(recommendation, "sources", "several") == (
        "With several lead sources, it is Queue, for which you lack Redis."
    )


def test_a_piece_that_changes_nothing_yet_says_until_when(ask: Ask) -> None:
    recommendation = ask("12000", "free")
    flip = next(flip for flip in recommendation.flips if flip.input == "redis")

    assert flip_sentence(recommendation, flip) == (
        "Redis changes nothing until the plan is Growth and you have a public HTTPS endpoint."
    )


def test_losing_what_the_variant_needs_says_what_runs_then(ask: Ask) -> None:
    recommendation = ask("12000", "growth", "https", "redis")

    assert _sentence(recommendation, "redis", value=False) == (
        "Without Redis, Queue is blocked: what you can run today is Direct by webhook."
    )


def test_inputs_that_change_nothing_share_one_sentence(ask: Ask) -> None:
    sentences = flip_sentences(ask("12000", "free"))

    assert sum(s.startswith("Nothing else changes the answer") for s in sentences) == 1
    assert not any(s.startswith("No other value of") for s in sentences)
