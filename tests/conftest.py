"""Fixtures that every folder shares: the packaged matrix and facts, read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clay_arch.load import load_facts, load_matrix

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix


@pytest.fixture(scope="session", name="matrix")
def _matrix() -> Matrix:
    return load_matrix()


@pytest.fixture(scope="session", name="facts")
def _facts(matrix: Matrix) -> Facts:
    return load_facts(matrix)
