"""Two releases of clay-arch, each a checkout of its own that runs where it lies.

The first has today's templates and keeps them with the real command. The second renames a file
and what imports it, removes two, changes some in different places, adds one, and asks one
question more.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.migration.projects import ENVIRONMENT, LADDER, git
from tests.process import Ended

__all__ = [
    "ADDED",
    "FIRST",
    "MOVED",
    "REMOVED",
    "ROOT",
    "SECOND",
    "Release",
    "checkout_in",
    "next_release",
]

ROOT = Path(__file__).parent.parent.parent
FIRST, SECOND = "98.0.0", "99.0.0"
PARTS = ("clay_arch", "scripts", "pyproject.toml", "CHANGELOG.md", "README.md", "LICENSE")
MOVED = ("src/leadflow/domain/pacing.py", "src/leadflow/domain/rhythm.py")
REMOVED = ("mypy.ini", "tests/domain/test_urls.py")
ADDED = "src/leadflow/domain/region.py"
QUESTION = """
region:
  type: str
  help: Where the data is kept
  default: eu
"""


@dataclass(frozen=True, slots=True)
class Release:
    """A version of clay-arch in a folder. Calling it runs its command there."""

    folder: Path
    version: str

    def __call__(self, *words: str, cwd: Path) -> Ended:
        return self.python("-m", "clay_arch", *words, cwd=cwd)

    def keep_templates(self, *words: str) -> Ended:
        """What `make record-release` does, or with --check a part of `make check`."""
        return self.python("scripts/history.py", *words, cwd=self.folder)

    def python(self, *words: str, cwd: Path) -> Ended:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=cwd,
            env={**ENVIRONMENT, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def template(self, variant: str) -> Path:
        return self.folder / "templates" / variant

    @property
    def archive(self) -> Path:
        return self.folder / "clay_arch" / "data" / "history" / f"{self.version}.tar.xz"


def checkout_in(
    folder: Path, version: str, state: str, *, templates: tuple[str, ...] = ("templates",)
) -> Release:
    """Today's clay-arch as a checkout of a version, which is unreleased or bears a date."""
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", *PARTS)
    listed = git(ROOT, *words, *templates)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    release = Release(folder, version)
    _declare(release, state)
    git(folder, "init", "--quiet", "--initial-branch=main")
    _track(release)
    return release


def next_release(before: Release, folder: Path) -> Release:
    """The second release, unreleased as yet, beside the first."""
    shutil.copytree(before.folder, folder)
    release = Release(folder, SECOND)
    _declare(release, "unreleased")
    for variant in LADDER:
        _work_on(release.template(variant))
    _track(release)
    return release


def _declare(release: Release, state: str) -> None:
    """Write the version wherever a release has it."""
    _replace(release.folder / "clay_arch/__init__.py", r'__version__ = ".*"',
             f'__version__ = "{release.version}"')  # fmt: skip
    _replace(release.folder / "pyproject.toml", r'(?m)^version = ".*"$',
             f'version = "{release.version}"')  # fmt: skip
    heading = f"## {release.version} - {state}\n\n* Something.\n\n## "
    _replace(release.folder / "CHANGELOG.md", r"## ", heading)


def _track(release: Release) -> None:
    git(release.folder, "add", "--all", "templates", "CHANGELOG.md")
    git(release.folder, "commit", "--quiet", "--allow-empty", "--message", release.version)


def _work_on(template: Path) -> None:
    (template / MOVED[0]).rename(template / MOVED[1])
    for path in template.rglob("*"):
        if path.is_file() and b"domain.pacing" in path.read_bytes():
            _replace(path, r"domain\.pacing", "domain.rhythm", count=0)
    for name in REMOVED:
        (template / name).unlink()
    (template / ADDED).write_text('"""Where the data is kept."""\n', encoding="utf-8")
    _replace(template / "README.md.jinja", r"^# .*", "# {{ project_name }} in {{ region }}")
    _replace(template / "Makefile", r"\Z", "\nregion: ## say where the data is kept\n\t@echo eu\n")
    _replace(template / MOVED[1], r"\n\n", "\n# The rhythm of what leaves.\n\n")
    _replace(template / "copier.yml", r"\Z", QUESTION)
    answer = "  region: {{ region | to_json(ensure_ascii=False) }}\n"
    _replace(template / ".clay-arch.yml.jinja", r"\Z", answer)
    setting = "\n# Where the data is kept. Nobody else decides it.\nDATA_REGION={{ region }}\n"
    _replace(template / ".env.example.jinja", r"\Z", setting)


def _replace(path: Path, pattern: str, text: str, *, count: int = 1) -> None:
    """Replace what a pattern finds; it must find something."""
    found = path.read_text(encoding="utf-8")
    changed, times = re.subn(pattern, lambda _: text, found, count=count)
    if not times:
        raise LookupError(f"{path} has no {pattern}")
    path.write_text(changed, encoding="utf-8")
