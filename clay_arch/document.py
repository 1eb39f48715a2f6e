"""A YAML document that a stranger wrote: its content, and the line on which each value stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import yaml

from clay_arch.errors import FileProblems, Problem, shown
from clay_arch.written import closest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema import ValidationError

    Path = tuple[str | int, ...]

__all__ = ["Document", "parse_document"]

LARGEST_BYTES = 64 * 1024
DEEPEST = 10
TOO_DEEP = f"nested deeper than {DEEPEST} levels"
LONGEST_KEY = 40
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
        return list(dict.fromkeys(problem for error in errors for problem in _explained(error)))


def parse_document(name: str, content: bytes) -> Document:
    """Read one YAML 1.2 document of plain values.

    Raises `FileProblems` for more than 64 KiB, text that is not UTF-8, more than ten levels,
    anchors, aliases, tags, repeated keys or keys of several words, several documents, and
    anything that is not YAML.
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
        too_deep = "nesting" in str(error.problem)  # libyaml's own limit, reached before ours
        reason = TOO_DEEP if too_deep else f"not YAML: {error.problem}"
        raise FileProblems(name, [f"{name}:{line}: {reason}"]) from error
    except yaml.YAMLError as error:
        raise FileProblems(name, [f"{name}:1: not YAML: a character it does not allow"]) from error
    if node is None:
        raise FileProblems(name, [f"{name}:1: empty; see --help for what belongs into it"])
    reader = _Reader(name)
    value = reader.value(node, ())
    if reader.bad_keys:
        raise FileProblems(name, reader.bad_keys)
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
            raise FileProblems(name, [f"{name}:{line}: {TOO_DEEP}"])


class _Reader:
    """Turns nodes into values and remembers where each stood."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.bad_keys: list[str] = []

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
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.bad_keys.append(f"{self.name}:{line}: a key must be one plain word")
                continue
            key = str(key_node.value)
            if key in mapping:
                self.bad_keys.append(f"{self.name}:{line}: key {_named(key)} is given twice")
            mapping[key] = self.value(value_node, (*path, key))
            self.lines[*path, key] = line
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


# What a schema finds, in sentences

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "keys with values",
    "string": "text",
}
_BOUNDS = {
    "maxItems": "holds more than {} entries; leave some out",
    "maxLength": "is longer than {} characters; shorten it",
    "maxProperties": "holds more than {} keys; leave some out",
    "maximum": "is more than {}; write a smaller number",
    "minItems": "must hold at least {}; add what is missing",
    "minLength": "is shorter than {}; write something",
    "minProperties": "must hold at least {}; add what is missing",
    "minimum": "is less than {}; write a larger number",
}


def _explained(error: ValidationError) -> Iterator[Problem]:
    """What is wrong, where, and what to write instead."""
    path, found = tuple(error.absolute_path), cast("Any", error.instance)
    schema = cast("Any", error.schema)
    if error.validator == "additionalProperties":
        known = schema["properties"]
        for key in found:
            if key not in known:
                meant = closest(key, known) or f"; the keys are {', '.join(known)}"
                yield Problem((*path, key), f"{_key((*path, key))}: unknown key{meant}")
        return
    if "propertyNames" in error.absolute_schema_path:
        path = (*path, found)
    yield Problem(path, f"{_key(path)}: {_departure(error)}")


def _departure(error: ValidationError) -> str:  # noqa: PLR0911 - one answer a kind
    wanted: Any = error.validator_value
    found: Any = error.instance
    match error.validator:
        case "enum":
            meant = closest(found, wanted) if isinstance(found, str) else ""
            return f"{_value(found)} is not one of {', '.join(map(str, wanted))}{meant}"
        case "type":
            types = [wanted] if isinstance(wanted, str) else wanted
            hint = "; put it in quotes" if types == ["string"] and _is_plain(found) else ""
            return f"must be {' or '.join(_TYPES[t] for t in types)}, not {_value(found)}{hint}"
        case "required":
            return f"lacks {', '.join(key for key in wanted if key not in found)}; add it"
        case "pattern":
            schema = cast("Any", error.schema)
            return f"{_value(found)} does not fit; wanted is: {schema['description']}"
        case "uniqueItems":
            return "holds the same entry twice; leave one out"
        case "contains":
            (key, value), *_ = wanted["properties"].items()
            return f"lacks an entry whose {key} is {value['const']}; add it"
        case "not":  # the schema is `not: {}`: jsonschema loses the path of `false`
            return "does not belong here; remove it"
    return _BOUNDS[str(error.validator)].format(wanted)


def _is_plain(value: object) -> bool:
    return isinstance(value, (bool, float, int))


def _value(value: object) -> str:
    if isinstance(value, (dict, list)):
        return _TYPES["object" if isinstance(value, dict) else "array"]
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    return shown(value) if isinstance(value, str) else str(value)


def _key(path: Path) -> str:
    """A path as a person writes it, such as plans[0].title."""
    parts = (f"[{p}]" if isinstance(p, int) else f".{_named(p)}" for p in path)
    return "".join(parts).removeprefix(".") or "the document"


def _named(key: str) -> str:
    is_word = key.replace("_", "").replace("-", "").replace(".", "").isalnum() and key.isascii()
    return key if is_word and len(key) <= LONGEST_KEY else shown(key)
