"""YAML and answers into values. Every problem of a file is reported at once, with its line.

A user's file is read with limits on size and depth, without aliases, tags or repeated keys, and
checked against its JSON Schema and then by the decision's own audit. The packaged files are
held to the same by the tests, so at run time they are only parsed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from clay_arch.decision.facts import Facts, audit_facts, parse_facts
from clay_arch.decision.matrix import Matrix, parse_matrix
from clay_arch.errors import FileProblems, InputError, Problem
from clay_arch.questions import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from clay_arch.decision.troubles import Trouble
    from clay_arch.document import Document
    from clay_arch.questions import Question

__all__ = [
    "DATA",
    "load_answers",
    "load_facts",
    "load_matrix",
    "load_packaged",
    "load_schema",
    "load_troubles",
]

DATA = Path(__file__).parent / "data"


def load_packaged(name: str) -> Any:
    """The content of a packaged YAML file, such as `troubles`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / f"{name}.yaml").read_bytes(), loader)  # noqa: S506 - a safe loader


def load_matrix(path: Path | None = None) -> Matrix:
    """The packaged matrix, or a user's own.

    Raises `FileProblems` with every gap, overlap, dead rule and mistake in it.
    """
    if path is None:
        return parse_matrix(load_packaged("matrix"))
    from clay_arch.decision.audit import audit_matrix

    return parse_matrix(_checked(path, "matrix", audit_matrix))


def load_facts(matrix: Matrix, path: Path | None = None) -> Facts:
    """The packaged facts, or a user's own, which must hold what the plans of `matrix` need.

    Raises `FileProblems` with every mistake in the file.
    """
    from clay_arch.decision.budget import needed_facts

    needed = needed_facts(plan.id for plan in matrix.plans)
    if path is None:
        facts = parse_facts(load_packaged("facts"))
        if missing := [fact_id for fact_id in needed if fact_id not in facts.by_id]:
            raise InputError(
                f"the packaged facts lack {', '.join(missing)}; name a file of yours"
                " with --facts that holds them"
            )
        return facts
    return parse_facts(
        _checked(path, "facts", lambda d: [*audit_facts(d, needed=needed), *_impossible_dates(d)])
    )


def _impossible_dates(document: Mapping[str, Any]) -> Iterator[Problem]:
    from datetime import date

    for path, entry in [
        ((), document),
        *((("facts", i), f) for i, f in enumerate(document["facts"])),
    ]:
        try:
            date.fromisoformat(entry.get("read_on", "2000-01-01"))
        except ValueError:
            message = f"there is no {entry['read_on']} in the calendar"
            yield Problem((*path, "read_on"), message)


def load_answers(source: str, questions: Sequence[Question]) -> dict[str, Any]:
    """The values of a YAML or JSON file of answers, by question; `-` reads standard input.

    Raises `FileProblems` with everything in it that cannot be read.
    """
    values: dict[str, Any] = {}

    def read(document: Mapping[str, Any]) -> list[Problem]:
        problems = []
        for asked in questions:
            if asked.key in document:
                try:
                    values[asked.key] = asked.read(as_text(document[asked.key]))
                except InputError as error:
                    problems.append(Problem((asked.key,), f"{asked.key}: {error}"))
        return problems

    _checked(None if source == "-" else Path(source), "answers", read)
    return values


def load_troubles() -> tuple[Trouble, ...]:
    """The packaged troubles, each with cause, remedy and the command that helps."""
    from clay_arch.decision.troubles import parse_troubles

    return parse_troubles(load_packaged("troubles"))


def load_schema(name: str) -> dict[str, Any]:
    """The published JSON Schema of that name, such as `matrix` or `recommendation`."""
    import json

    schema: dict[str, Any] = json.loads((DATA / "schemas" / f"{name}.schema.json").read_bytes())
    return schema


def _checked(
    path: Path | None, schema: str, audit: Callable[[Any], list[Problem]]
) -> dict[str, Any]:
    """The content of a file, or of standard input, once neither schema nor audit finds anything.

    An audit presumes the schema.
    """
    from clay_arch.document import parse_document

    name = "standard input" if path is None else str(path)
    document = parse_document(name, _read(path))
    problems = document.violations(load_schema(schema)) or audit(document.content)
    if problems:
        raise FileProblems(name, _located(document, problems))
    content: dict[str, Any] = document.content
    return content


def _read(path: Path | None) -> bytes:
    """As much as a document may hold, and one byte more to tell that there is more."""
    from clay_arch.document import LARGEST_BYTES

    try:
        if path is None:
            return _standard_input().read(LARGEST_BYTES + 1)
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        name = path or "standard input"
        raise InputError(f"cannot read {name}: {error.strerror}; name a readable file") from error


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("standard input is closed; name a file, or send the answers to it")
    return sys.stdin.buffer


def _located(document: Document, problems: Sequence[Problem]) -> list[str]:
    lines = sorted((document.line_of(problem.path), str(problem)) for problem in problems)
    return [f"{document.name}:{line}: {text}" for line, text in lines]
