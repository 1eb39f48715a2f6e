"""Folders and commits as files by path, and files by path as a tree of git's."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clay_arch.migration.repository import Repository

__all__ = [
    "Entry",
    "Files",
    "beside",
    "commit_tree",
    "listed",
    "read_blob",
    "read_tree",
    "store_bytes",
    "store_folder",
    "write_tree",
]


class Entry(NamedTuple):
    """A file as git keeps it."""

    mode: str
    blob: str


Files = dict[str, Entry]


def read_tree(repository: Repository, treeish: str) -> Files:
    """The files of a commit or tree, by path."""
    files = {}
    for line in repository.paths("ls-tree", "-r", "-z", "--full-tree", treeish):
        about, path = line.split("\t", 1)
        mode, _, blob = about.split()
        files[path] = Entry(mode, blob)
    return files


def read_blob(repository: Repository, entry: Entry) -> bytes:
    return repository.git("cat-file", "blob", entry.blob)


def store_folder(repository: Repository, folder: Path) -> Files:
    """Keep every file of a folder in git, byte for byte; by path from that folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = b"".join(os.fsencode(path) + b"\n" for path in files)
    words = ("hash-object", "-w", "--no-filters", "--stdin-paths")
    blobs = repository.git(*words, stdin=names).decode()
    return {
        path.relative_to(folder).as_posix(): Entry(_mode(path), blob)
        for path, blob in zip(files, blobs.split(), strict=True)
    }


def store_bytes(repository: Repository, content: bytes, mode: str = "100644") -> Entry:
    return Entry(mode, repository.line("hash-object", "-w", "--stdin", stdin=content))


def commit_tree(repository: Repository, tree: str, *, parent: str | None) -> str:
    """A commit that no branch has: it only says what comes from what."""
    parents = () if parent is None else ("-p", parent)
    return repository.line("commit-tree", tree, *parents, "-m", "clay-arch")


def write_tree(repository: Repository, files: Files) -> str:
    """The tree of these files. The index of the project is not touched."""
    with TemporaryDirectory() as folder:
        aside = repository.with_(GIT_INDEX_FILE=str(Path(folder) / "index"))
        lines = (f"{entry.mode} {entry.blob}\t{path}" for path, entry in files.items())
        aside.git("update-index", "-z", "--index-info", stdin=listed(lines))
        return aside.line("write-tree")


@contextmanager
def beside(repository: Repository) -> Iterator[Repository]:
    """The same repository; what is stored in it is kept out of the project and thrown away."""
    real = repository.top / repository.line("rev-parse", "--git-path", "objects")
    with TemporaryDirectory() as folder:
        yield repository.with_(
            GIT_OBJECT_DIRECTORY=folder, GIT_ALTERNATE_OBJECT_DIRECTORIES=_quoted(str(real))
        )


def listed(lines: Iterable[str]) -> bytes:
    """Lines as git reads them after -z."""
    return b"".join(os.fsencode(line) + b"\0" for line in lines)


def _mode(path: Path) -> str:
    return "100755" if os.access(path, os.X_OK) else "100644"


def _quoted(path: str) -> str:
    """As one of a list that colons separate."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
