"""What to do about a limit: remedies, each tried with the same engine and then ranked. Pure."""

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from clay_arch.decision.answers import Answers
from clay_arch.decision.budget import INFEASIBLE
from clay_arch.decision.evaluate import calls_back
from clay_arch.decision.facts import Facts
from clay_arch.decision.inputs import first_change, numeric_inputs
from clay_arch.decision.limits import EXCEEDED, WATCH, Limit
from clay_arch.decision.matrix import Matrix
from clay_arch.decision.verdict import Verdict, judge

__all__ = ["Remedy", "rank_remedies"]

LEAST_CREDITS_PER_LEAD = Decimal("0.5")  # below it no enrichment column is left to buy
_SEVERITY = {"feasible": 0, "conditional": 1, "infeasible": 2}


class Remedy(NamedTuple):
    """One thing to do. `settles` are the limits that it puts right, `eases` those that are then
    only to be watched, and `leaves` those still exceeded.

    `input` and `value` say it as an answer, where it is one; `verdict` is the feasibility then.
    """

    id: str
    text: str
    input: str | None
    value: object
    settles: tuple[str, ...]
    eases: tuple[str, ...]
    leaves: tuple[str, ...]
    verdict: str


def rank_remedies(
    matrix: Matrix, facts: Facts, answers: Answers, here: Verdict
) -> tuple[Remedy, ...]:
    """The remedies that settle at least one limit, the most effective first.

    A smaller workload comes last: it gives up what was asked for. Those of equal effect stay in
    order of effort, a setting before a purchase.
    """
    open_limits = _open(here)
    if not open_limits:
        return ()
    tried = [
        _tried(candidate, here, judge(matrix, facts, candidate.answers))
        for candidate in _candidates(matrix, facts, answers, here)
    ]
    useful = [remedy for remedy in tried if remedy.settles or remedy.eases]
    return tuple(sorted((*useful, *_habits(here)), key=_rank))


def _rank(remedy: Remedy) -> tuple[bool, int, int, int]:
    gives_up = remedy.input == "volume"
    return (
        gives_up,
        _SEVERITY[remedy.verdict],
        len(remedy.leaves),
        -len(remedy.settles + remedy.eases),
    )


class _Candidate(NamedTuple):
    id: str
    text: str
    input: str
    value: object
    answers: Answers


def _open(verdict: Verdict) -> dict[str, Limit]:
    return {lim.id: lim for lim in verdict.feasibility.limits if lim.verdict in (EXCEEDED, WATCH)}


def _tried(candidate: _Candidate, here: Verdict, there: Verdict) -> Remedy:
    before, after = _open(here), _open(there)
    return Remedy(
        id=candidate.id,
        text=candidate.text,
        input=candidate.input,
        value=candidate.value,
        settles=tuple(name for name in before if name not in after),
        eases=tuple(
            name
            for name, limit in before.items()
            if limit.verdict == EXCEEDED and name in after and after[name].verdict == WATCH
        ),
        leaves=_exceeded(after),
        verdict=there.feasibility.verdict,
    )


def _exceeded(limits: dict[str, Limit]) -> tuple[str, ...]:
    return tuple(name for name, limit in limits.items() if limit.verdict == EXCEEDED)


def _candidates(
    matrix: Matrix, facts: Facts, answers: Answers, here: Verdict
) -> Iterator[_Candidate]:
    limits = _open(here)
    if "credits" in limits and not answers.own_keys:
        yield _Candidate(
            "own-keys",
            "use your own provider keys, so that enrichments spend no data credits",
            "own_keys",
            True,
            answers._replace(own_keys=True),
        )
    callback = facts.number("meter.callback_actions") or 0
    has_callback = calls_back(matrix, here.decision.variant)
    yield from _fewer_per_lead(answers, limits, callback=callback if has_callback else 0)
    yield from _larger_allowances(answers, limits)
    yield from _larger_plans(matrix, answers)
    yield from _smaller_volume(matrix, facts, answers, here)


