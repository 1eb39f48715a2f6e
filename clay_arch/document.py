"""A YAML document that a stranger wrote: its content, and the line on which each value stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import yaml

from clay_arch.errors import FileProblems, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    Path = tuple[str | int, ...]

__all__ = ["Document", "parse_document"]

LARGEST_BYTES = 64 * 1024
DEEPEST = 10
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Document:
    """The content as plain values and the line, counted from 1, of every path in it."""

    name: str
    content: Any
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest value around it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def violations(self, schema: Mapping[str, Any]) -> list[Problem]:
        """Everywhere the content departs from a JSON Schema."""
        from jsonschema import Draft202012Validator

        errors = Draft202012Validator(schema).iter_errors(self.content)
        return [Problem(tuple(e.absolute_path), _explained(e.message)) for e in errors]


def parse_document(name: str, content: bytes) -> Document:
    """Read one YAML 1.2 document of plain values.

    Raises `FileProblems` for more than 64 KiB, text that is not UTF-8, more than ten levels,
    anchors, aliases, tags, repeated keys, several documents, and anything that is not YAML.
    """
    if len(content) > LARGEST_BYTES:
        raise FileProblems(name, [f"{name}:1: larger than {LARGEST_BYTES // 1024} KiB; shorten it"])
    try:
        text = content.decode("utf-8-sig")
        _refuse_expansion(name, text)
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except UnicodeDecodeError as error:
        message = f"{name}:1: not UTF-8 at byte {error.start}; save it as UTF-8"
        raise FileProblems(name, [message]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise FileProblems(name, [f"{name}:{line}: not YAML: {error.problem}"]) from error
    except yaml.YAMLError as error:
        raise FileProblems(name, [f"{name}:1: not YAML: a character it does not allow"]) from error
    if node is None:
        raise FileProblems(name, [f"{name}:1: empty; see --help for what belongs into it"])
    reader = _Reader(name)
    value = reader.value(node, ())
    if reader.repeated:
        raise FileProblems(name, reader.repeated)
    return Document(name, value, reader.lines)


def _refuse_expansion(name: str, text: str) -> None:
    """Look at the events alone, which expand nothing, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileProblems(
                name, [f"{name}:{line}: anchors and aliases are not read; write out"]
            )
        if getattr(event, "tag", None):
            raise FileProblems(name, [f"{name}:{line}: tags are not read; remove the ! word"])
        depth += isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent))
        depth -= isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent))
        if depth > DEEPEST:
            raise FileProblems(name, [f"{name}:{line}: nested deeper than {DEEPEST} levels"])


class _Reader:
    """Turns nodes into values and remembers where each stood."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.repeated: list[str] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return _scalar(cast("yaml.ScalarNode", node))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in mapping:
                line = key_node.start_mark.line + 1
                self.repeated.append(f"{self.name}:{line}: key {key} is given twice")
            mapping[key] = self.value(value_node, (*path, key))
        return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    """YAML 1.2's plain values only: `no` stays a word and `12:30` no number."""
    text = str(node.value)
    if node.style in {"'", '"', "|", ">"}:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _explained(message: str) -> str:
    longest = 200
    return message if len(message) <= longest else f"{message[:longest]} ..."
