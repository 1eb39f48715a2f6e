"""The map of the package, in its docstring: what it names is there."""

from __future__ import annotations

import re

import leadflow
from harness.workspace import ROOT

SOURCE = ROOT / "src/leadflow"
FOLDERS = ("domain", "use_cases", "adapters", "entrypoints")


def test_every_file_of_the_map_is_there() -> None:
    assert leadflow.__doc__
    for folder, name in re.findall(r"(?:([a-z_]+)/)?([a-z_]+\.py)", leadflow.__doc__):
        places = [folder] if folder else ["", *FOLDERS]
        assert any((SOURCE / place / name).is_file() for place in places), name


def test_the_map_fits_a_hundred_columns() -> None:
    assert leadflow.__doc__
    assert max(map(len, leadflow.__doc__.splitlines())) <= 100
