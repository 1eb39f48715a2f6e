"""How long a project takes to change its variant, against two bare renders of Copier's."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from measure import BIN, ROOT, USUAL, interleaved, report

if TYPE_CHECKING:
    from collections.abc import Mapping

TOOL, COPIER = str(BIN / "clay-arch"), str(BIN / "copier")
TEMPLATES = ROOT / "templates"
FEW = 40  # files
PAIRS = (("direct", "standard"), ("standard", "queue"))
OWNER = ("-c", "user.name=Owner", "-c", "user.email=owner@example.com")


def main() -> None:
    for start, end in PAIRS:
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), TEMPLATES, start, end)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package"
        thin_out(package)
        environment = {"PYTHONPATH": str(package)}
        compare(Path(folder), package / "templates", *PAIRS[0], environment=environment)


def compare(
    folder: Path,
    templates: Path,
    start: str,
    end: str,
    *,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> None:
    project, numbers = folder / "project", count()
    usual = {**USUAL, "NO_COLOR": "1", **environment}
    new = [TOOL, "new", str(project), "--variant", start, "--name", "acme-leads"]
    subprocess.run(new, check=True, stdout=subprocess.DEVNULL, env=usual)
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "As it was made")

    def copier() -> list[str]:
        words = f"{COPIER} copy --data project_name=acme-leads --defaults --quiet"
        twice = (
            f"{words} {templates / variant} {folder}/{next(numbers)}" for variant in (start, end)
        )
        return ["sh", "-c", " && ".join(twice)]

    def migrate() -> list[str]:
        git(project, "reset", "--quiet", "--hard")
        return [TOOL, "migrate", end, "--project", str(project)]

    base, ours = "copier copy, twice", "clay-arch migrate"
    files = sum(1 for path in project.rglob("*") if path.is_file() and ".git" not in path.parts)
    report(
        f"From {start} ({files} files) to {end}, against copier itself",
        interleaved({base: copier, ours: migrate}, rounds=9, env=usual),
        base=base,
        bounds={ours: 1.3},
    )


def thin_out(package: Path) -> None:
    """Make this package once more, with so few files in each template; they need not run."""
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "clay_arch", package / "clay_arch", ignore=skipped)
    for template in TEMPLATES.iterdir():
        words = ["git", "ls-files", "."]
        listed = subprocess.run(words, cwd=template, check=True, capture_output=True, text=True)
        paths = listed.stdout.splitlines()
        top = [path for path in paths if "/" not in path]  # with copier.yml, which is not rendered
        program = [path for path in paths if path.startswith("src/")]
        for path in (*top, *program[: FEW + 1 - len(top)]):
            place = package / "templates" / template.name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(template / path, place)


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *OWNER, *words], cwd=folder, check=True)


if __name__ == "__main__":
    main()
