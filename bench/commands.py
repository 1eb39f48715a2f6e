"""How long a command takes from the shell, against what it is built on."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path

from measure import BIN, PYTHON, ROOT, interleaved, report

TOOL = str(BIN / "clay-arch")
WORKLOAD = ["--volume", "5k", "--plan", "growth", "--infra", "https"]
TEMPLATE = str(ROOT / "templates" / "direct")


def main() -> None:
    base = "python -c 'import click'"
    startup = {
        base: [PYTHON, "-c", "import click"],
        "clay-arch --help": [TOOL, "--help"],
        "clay-arch recommend, json": [TOOL, "recommend", *WORKLOAD, "--format", "json"],
        "clay-arch recommend, text": [TOOL, "recommend", *WORKLOAD],
    }
    report(
        "Commands against the bare import of click",
        interleaved(startup, rounds=25),
        base=base,
        bounds={"clay-arch --help": 1.6, "clay-arch recommend, json": 2.5},
    )
    with tempfile.TemporaryDirectory() as folder:
        numbers = count()

        def copier() -> list[str]:
            answers = ["--data", "project_name=acme-leads", "--defaults", "--quiet"]
            return [str(BIN / "copier"), "copy", *answers, TEMPLATE, f"{folder}/{next(numbers)}"]

        def new() -> list[str]:
            answers = ["--variant", "direct", "--name", "acme-leads"]
            return [TOOL, "new", str(Path(folder) / str(next(numbers))), *answers]

        report(
            "Scaffolding against copier itself",
            interleaved({"copier copy": copier, "clay-arch new": new}, rounds=9),
            base="copier copy",
            bounds={"clay-arch new": 1.3},
        )


if __name__ == "__main__":
    main()
