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
from clay_arch.errors import FileProblems, InputError
from clay_arch.questions import read_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clay_arch.decision.troubles import Trouble
    from clay_arch.document import Document
    from clay_arch.errors import Problem

__all__ = [
    "DATA",
    "load_answers",
    "load_facts",
    "load_matrix",
    "load_packaged",
    "load_schema",
    "load_troubles",
]

LARGEST_INPUT = 1024 * 1024
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
    if path is None:
        return parse_facts(load_packaged("facts"))
    from clay_arch.decision.budget import needed_facts

    needed = needed_facts(plan.id for plan in matrix.plans)
    return parse_facts(_checked(path, "facts", lambda d: audit_facts(d, needed=needed)))


def load_answers(source: str) -> dict[str, Any]:
    """The values of a YAML or JSON file of answers, by question; `-` reads standard input.

    Raises `FileProblems` with everything in it that cannot be read.
    """
    if source == "-":
        from clay_arch.document import parse_document

        document = parse_document("standard input", sys.stdin.buffer.read(LARGEST_INPUT))
        return read_answers(_verified(document, "answers", _unreadable))[0]
    return read_answers(_checked(Path(source), "answers", _unreadable))[0]


def _unreadable(document: Any) -> list[Problem]:
    return read_answers(document)[1]


def load_troubles() -> tuple[Trouble, ...]:
    """The packaged troubles, each with cause, remedy and the command that helps."""
    from clay_arch.decision.troubles import parse_troubles

    return parse_troubles(load_packaged("troubles"))


def load_schema(name: str) -> dict[str, Any]:
    """The published JSON Schema of that name, such as `matrix` or `recommendation`."""
    import json

    schema: dict[str, Any] = json.loads((DATA / "schemas" / f"{name}.schema.json").read_bytes())
    return schema


def _checked(path: Path, schema: str, audit: Callable[[Any], list[Problem]]) -> dict[str, Any]:
    from clay_arch.document import parse_document

    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; name a readable file") from error
    return _verified(parse_document(str(path), content), schema, audit)


def _verified(
    document: Document, schema: str, audit: Callable[[Any], list[Problem]]
) -> dict[str, Any]:
    """The content, once neither schema nor audit finds anything. An audit presumes the schema."""
    problems = document.violations(load_schema(schema)) or audit(document.content)
    if problems:
        raise FileProblems(document.name, _located(document, problems))
    content: dict[str, Any] = document.content
    return content


def _located(document: Document, problems: Sequence[Problem]) -> list[str]:
    lines = sorted((document.line_of(problem.path), str(problem)) for problem in problems)
    return [f"{document.name}:{line}: {text}" for line, text in lines]
