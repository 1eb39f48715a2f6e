"""The project's git. Nothing else starts it.

Every call is free of what could change its meaning: variables of a surrounding git, hooks,
watchers, a pager, a language, a missing identity. Nothing that only looks writes anything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from clay_arch.errors import ClayArchError, TargetError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GitError", "Repository", "open_repository"]

OLDEST_GIT = (2, 38)  # the first whose merge-tree merges without a work tree
LONGEST_SECONDS = 600
STILL = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "diff.renameLimit=5000",
    "merge.renames=true",
    "merge.directoryRenames=false",  # a new file goes where the template has it
)
CONFIGURATION = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
NOBODY = {
    f"GIT_{role}_{what}": text
    for role in ("AUTHOR", "COMMITTER")
    for what, text in (
        ("NAME", "clay-arch"),
        ("EMAIL", "clay-arch@localhost"),
        ("DATE", "2000-01-01T00:00:00Z"),  # of commits that nobody sees: the same each time
    )
}
OURS = {
    **NOBODY,
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",  # or a mere status would write the index anew
    "GIT_LITERAL_PATHSPECS": "1",  # a folder may be called [x]
}
MADE = "git init && git add -A && git commit -m 'As it was made'"


class GitError(ClayArchError):
    """Git itself failed; the message has its own first line."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree, and the folder of the project in it: `prefix` is "" or ends with a slash."""

    top: Path
    prefix: str
    folder: Path  # git's own, of this work tree
    environment: Mapping[str, str]

    @property
    def project(self) -> Path:
        return self.top / self.prefix

    def git(self, *words: str, stdin: bytes = b"", allowed: tuple[int, ...] = (0,)) -> bytes:
        """What git prints. Raises `GitError` for an exit code that is not allowed."""
        return self.ask(*words, stdin=stdin, allowed=allowed)[1]

    def ask(
        self, *words: str, stdin: bytes = b"", allowed: tuple[int, ...] = (0, 1)
    ) -> tuple[int, bytes]:
        """The exit code, and what git prints."""
        return _run(words, self.top, self.environment, stdin=stdin, allowed=allowed)

    def line(self, *words: str, stdin: bytes = b"") -> str:
        """The one line that git prints, without its end."""
        return os.fsdecode(self.git(*words, stdin=stdin)).removesuffix("\n")

    def paths(self, *words: str) -> list[str]:
        """What git lists, each ended by a NUL (-z)."""
        return [path for path in os.fsdecode(self.git(*words)).split("\0") if path]

    def with_(self, **variables: str) -> Repository:
        """The same with other variables, such as an index of its own."""
        return replace(self, environment={**self.environment, **variables})


def open_repository(project: Path) -> Repository:
    """The repository that holds a folder. Raises `TargetError` where there is none to work with."""
    if not project.is_dir():
        raise TargetError(f"{project} is no folder; name the project's with --project")
    if shutil.which("git") is None:
        raise TargetError("git is not installed; install git 2.38 or newer, then run this again")
    environment = _environment()
    _refuse_old_git(project, environment)
    asked = ("--show-toplevel", "--show-prefix", "--absolute-git-dir")
    try:
        answers = [_run(("rev-parse", word), project, environment)[1] for word in asked]
    except GitError as fault:
        raise TargetError(_no_repository(project, fault)) from fault
    top, prefix, folder = (os.fsdecode(answer).removesuffix("\n") for answer in answers)
    return Repository(Path(top), prefix, Path(folder), environment)


def _no_repository(project: Path, fault: GitError) -> str:
    if "not a git repository" not in str(fault):
        return str(fault)
    return (
        f"{project} is not in a git repository, and without one nothing could be undone;"
        f" there, type: {MADE}"
    )


def _environment() -> dict[str, str]:
    kept = (n for n in os.environ if not n.startswith("GIT_") or n in CONFIGURATION)
    return {**{name: os.environ[name] for name in kept}, **OURS}


def _refuse_old_git(project: Path, environment: Mapping[str, str]) -> None:
    told = _run(("--version",), project, environment)[1].decode()
    numbers = told.removeprefix("git version ").split()[0].split(".")[:2]
    if tuple(int(number) for number in numbers) < OLDEST_GIT:
        raise TargetError(f"{told.strip()} is too old; install git 2.38 or newer")


def _run(
    words: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
    *,
    stdin: bytes = b"",
    allowed: tuple[int, ...] = (0,),
) -> tuple[int, bytes]:
    settings = [word for setting in STILL for word in ("-c", setting)]
    try:
        done = subprocess.run(  # noqa: S603 - words of our own, no shell
            ["git", *settings, *words],  # noqa: S607 - the user's git
            cwd=folder,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {words[0]} took longer than {LONGEST_SECONDS} seconds") from error
    if done.returncode not in allowed:
        said = os.fsdecode(done.stderr).strip().splitlines() or ["no word of why"]
        raise GitError(f"git {words[0]} failed: {said[0].removeprefix('fatal: ')}")
    return done.returncode, done.stdout
