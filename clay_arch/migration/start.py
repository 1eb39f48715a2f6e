"""Where a climb starts: a project that git can give back as it is."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from clay_arch.migration.guards import (
    check_is_clean,
    check_is_recorded,
    check_nothing_is_hidden,
)
from clay_arch.migration.project import ANSWERS_FILE, parse_recorded
from clay_arch.migration.repository import open_repository
from clay_arch.migration.trees import read_blob, read_tree

if TYPE_CHECKING:
    from pathlib import Path

    from clay_arch.migration.project import Recorded
    from clay_arch.migration.repository import Repository
    from clay_arch.migration.trees import Files

__all__ = ["Start", "look"]


class Start(NamedTuple):
    """A project that can be climbed from. `files` are those of its commit, from its own folder."""

    repository: Repository
    head: str
    recorded: Recorded
    files: Files

    @property
    def tree(self) -> str:
        """The committed tree of the project's folder, as git names it."""
        return _tree(self.repository, self.head)

    @property
    def undo(self) -> str:
        """What takes everything back, as a line for a shell."""
        return f"git -C {quote(str(self.repository.project))} reset --hard"

    def read(self, path: str) -> str:
        """The text of a file, as it is committed."""
        return read_blob(self.repository, self.files[path]).decode(errors="surrogateescape")


def look(project: Path) -> Start:
    """Look at a project, and raise `TargetError` or `FileProblems` where nothing may be done."""
    repository = open_repository(project)
    head = check_is_recorded(repository)
    check_is_clean(repository)
    check_nothing_is_hidden(repository)
    files = read_tree(repository, _tree(repository, head))
    content = read_blob(repository, files[ANSWERS_FILE])
    return Start(repository, head, parse_recorded(ANSWERS_FILE, content), files)


def _tree(repository: Repository, head: str) -> str:
    return f"{head}:{repository.prefix.removesuffix('/')}"
