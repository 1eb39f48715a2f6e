"""The decision records that `new` and `migrate` leave in a project, and the answers beside them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from clay_arch.commands.answer import answer_to, command_of, decision_record, written_answers
from clay_arch.migration.record import ANSWERS, place_for, superseded
from clay_arch.options import has_answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clay_arch.decision.recommend import Recommendation
    from clay_arch.migration.climb import Start

__all__ = ["first_record", "next_record"]

HEAD = "# The answers behind the newest record here: clay-arch recommend --answers {file}\n"


def first_record(answer: Recommendation, params: Mapping[str, Any], chosen: str) -> dict[str, str]:
    """The files that say why a new project is of the chosen variant, by path."""
    place = place_for(chosen, ())
    text = decision_record(answer, command_of(answer, params), chosen)
    return {place.path: text, ANSWERS: _as_file(answer)}


def next_record(start: Start, params: Mapping[str, Any], chosen: str) -> dict[str, str]:
    """The files that say why a project changes to another variant, by path.

    What the flags leave open is answered as it was before. Where nothing was ever answered there
    is nothing to record.
    """
    is_recorded = ANSWERS in start.files
    if not is_recorded and not has_answers(params):
        return {}
    if is_recorded and not params["answers_file"] and not os.environ.get("CLAY_ARCH_ANSWERS"):
        params = {**params, "answers_file": str(start.repository.project / ANSWERS)}
    answer = answer_to(params)
    place = place_for(chosen, start.files)
    text = decision_record(
        answer,
        command_of(answer, params),
        chosen,
        number=place.number,
        supersedes=place.before,
        changes=_changes(start.read(ANSWERS) if is_recorded else "", answer),
    )
    files = {place.path: text, ANSWERS: _as_file(answer)}
    if place.before:
        files[place.before] = superseded(start.read(place.before), place)
    return files


def _as_file(answer: Recommendation) -> str:
    import yaml

    written = written_answers(answer.answers)
    return HEAD.format(file=ANSWERS) + yaml.safe_dump(written, sort_keys=False)


def _changes(before: str, answer: Recommendation) -> list[tuple[str, str, str]]:
    """Question, answer before and answer now, wherever they differ."""
    from clay_arch.document import parse_document
    from clay_arch.questions import QUESTIONS, as_text

    found = parse_document(ANSWERS, before.encode()).content if before.strip() else {}
    old = {key: as_text(value) for key, value in found.items()}
    new = written_answers(answer.answers)
    asked = [(q, old.get(q.key, "not asked"), new.get(q.key, "not asked")) for q in QUESTIONS]
    return [(question.prompt, was, now) for question, was, now in asked if was != now]
