"""One thing by its id, as reports, decision records and the documentation name it."""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any

from clay_arch.errors import InputError
from clay_arch.report import layout, meanings
from clay_arch.report.limit_meanings import LIMITS
from clay_arch.report.meanings import Explanation
from clay_arch.report.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.troubles import Trouble

__all__ = ["Explanation", "explain", "explanation_document", "render_explanation_text"]


def explain(
    topic: str, *, matrix: Matrix, facts: Facts, troubles: Sequence[Trouble]
) -> Explanation:
    """The rule, requirement, limit, variant, factor, fact or trouble of that id, in that order.

    Raises `InputError` for an unknown id, naming the ids that come closest.
    """
    topics: dict[str, Callable[[], Explanation]] = {}
    for name, explained in _topics(matrix, facts, troubles):
        topics.setdefault(name.lower(), explained)
    wanted = topic.strip().lower()
    if wanted not in topics:
        raise InputError(f"nothing is called {topic!r}{_closest(wanted, topics)}")
    return topics[wanted]()


def render_explanation_text(explanation: Explanation, *, colour: bool, width: int) -> str:
    room = layout.fitted(width)
    title = f"{explanation.id}, {explanation.kind}: {explanation.title}"
    lines = [layout.heading(t, colour=colour) for t in layout.paragraph(title, room, indent="")]
    return "\n".join([*lines, *layout.fields(explanation.fields, room)]) + "\n"


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """The same for JSON: the fields in their order, for a label can stand more than once."""
    return {
        "id": explanation.id,
        "kind": explanation.kind,
        "title": explanation.title,
        "fields": [{"label": label, "text": text} for label, text in explanation.fields],
    }


def _topics(
    matrix: Matrix, facts: Facts, troubles: Sequence[Trouble]
) -> Iterator[tuple[str, Callable[[], Explanation]]]:
    for factor in matrix.factors:
        for rule in factor.rules:
            yield rule.id, partial(meanings.of_rule, matrix, rule)
    for need in matrix.requirements:
        yield need.id, partial(meanings.of_requirement, matrix, need)
    for name in LIMITS:
        yield name, partial(meanings.of_limit, facts, name)
    for variant in matrix.variants:
        yield variant.id, partial(meanings.of_variant, matrix, variant)
    for factor in matrix.factors:
        yield factor.id, partial(meanings.of_factor, matrix, factor)
    for fact in facts.all():
        yield fact.id, partial(meanings.of_fact, facts, fact)
    for trouble in troubles:
        yield trouble.id, partial(meanings.of_trouble, trouble)


def _closest(wanted: str, topics: dict[str, Callable[[], Explanation]]) -> str:
    if close := get_close_matches(wanted, topics, n=3):
        return f"; did you mean {listed([topics[name]().id for name in close], last='or')}?"
    return "; write a rule such as VOL-1, a limit such as credits or an id of clay-arch facts"