def _fewer_per_lead(
    answers: Answers, limits: dict[str, Limit], *, callback: int
) -> Iterator[_Candidate]:
    """Fewer credits or actions per lead, as long as a column is left: a callback takes one."""
    monthly = answers.volume.per_month
    if (limit := limits.get("credits")) and limit.allowed:
        share = (Decimal(limit.allowed) / monthly).quantize(Decimal("0.01"), ROUND_DOWN)
        if share >= LEAST_CREDITS_PER_LEAD:
            changed = answers._replace(credits_per_lead=share)
            noun = "credit" if share == 1 else "credits"
            most_said = f"{share.normalize():f} {noun}"
            text = f"spend at most {most_said} per lead: fewer or cheaper enrichment columns"
            yield _Candidate("fewer-credits", text, "credits_per_lead", share, changed)
    if (limit := limits.get("actions")) and limit.allowed:
        most = limit.allowed // monthly
        if most > callback:
            noun = "action" if most == 1 else "actions"
            text = f"spend at most {most} {noun} per lead: fewer columns"
            changed = answers._replace(actions_per_lead=most)
            yield _Candidate("fewer-actions", text, "actions_per_lead", most, changed)


def _larger_allowances(answers: Answers, limits: dict[str, Limit]) -> Iterator[_Candidate]:
    for name, field in (("credits", "monthly_credits"), ("actions", "monthly_actions")):
        limit = limits.get(name)
        if limit and limit.way:
            needed = int(-(-limit.needed // 1))
            verb = "buy a plan size with" if limit.way == "buy" else "negotiate"
            text = f"{verb} {needed:,} {name} a month"
            changed = answers.with_value(field, needed)
            yield _Candidate(f"more-{name}", text, field, needed, changed)


def _larger_plans(matrix: Matrix, answers: Answers) -> Iterator[_Candidate]:
    modern = [plan for plan in matrix.plans if plan.generation == "modern"]
    ids = [plan.id for plan in modern]
    above = modern[ids.index(answers.plan) + 1 :] if answers.plan in ids else modern[-1:]
    for plan in above:
        changed = answers.on_plan(plan.id)
        yield _Candidate(f"plan-{plan.id}", f"move to {plan.title}", "plan", plan.id, changed)


def _smaller_volume(
    matrix: Matrix, facts: Facts, answers: Answers, here: Verdict
) -> Iterator[_Candidate]:
    """The largest volume at which no limit is exceeded."""
    if here.feasibility.verdict != INFEASIBLE:
        return
    volume = next(numeric_inputs(matrix, facts, answers, here))

    def is_carried(amount: int) -> bool:
        verdict = judge(matrix, facts, volume.set_to(answers, amount))
        return verdict.feasibility.verdict != INFEASIBLE

    amount = first_change(volume.below(), is_carried)
    if amount is not None:
        changed = volume.set_to(answers, amount)
        noun = "lead" if amount == 1 else "leads"
        text = f"enrich at most {amount:,} {noun} a {answers.volume.period}"
        yield _Candidate("less-volume", text, "volume", str(changed.volume), changed)


def _habits(here: Verdict) -> Iterator[Remedy]:
    """Ways around that no answer expresses: a fresh webhook or table before the old one is full."""
    texts = {
        "webhook_life": "list several webhook URLs, so that a fresh one follows each used-up one",
        "rows": "start a new table before the old one is full; a full one drops rows silently",
        "rate": "raise the project's pace, which keeps well below Clay's rate by default",
        "latency": "plan for a minute or more per enrichment column; Clay promises no less",
    }
    limits = _open(here)
    for name, limit in limits.items():
        if name in texts and limit.verdict == WATCH:
            yield Remedy(
                id=name.replace("_", "-"),
                text=texts[name] + (f" (day {limit.day:,})" if limit.day else ""),
                input=None,
                value=None,
                settles=(name,),
                eases=(),
                leaves=_exceeded(limits),
                verdict=here.feasibility.verdict,
            )
