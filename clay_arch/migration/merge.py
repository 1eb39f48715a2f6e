"""Yours and the new template's, merged on top of what both came from.

Git merges the trees, without a work tree. What it leaves open is settled here where only one
answer loses nothing: a file that you had edited and the new template has no more is kept.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from clay_arch.migration.trees import Entry, commit_tree, read_blob, read_tree, store_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clay_arch.migration.repository import Repository
    from clay_arch.migration.trees import Files

__all__ = ["Labels", "Merged", "merge"]

BASE, YOURS, THEIRS = "1", "2", "3"
REASONS = {
    (BASE, YOURS, THEIRS): "you and the template changed the same place",
    (YOURS, THEIRS): "you added one of your own, and the template brings one",
    (BASE, THEIRS): "you removed it, and the template changed it",
}
OTHERWISE = "you and the template moved it to different places"
MOST_MARKERS = 127  # git's exit code is their number, up to this


class Labels(NamedTuple):
    """What stands behind the markers of a conflict."""

    yours: str
    base: str
    theirs: str


class Merged(NamedTuple):
    """By path from the top of the repository. `files` holds conflicts with their markers in it."""

    files: Files
    stages: Mapping[str, Mapping[str, Entry]]  # of what a person must decide
    kept: frozenset[str]

    def reason(self, path: str) -> str:
        """Why a path was left to a person."""
        return REASONS.get(tuple(sorted(self.stages[path])), OTHERWISE)


def merge(repository: Repository, *, yours: str, base: str, theirs: str, labels: Labels) -> Merged:
    """Merge three trees; of `yours` and `theirs`, `base` is what both came from."""
    root = commit_tree(repository, base, parent=None)
    sides = [commit_tree(repository, tree, parent=root) for tree in (yours, theirs)]
    told = repository.ask("merge-tree", "--write-tree", "-z", "--no-messages", *sides)[1]
    tree, *lines = [line.decode(errors="surrogateescape") for line in told.split(b"\0") if line]
    files, open_, kept = read_tree(repository, tree), {}, set()
    for path, stages in _stages(lines).items():
        if THEIRS in stages:
            open_[path] = stages
            files[path] = _marked(repository, files.get(path), stages, labels)
        elif YOURS in stages:
            kept.add(path)
            files[path] = stages[YOURS]
    return Merged(files, open_, frozenset(kept))


def _stages(lines: list[str]) -> dict[str, dict[str, Entry]]:
    found: dict[str, dict[str, Entry]] = {}
    for line in lines:
        about, path = line.split("\t", 1)
        mode, blob, stage = about.split()
        found.setdefault(path, {})[stage] = Entry(mode, blob)
    return found


def _marked(
    repository: Repository, merged: Entry | None, stages: Mapping[str, Entry], labels: Labels
) -> Entry:
    """The file with all three texts where they differ: git's own would lack the base's."""
    if YOURS not in stages:
        return merged or stages[THEIRS]
    with TemporaryDirectory() as folder:
        files = [Path(folder) / stage for stage in (YOURS, BASE, THEIRS)]
        for file in files:
            entry = stages.get(file.name)
            file.write_bytes(read_blob(repository, entry) if entry else b"")
        code, text = repository.ask(
            *("merge-file", "-p", "--diff3"),
            *(word for label in labels for word in ("-L", label)),
            *map(str, files),
            allowed=tuple(range(256)),
        )
    if code > MOST_MARKERS:  # not a text
        return merged or stages[YOURS]
    return store_bytes(repository, text, (merged or stages[YOURS]).mode)
