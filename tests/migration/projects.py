"""Projects in repositories of their own, with an owner who works on them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from clay_arch import __version__
from clay_arch.migration.climb import Templates, climb, look
from clay_arch.migration.outcome import Rung
from clay_arch.scaffold import Project, scaffold, template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clay_arch.migration.outcome import Outcome

__all__ = [
    "ENVIRONMENT",
    "LADDER",
    "PAIRS",
    "Living",
    "fresh",
    "git",
    "project_in",
    "snapshot",
]

LADDER = ("direct", "standard", "queue")
PAIRS = [(start, end) for start in LADDER for end in LADDER if start != end]
OWNER = {
    f"GIT_{role}_{what}": text
    for role in ("AUTHOR", "COMMITTER")
    for what, text in (("NAME", "Owner"), ("EMAIL", "owner@example.com"))
}
WITHOUT = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
ENVIRONMENT = {**WITHOUT, **OWNER, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return done.stdout


@cache
def fresh(variant: str) -> Path:
    """A project as `clay-arch new` makes it; nobody changes it."""
    folder = Path(mkdtemp(prefix=f"fresh-{variant}-")) / "acme-leads"
    scaffold(Project(variant=variant, name="acme-leads", transport="webhook"), folder)
    return folder


@dataclass(frozen=True, slots=True)
class Living:
    """A project in a repository, which is at `folder` or above it."""

    folder: Path

    def commit(self, message: str = "Work") -> None:
        git(self.folder, "add", "--all", ".")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", message)

    def climb(self, variant: str, *, is_dry_run: bool = False) -> Outcome:
        """Become another variant, without a decision record."""
        start = look(self.folder)
        base, target = template_of(start.recorded.variant), template_of(variant)
        templates = Templates(base, target, Rung(variant, __version__))
        return climb(start, templates, records={}, is_dry_run=is_dry_run)

    def status(self) -> dict[str, str]:
        """Git's two letters by path."""
        entries = git(self.folder, "status", "--porcelain", "-z", "--no-renames").split("\0")
        return {entry[3:]: entry[:2] for entry in entries if entry}

    def paths(self) -> Iterator[Path]:
        inside = (path for path in self.folder.rglob("*") if path.is_file())
        return (path for path in inside if ".git" not in path.relative_to(self.folder).parts)


def project_in(folder: Path, variant: str = "direct", *, is_committed: bool = True) -> Living:
    """A new project, committed once."""
    shutil.copytree(fresh(variant), folder)
    living = Living(folder)
    if is_committed:
        git(folder, "init", "--quiet", "--initial-branch=main")
        living.commit("As it was made")
    return living


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything below a folder, git's own included: permissions, and content or where it leads."""
    found = {}
    for path in folder.rglob("*"):
        name, mode = os.fsdecode(path.relative_to(folder)), path.lstat().st_mode
        if path.is_symlink():
            found[name] = (mode, os.fsencode(path.readlink()))
        else:
            found[name] = (mode, path.read_bytes() if path.is_file() else b"")
    return found
