"""What would change the answer, one sentence for each input and direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.decision.evaluate import READY, missing
from clay_arch.report.conditions import condition_of
from clay_arch.report.phrases import by_transport, input_name, lacked, plan_phrase, runnable
from clay_arch.report.words import capitalised, listed

if TYPE_CHECKING:
    from clay_arch.decision.answers import Answers
    from clay_arch.decision.flips import Flip
    from clay_arch.decision.recommend import Recommendation
    from clay_arch.decision.rejected import Change
    from clay_arch.decision.verdict import Outcome

__all__ = ["flip_sentence", "flip_sentences", "telling_flips"]

_LIMITS = {
    ("conditional", "feasible"): "no limit of Clay's stands in the way any more",
    ("infeasible", "feasible"): "no limit of Clay's stands in the way any more",
    ("feasible", "conditional"): "a limit of Clay's needs watching",
    (
        "infeasible",
        "conditional",
    ): "no limit of Clay's is exceeded any more, though one needs watching",
    ("feasible", "infeasible"): "a limit of Clay's is exceeded",
    ("conditional", "infeasible"): "a limit of Clay's is exceeded",
}


def flip_sentences(recommendation: Recommendation) -> list[str]:
    """The flips as a person wants them: those that change something, then all others in one."""
    sentences = telling_flips(recommendation)
    if inert := [flip for flip in recommendation.flips if not _tells(flip)]:
        names = [input_name(recommendation.matrix, flip.input) for flip in inert]
        sentences.append(f"Nothing else changes the answer by itself: {listed(names, last='or')}.")
    return sentences


def telling_flips(recommendation: Recommendation) -> list[str]:
    """The flips that change something, now or once something else has changed."""
    return [flip_sentence(recommendation, flip) for flip in recommendation.flips if _tells(flip)]


def _tells(flip: Flip) -> bool:
    return flip.value is not None or bool(flip.until)


def flip_sentence(recommendation: Recommendation, flip: Flip) -> str:
    """One flip: the nearest value, and what the answer is then."""
    if flip.value is None or flip.outcome is None:
        return _inert(recommendation, flip)
    condition = condition_of(recommendation, flip)
    return f"{condition} {_consequence(recommendation, flip, flip.outcome)}."


def _inert(recommendation: Recommendation, flip: Flip) -> str:
    matrix, name = recommendation.matrix, input_name(recommendation.matrix, flip.input)
    if flip.input not in {piece.id for piece in matrix.infrastructure}:
        return f"No other value of {name} changes the answer."
    subject = f"doing without {name}" if flip.current else name
    until = [_circumstance(recommendation, change) for change in flip.until]
    end = f" until {listed(until)}" if until else ""
    return f"{capitalised(subject)} changes nothing{end}."


def _circumstance(recommendation: Recommendation, change: Change) -> str:
    matrix = recommendation.matrix
    if change.input == "plan":
        return f"the plan is {plan_phrase(matrix, str(change.value))}"
    name = input_name(matrix, change.input)
    return f"you have {name}" if change.value else f"you do without {name}"


def _consequence(recommendation: Recommendation, flip: Flip, there: Outcome) -> str:
    limits = _LIMITS.get((recommendation.feasibility.verdict, str(flip.verdict)), "")
    if flip.aspect == "feasibility":
        return limits
    decided = _decided(recommendation, flip, there)
    return f"{decided}, and {limits}" if limits else decided


def _decided(recommendation: Recommendation, flip: Flip, there: Outcome) -> str:
    matrix, here = recommendation.matrix, recommendation.decision
    title = matrix.variant(there.variant).title
    today = f"what you can run today is {runnable(matrix, there.today, there.today_transport)}"
    if there.variant != here.variant:
        lacking = _lacking(recommendation, flip, there)
        return f"it is {title}, for which you lack {lacking}" if lacking else f"it is {title}"
    if there.status == READY and here.status != READY:
        return f"{title} can run"
    if there.status != here.status:
        is_means = flip.input == "plan" or isinstance(flip.value, bool)
        lacking = _lacking(recommendation, flip, there)
        return f"{title} is blocked: {today}" if is_means else f"you lack {lacking}"
    if there.transport != here.transport and here.status == READY:
        return (
            f"leads go in {by_transport(there.transport)} instead of {by_transport(here.transport)}"
        )
    return today


def _lacking(recommendation: Recommendation, flip: Flip, there: Outcome) -> str:
    matrix = recommendation.matrix
    blockers = missing(matrix, there.variant, _changed(recommendation, flip))
    return listed(lacked(matrix, tuple(blocker.rule for blocker in blockers)))


def _changed(recommendation: Recommendation, flip: Flip) -> Answers:
    """The answers that say what would be lacking then: numbers have no part in it."""
    answers = recommendation.answers
    if flip.input in {piece.id for piece in recommendation.matrix.infrastructure}:
        return answers.with_value("infrastructure", answers.infrastructure ^ {flip.input})
    is_choice = flip.input == "plan" or isinstance(flip.value, str)
    is_number = flip.input in {"volume", "max_latency"}
    return answers.with_value(flip.input, flip.value) if is_choice and not is_number else answers
