"""Prints every wire fact of Clay's with the sandbox tests that keep it and the switches it leaves.

`python tests/fact_map.py` ends with 1 when a fact has neither, or a test names a fact that is none.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from pathlib import Path

import click
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from clay_arch.sandbox import SWITCHES  # noqa: E402 - found only once the path is set

FACTS_FILE = ROOT / "clay_arch" / "data" / "facts.yaml"
TESTS = ROOT / "tests" / "sandbox"


def read_facts() -> dict[str, str]:
    """Every fact's title by its id."""
    text = FACTS_FILE.read_text(encoding="utf-8")
    return {fact["id"]: fact["title"] for fact in yaml.safe_load(text)["facts"]}


def read_tests(folder: Path = TESTS) -> dict[str, list[str]]:
    """The tests marked with each fact, as `file.py::test`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("test_*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for fact in _facts_marked_on(function):
                    found[fact].append(f"{path.name}::{function.name}")
    return found


def _facts_marked_on(function: ast.FunctionDef) -> list[str]:
    """The ids in `pytest.mark.fact("...")`, on the test or on one of its parameters."""
    calls = [
        node
        for decorator in function.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fact"
    ]
    return [ast.literal_eval(call.args[0]) for call in calls]


def is_wire(fact: str) -> bool:
    return fact.startswith(("wire.", "callback."))


def describe(fact: str, title: str, tests: list[str]) -> list[str]:
    lines = [f"{fact}  {title}", *(f"    {test}" for test in tests)]
    lines += [
        f"    switch {switch.field} = {switch.default!r}: {switch.does}"
        for switch in SWITCHES.get(fact, ())
    ]
    return lines if len(lines) > 1 else [*lines, "    MISSING"]


def main() -> int:
    facts, tests = read_facts(), read_tests()
    wire = [fact for fact in facts if is_wire(fact)]
    for fact in wire:
        click.echo("\n".join(describe(fact, facts[fact], tests.get(fact, []))))
    missing = [fact for fact in wire if fact not in tests and fact not in SWITCHES]
    unknown = sorted((tests.keys() | SWITCHES.keys()) - facts.keys())
    click.echo(f"{len(wire)} facts, {len(missing)} missing: {', '.join(missing) or 'none'}")
    if unknown:
        click.echo(f"named by a test or a switch, but no fact: {', '.join(unknown)}")
    return 1 if missing or unknown else 0


if __name__ == "__main__":
    sys.exit(main())
