"""What would change the answer: for each input, the nearest value that does, exactly.

Along the grid of an input the answer is piecewise constant. The decision changes only where
rules meet; between two such places the feasibility only ever gets worse in one direction. So the
first change is found by bisection between the breaks, and it is exact. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, product
from typing import Literal, NamedTuple

from clay_arch.decision.answers import Answers
from clay_arch.decision.facts import Facts
from clay_arch.decision.inputs import NumericInput, first_change, numeric_inputs
from clay_arch.decision.matrix import Matrix
from clay_arch.decision.rejected import Change
from clay_arch.decision.verdict import Outcome, Verdict, judge

Aspect = Literal["decision", "feasibility"]
Direction = Literal["down", "up"]
Judge = Callable[[Answers], Verdict]

__all__ = ["Flip", "find_flips"]


class Flip(NamedTuple):
    """The nearest value of one input, in one direction, that changes one aspect of the answer.

    `outcome` and `verdict` are the answer at `value`. A number has a `direction`: the answer holds
    from `value` on, up or down, as far as another flip. Where no value of the input changes
    anything, `value` and the answer are None, and `until` holds the other changes after which
    this input would matter, if there are any.
    """

    input: str
    current: object
    value: object = None
    aspect: Aspect | None = None
    direction: Direction | None = None
    outcome: Outcome | None = None
    verdict: str | None = None
    until: tuple[Change, ...] = ()


def find_flips(matrix: Matrix, facts: Facts, answers: Answers) -> tuple[Flip, ...]:
    """All flips in the order of the inputs, at least one entry for each."""

    @cache
    def verdict_of(changed: Answers) -> Verdict:
        return judge(matrix, facts, changed)

    here = verdict_of(answers)
    numbers = (
        _or_inert(
            numeric.id, _shown_current(numeric, answers), _along(numeric, answers, here, verdict_of)
        )
        for numeric in numeric_inputs(matrix, facts, answers, here)
    )
    options = (
        _among(factor.id, factor.options, answers, here, _setting(factor.id, answers, verdict_of))
        for factor in matrix.factors
        if factor.options
    )
    return tuple(
        chain(
            *numbers,
            _plan(matrix, answers, here, verdict_of),
            *(_piece(matrix, p.id, answers, here, verdict_of) for p in matrix.infrastructure),
            *options,
            _own_keys(answers, here, verdict_of),
        )
    )


def _or_inert(name: str, current: object, flips: Iterable[Flip]) -> tuple[Flip, ...]:
    return tuple(flips) or (Flip(name, current),)


def _shown_current(numeric: NumericInput, answers: Answers) -> object:
    is_stated = numeric.id == "volume" or getattr(answers, numeric.id) is not None
    return numeric.show(numeric.current) if is_stated and numeric.current is not None else None


# Numeric inputs


def _along(
    numeric: NumericInput, answers: Answers, here: Verdict, verdict_of: Judge
) -> Iterator[Flip]:
    """The flips of one numeric input, downwards and upwards."""

    def verdict_at(point: int) -> Verdict:
        return verdict_of(numeric.set_to(answers, point))

    current, shown = numeric.current, _shown_current(numeric, answers)
    if current is None:
        yield from _once_stated(numeric, here, verdict_at)
        return
    sides: tuple[tuple[Direction, list[tuple[int, int]]], ...] = (
        ("down", numeric.below()),
        ("up", numeric.above()),
    )
    for direction, stretches in sides:
        found: list[tuple[int, Flip]] = []
        for aspect in ("decision", "feasibility"):

            def differs(point: int, aspect: Aspect = aspect) -> bool:
                return _answer(verdict_at(point), aspect) != _answer(here, aspect)

            at = first_change(stretches, differs)
            if at is not None:
                flip = _flip(numeric.id, shown, numeric.show(at), aspect, verdict_at(at))
                found.append((abs(at - current), flip._replace(direction=direction)))
        yield from _worth_telling(found)


def _once_stated(
    numeric: NumericInput, here: Verdict, verdict_at: Callable[[int], Verdict]
) -> Iterator[Flip]:
    """An allowance that nobody publishes: what it comes to once it is stated, on either side."""
    best = verdict_at(numeric.highest).feasibility.verdict
    enough = first_change(
        [(numeric.lowest, numeric.highest)],
        lambda point: verdict_at(point).feasibility.verdict == best,
    )
    if enough is None or enough == numeric.lowest:
        return
    sides: tuple[tuple[Direction, int], ...] = (("down", enough - 1), ("up", enough))
    for direction, at in sides:
        there = verdict_at(at)
        if there.feasibility.verdict != here.feasibility.verdict:
            flip = _flip(numeric.id, None, numeric.show(at), "feasibility", there)
            yield flip._replace(direction=direction)


def _worth_telling(found: list[tuple[int, Flip]]) -> list[Flip]:
    """Past a change of the decision another answer applies: its feasibility is not this one's."""
    nearest = min((distance for distance, flip in found if flip.aspect == "decision"), default=None)
    return [
        flip
        for distance, flip in found
        if flip.aspect == "decision" or nearest is None or distance < nearest
    ]


