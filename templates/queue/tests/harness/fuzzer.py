"""`python -m harness.fuzzer CORPUS OPTIONS...` makes up bodies until one breaks a promise.

Guided by coverage: a body that reaches lines of leadflow that none reached before is kept in the
corpus and varied further. The options are libFuzzer's.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def _main() -> None:
    atheris: Any = import_module("atheris")  # which there is not for every machine
    with atheris.instrument_imports(include=["leadflow"]):
        target = import_module("harness.fuzzed_bodies")
    atheris.Setup(sys.argv, target.check_everywhere)
    atheris.Fuzz()


if __name__ == "__main__":
    _main()
