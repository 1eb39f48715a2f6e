"""How long a project takes to change its variant, against two bare renders of Copier's."""

from __future__ import annotations

import subprocess
import tempfile
from itertools import count
from pathlib import Path

from measure import BIN, ROOT, USUAL, interleaved, report

TOOL, COPIER = str(BIN / "clay-arch"), str(BIN / "copier")
TEMPLATES = ROOT / "templates"
PAIRS = (("direct", "standard"), ("standard", "queue"))
OWNER = ("-c", "user.name=Owner", "-c", "user.email=owner@example.com")


def main() -> None:
    for start, end in PAIRS:
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), start, end)


def compare(folder: Path, start: str, end: str) -> None:
    project, numbers = folder / "project", count()
    new = [TOOL, "new", str(project), "--variant", start, "--name", "acme-leads"]
    subprocess.run(new, check=True, stdout=subprocess.DEVNULL)
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "As it was made")

    def copier() -> list[str]:
        words = f"{COPIER} copy --data project_name=acme-leads --defaults --quiet"
        twice = (
            f"{words} {TEMPLATES / variant} {folder}/{next(numbers)}" for variant in (start, end)
        )
        return ["sh", "-c", " && ".join(twice)]

    def migrate() -> list[str]:
        git(project, "reset", "--quiet", "--hard")
        return [TOOL, "migrate", end, "--project", str(project)]

    base, ours = "copier copy, twice", "clay-arch migrate"
    files = sum(1 for path in project.rglob("*") if path.is_file() and ".git" not in path.parts)
    report(
        f"From {start} ({files} files) to {end}, against copier itself",
        interleaved({base: copier, ours: migrate}, rounds=9, env={**USUAL, "NO_COLOR": "1"}),
        base=base,
        bounds={ours: 1.3},
    )


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *OWNER, *words], cwd=folder, check=True)


if __name__ == "__main__":
    main()
