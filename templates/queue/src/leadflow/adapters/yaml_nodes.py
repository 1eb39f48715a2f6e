"""The nodes of a YAML document -> plain values of YAML 1.2, and the line of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

import yaml

from leadflow.domain.problem import Where

__all__ = ["NodeReader"]

INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
WORDS: Mapping[str, bool | None] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}


class NodeReader:
    """Turns nodes into values, and remembers where each stood."""

    def __init__(self) -> None:
        self.lines: dict[Where, int] = {}
        self.problems: list[tuple[int, str]] = []  # line and sentence

    def value(self, node: yaml.Node, where: Where) -> object:
        self.lines[where] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self.value(entry, (*where, n)) for n, entry in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        return _scalar(cast("yaml.ScalarNode", node))

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, object]:
        members: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append((line, "a key must be one word"))
                continue
            key = str(key_node.value)
            if key in members:
                self.problems.append((line, "this key stands here already"))
            members[key] = self.value(value_node, (*where, key))
            self.lines[*where, key] = line
        return members


def _scalar(node: yaml.ScalarNode) -> object:
    text = str(node.value)
    if node.style in {"'", '"', "|", ">"}:
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text
