"""The tree of errors that is drawn is the tree that is there."""

from __future__ import annotations

import re

import pytest

from leadflow.domain import errors

DRAWN = re.compile(r"^([ │├└─]*)(\w+)\s+(\d+|-|exit code)\s", re.MULTILINE)


def drawn() -> dict[str, tuple[str, str]]:
    """Read name -> (parent, exit code) off the drawing."""
    found: dict[str, tuple[str, str]] = {}
    line_of_descent: list[str] = []
    for indent, name, code in DRAWN.findall(str(errors.__doc__)):
        depth = len(indent) // 4
        line_of_descent = [*line_of_descent[:depth], name]
        found[name] = (line_of_descent[depth - 1] if depth else "Exception", code)
    return found


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_drawn_where_it_belongs(name: str) -> None:
    error: type[errors.LeadflowError] = getattr(errors, name)
    parent, code = drawn()[name]

    assert error.__base__ is not None
    assert error.__base__.__name__ == parent
    assert code in {str(error.exit_code), "-", "exit code"}


def test_nothing_else_is_drawn() -> None:
    assert set(drawn()) == set(errors.__all__)
