"""The project's git. Nothing else starts it.

Every call is free of what could change its meaning: variables of a surrounding git, hooks,
watchers, a pager, a language, a missing identity.
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
STILL = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "core.quotePath=false")
NOBODY = {
    f"GIT_{role}_{what}": text
    for role in ("AUTHOR", "COMMITTER")
    for what, text in (
        ("NAME", "clay-arch"),
        ("EMAIL", "clay-arch@localhost"),
        ("DATE", "2000-01-01T00:00:00Z"),  # of commits that nobody sees: the same each time
    )
}


class GitError(ClayArchError):
    """Git itself failed; the message has its own first line."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree, and the folder of the project in it: `prefix` is "" or ends with a slash."""

    top: Path
    prefix: str
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
    words = ("rev-parse", "--is-inside-work-tree")
    code, told = _run(words, project, environment, allowed=(0, 128))
    if code or told.strip() != b"true":
        raise TargetError(_no_repository(project, words, environment))
    top = os.fsdecode(_run(("rev-parse", "--show-toplevel"), project, environment)[1])
    prefix = os.fsdecode(_run(("rev-parse", "--show-prefix"), project, environment)[1])
    return Repository(Path(top.removesuffix("\n")), prefix.removesuffix("\n"), environment)


def _no_repository(project: Path, words: tuple[str, ...], environment: Mapping[str, str]) -> str:
    try:
        _run(words, project, environment)
    except GitError as fault:
        if "not a git repository" not in str(fault):
            return str(fault)
    return (
        f"{project} is not in a git repository, and without one nothing could be undone;"
        " there, type: git init && git add -A && git commit -m 'As it was made'"
    )


def _environment() -> dict[str, str]:
    mine = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    return {**mine, **NOBODY, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


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
    done = subprocess.run(  # noqa: S603 - words of our own, no shell
        ["git", *settings, *words],  # noqa: S607 - the user's git
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    if done.returncode not in allowed:
        said = os.fsdecode(done.stderr).strip().splitlines() or ["no word of why"]
        raise GitError(f"git {words[0]} failed: {said[0].removeprefix('fatal: ')}")
    return done.returncode, done.stdout