# Inputs with options


def _among(
    name: str,
    options: Sequence[str],
    answers: Answers,
    here: Verdict,
    verdict_at: Callable[[str], Verdict],
) -> tuple[Flip, ...]:
    """The nearest option below and above the present one that changes something."""
    current: str | None = getattr(answers, name)
    position = options.index(current) if current in options else -1
    sides = (options[:position][::-1] if position > 0 else [], options[position + 1 :])
    flips = (_first_options(name, current, side, here, verdict_at) for side in sides)
    return _or_inert(name, current, chain.from_iterable(flips))


def _first_options(
    name: str,
    current: str | None,
    options: Sequence[str],
    here: Verdict,
    verdict_at: Callable[[str], Verdict],
) -> list[Flip]:
    """The first option that changes the decision, and one before it for the feasibility."""
    found: list[tuple[int, Flip]] = []
    for aspect in ("decision", "feasibility"):
        for distance, option in enumerate(options):
            there = verdict_at(option)
            if _answer(there, aspect) != _answer(here, aspect):
                found.append((distance, _flip(name, current, option, aspect, there)))
                break
    return _worth_telling(found)


def _plan(matrix: Matrix, answers: Answers, here: Verdict, verdict_of: Judge) -> tuple[Flip, ...]:
    """Only modern plans can be changed to; from a legacy plan, what matters is the decision."""
    modern = [plan.id for plan in matrix.plans if plan.generation == "modern"]
    flips = _among("plan", modern, answers, here, lambda plan: verdict_of(answers.on_plan(plan)))
    deciding = tuple(flip for flip in flips if flip.aspect == "decision")
    return deciding if deciding and answers.plan not in modern else flips


def _setting(name: str, answers: Answers, verdict_of: Judge) -> Callable[[str], Verdict]:
    return lambda option: verdict_of(answers.with_value(name, option))


def _own_keys(answers: Answers, here: Verdict, verdict_of: Judge) -> tuple[Flip, ...]:
    verdict = verdict_of(answers._replace(own_keys=not answers.own_keys))
    flip = _difference("own_keys", answers.own_keys, not answers.own_keys, here, verdict)
    return _or_inert("own_keys", answers.own_keys, [flip] if flip else [])


def _piece(
    matrix: Matrix, piece: str, answers: Answers, here: Verdict, verdict_of: Judge
) -> tuple[Flip, ...]:
    """Having a piece of infrastructure or not; and if that is all the same, until when."""
    has = piece in answers.infrastructure
    verdict = verdict_of(_toggled(answers, piece))
    if flip := _difference(piece, has, not has, here, verdict):
        return (flip,)
    return (Flip(piece, has, until=_companions(matrix, piece, answers, verdict_of)),)


def _companions(
    matrix: Matrix, piece: str, answers: Answers, verdict_of: Judge
) -> tuple[Change, ...]:
    """The fewest other changes, a plan or another piece, after which `piece` matters."""
    plans = [None, *(plan.id for plan in matrix.plans if plan.generation == "modern")]
    others = [None, *(other.id for other in matrix.infrastructure if other.id != piece)]
    for plan, other in sorted(product(plans, others), key=lambda pair: sum(map(bool, pair))):
        changed = answers if plan is None else answers._replace(plan=plan)
        changed = changed if other is None else _toggled(changed, other)
        if verdict_of(changed).outcome != verdict_of(_toggled(changed, piece)).outcome:
            plan_change = [Change("plan", plan)] if plan else []
            has_other = bool(other) and other in changed.infrastructure
            return (*plan_change, *([Change(str(other), has_other)] if other else []))
    return ()


def _toggled(answers: Answers, piece: str) -> Answers:
    return answers._replace(infrastructure=answers.infrastructure ^ {piece})


# What counts as a difference


def _answer(verdict: Verdict, aspect: Aspect) -> object:
    return verdict.outcome if aspect == "decision" else verdict.feasibility.verdict


def _difference(
    name: str, current: object, value: object, here: Verdict, there: Verdict
) -> Flip | None:
    for aspect in ("decision", "feasibility"):
        if _answer(here, aspect) != _answer(there, aspect):
            return _flip(name, current, value, aspect, there)
    return None


def _flip(name: str, current: object, value: object, aspect: Aspect, there: Verdict) -> Flip:
    return Flip(name, current, value, aspect, None, there.outcome, there.feasibility.verdict)
