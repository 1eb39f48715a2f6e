"""Every benchmark, one after the other, in one run. `make bench` calls it."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

from measure import PYTHON

BENCHMARKS = (
    *("commands", "migrate", "csv_check", "pace"),
    *("callbacks", "deliveries", "queue_figures"),
)


def main() -> None:
    print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in sys.argv[1:] or BENCHMARKS:
        subprocess.run([PYTHON, str(Path(__file__).parent / f"{name}.py")], check=True)


if __name__ == "__main__":
    main()
