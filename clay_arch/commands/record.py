"""The decision records that `new` and `migrate` leave in a project, and the answers beside them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from clay_arch.commands.answer import answer_to, command_of, decision_record, written_answers
from clay_arch.migration.project import carry_over
from clay_arch.migration.record import ANSWERS, place_for, superseded
from clay_arch.options import has_answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clay_arch.decision.recommend import Recommendation
    from clay_arch.migration.climb import Start
    from clay_arch.migration.record import Place

__all__ = ["Next", "first_record", "next_record"]

HEAD = "# The answers behind the newest record here: clay-arch recommend --answers {file}\n"


class Next(NamedTuple):
    """Files of a project by path, and the answers of its template that are others from now on."""

    files: dict[str, str]
    answers: dict[str, str]


def first_record(answer: Recommendation, params: Mapping[str, Any], chosen: str) -> dict[str, str]:
    """The files that say why a new project is of the chosen variant, by path."""
    place = place_for(chosen, ())
    text = decision_record(answer, command_of(answer, params), chosen)
    return {place.path: text, ANSWERS: _as_file(answer)}


def next_record(start: Start, params: Mapping[str, Any], chosen: str) -> Next:
    """What a project says of its change to another variant.

    What the flags leave open is answered as it was before. Where nothing was ever answered, the
    record says that the variant was named.
    """
    place = place_for(chosen, start.files)
    is_asked, is_recorded = has_answers(params), ANSWERS in start.files
    answers = {}
    if is_asked or is_recorded:
        answer = answer_to(_with_recorded(start, params) if is_recorded else params)
        files = _reasoned(start, place, answer, command_of(answer, params), chosen)
        if is_asked:
            answers["transport"] = answer.decision.today.transport
    else:
        files = {place.path: _named(start, place, chosen)}
    if place.before:
        files[place.before] = superseded(start.read(place.before), place)
    return Next(files, answers)


def _reasoned(
    start: Start, place: Place, answer: Recommendation, command: str, chosen: str
) -> dict[str, str]:
    before = start.read(ANSWERS) if ANSWERS in start.files else ""
    text = decision_record(
        answer,
        command,
        chosen,
        number=place.number,
        supersedes=place.before,
        changes=_changes(before, answer) if before else (),
    )
    return {place.path: text, ANSWERS: _kept(before, answer) if before else _as_file(answer)}


def _with_recorded(start: Start, params: Mapping[str, Any]) -> Mapping[str, Any]:
    if params["answers_file"] or os.environ.get("CLAY_ARCH_ANSWERS"):
        return params
    return {**params, "answers_file": str(start.repository.project / ANSWERS)}


def _named(start: Start, place: Place, chosen: str) -> str:
    from datetime import datetime

    from clay_arch.load import load_matrix
    from clay_arch.report.named import render_named_adr
    from clay_arch.scaffold import generated_tests

    return render_named_adr(
        load_matrix(),
        number=place.number,
        date=datetime.now().astimezone().date().isoformat(),
        variant=chosen,
        before=start.recorded.variant,
        supersedes=place.before,
        tests=generated_tests(chosen),
    )


def _as_file(answer: Recommendation) -> str:
    import yaml

    written = written_answers(answer.answers)
    return HEAD.format(file=ANSWERS) + yaml.safe_dump(written, sort_keys=False)


def _kept(before: str, answer: Recommendation) -> str:
    """The file of answers as the owner left it, with the answers of today."""
    import yaml

    if not _changes(before, answer):
        return before
    fresh = _as_file(answer)
    kept = carry_over(before, fresh)
    with suppress(yaml.YAMLError):
        if yaml.safe_load(kept) == yaml.safe_load(fresh):
            return kept
    comments = (line for line in before.splitlines(keepends=True) if line.lstrip()[:1] == "#")
    return "".join(line for line in comments if line not in fresh) + fresh


def _changes(before: str, answer: Recommendation) -> list[tuple[str, str, str]]:
    """Question, answer before and answer now, wherever they differ."""
    from clay_arch.document import parse_document
    from clay_arch.questions import QUESTIONS, as_text

    found = parse_document(ANSWERS, before.encode()).content if before.strip() else {}
    old = {key: as_text(value) for key, value in found.items()}
    new = written_answers(answer.answers)
    asked = [(q, old.get(q.key, "not asked"), new.get(q.key, "not asked")) for q in QUESTIONS]
    return [(question.prompt, was, now) for question, was, now in asked if was != now]
