"""What must hold before a project is touched: everything in it can be had back from git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.errors import TargetError
from clay_arch.migration.project import ANSWERS_FILE
from clay_arch.migration.repository import MADE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clay_arch.migration.repository import Repository

__all__ = ["check_is_clean", "check_is_recorded", "check_nothing_is_hidden"]

UNDER_WAY = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "BISECT_LOG": "bisection",
}
MOST_NAMED = 5
IN_SIGHT = "HMRCK"  # of `git ls-files -v`; S and small letters are files that git looks away from


def check_is_recorded(repository: Repository) -> str:
    """The commit that is checked out. Raises `TargetError` unless it holds the answers file."""
    if not (repository.project / ANSWERS_FILE).is_file():
        raise TargetError(
            f"{repository.project} has no {ANSWERS_FILE}, so nobody knows what it was made from;"
            " name a project of `clay-arch new` with --project, or restore the file from git"
        )
    code, head = repository.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if code:
        made = MADE.removeprefix("git init && ")
        raise TargetError(
            "the repository has no commit yet, so nothing could be undone;"
            f" in {repository.project}, type: {made}"
        )
    file = f"{repository.prefix}{ANSWERS_FILE}"
    if not repository.paths("ls-tree", "-z", "--name-only", "--full-tree", "--", "HEAD", file):
        raise TargetError(
            f"{ANSWERS_FILE} is not committed, so nothing could be undone; in"
            f" {repository.project}, type: git add -A && git add -f {ANSWERS_FILE} && git commit"
        )
    return head.decode().strip()


def check_is_clean(repository: Repository) -> None:
    """Raise `TargetError` for anything that is not committed, and for a merge under way.

    Beside the project's folder, files that git does not know may lie about.
    """
    for name, what in UNDER_WAY.items():
        if (repository.folder / name).exists():
            raise TargetError(f"a {what} is under way; finish or abort it first")
    entries = repository.paths(
        *("status", "--porcelain=v1", "-z", "--no-renames"),
        *("--untracked-files=normal", "--ignore-submodules=dirty"),
    )
    changed = [entry[3:] for entry in entries if not entry.startswith("??")]
    strange = [entry[3:] for entry in entries if entry.startswith(f"?? {repository.prefix}")]
    if changed or strange:
        raise TargetError(
            f"not committed: {_named([*changed, *strange])}; commit them,"
            " or put them away with git stash --include-untracked"
        )


def check_nothing_is_hidden(repository: Repository) -> None:
    """Raise `TargetError` for files whose changes git was told not to see: it would write over
    them.
    """
    entries = repository.paths("ls-files", "-v", "-z", "--", repository.prefix or ".")
    hidden = [entry[2:] for entry in entries if entry[0] not in IN_SIGHT]
    if hidden:
        raise TargetError(
            f"git was told to look away from {_named(hidden)}; type: git update-index"
            " --no-assume-unchanged --no-skip-worktree FILE, or git sparse-checkout disable"
        )


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
    return ", ".join(paths[:MOST_NAMED]) + more
