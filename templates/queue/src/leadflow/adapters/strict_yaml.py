"""A YAML file -> plain values and the line of each, or every reason why not.

64 KiB at most, ten levels, no anchors, aliases or tags (a few lines of them can stand for
gigabytes), no key twice; `no` is a word and 12:30 no number, as in YAML 1.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from leadflow.adapters.yaml_nodes import NodeReader
from leadflow.domain.errors import LeadflowError
from leadflow.domain.problem import Problem, Where

__all__ = ["Document", "read_yaml"]

Refusal = Callable[[list[Problem]], LeadflowError]

LARGEST_BYTES = 64 * 1024
DEEPEST = 10
TOO_DEEP = f"nested deeper than {DEEPEST} levels"
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file; `lines` knows where each part of it stands."""

    name: str
    content: object
    lines: Mapping[Where, int]

    def located(self, problems: list[Problem]) -> list[Problem]:
        """Give each problem its file and line, in the order of the lines."""
        lined = [(self._line(problem.where), problem) for problem in problems]
        return [
            problem._replace(place=f"{self.name}:{line}")
            for line, problem in sorted(lined, key=lambda pair: pair[0])
        ]

    def _line(self, where: Where) -> int:
        while where not in self.lines:
            where = where[:-1]
        return self.lines[where]


def read_yaml(path: Path, *, refuse: Refusal) -> Document:
    """Read one document; raise what `refuse` makes of the problems."""
    name = path.name
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except OSError as fault:
        raise refuse([_problem(f"{path}", 0, f"cannot be read: {fault.strerror}")]) from fault
    if len(raw) > LARGEST_BYTES:
        sentence = f"larger than {LARGEST_BYTES // 1024} KiB; shorten it"
        raise refuse([_problem(name, 1, sentence)])
    try:
        return _document(name, raw.decode("utf-8-sig"), refuse)
    except UnicodeDecodeError as fault:
        raise refuse([_problem(name, 1, "not UTF-8; save it as UTF-8")]) from fault
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        too_deep = "nesting" in str(fault.problem)  # libyaml's own limit, reached before ours
        sentence = TOO_DEEP if too_deep else f"not YAML: {fault.problem}"
        raise refuse([_problem(name, line, sentence)]) from fault
    except yaml.YAMLError as fault:
        raise refuse([_problem(name, 1, "not YAML: a character it does not allow")]) from fault


def _document(name: str, text: str, refuse: Refusal) -> Document:
    if problems := _forbidden(name, text):  # looked for before anything is built
        raise refuse(problems)
    node = yaml.compose(text, Loader=LOADER)
    if node is None:
        raise refuse([_problem(name, 1, "empty")])
    reader = NodeReader()
    content = reader.value(node, ())
    if reader.problems:
        raise refuse([_problem(name, line, sentence) for line, sentence in reader.problems])
    return Document(name, content, reader.lines)


def _forbidden(name: str, text: str) -> list[Problem]:
    problems = []
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problems.append(_problem(name, line, "anchors and aliases are not read; write it out"))
        if getattr(event, "tag", None):
            problems.append(_problem(name, line, "tags are not read; remove the ! word"))
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return [*problems, _problem(name, line, TOO_DEEP)]
    return problems


def _problem(name: str, line: int, sentence: str) -> Problem:
    return Problem((), sentence, f"{name}:{line}" if line else name)
