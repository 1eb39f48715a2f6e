"""A merge that stands, written into the index and the work tree of the project.

The index goes first: from then on it knows every path that is written or removed, so one
`git reset --hard` takes everything back, whenever the run may be killed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from clay_arch.errors import TargetError
from clay_arch.migration.guards import check_is_clean, check_is_recorded
from clay_arch.migration.trees import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from clay_arch.migration.merge import Merged
    from clay_arch.migration.repository import Repository
    from clay_arch.migration.start import Start
    from clay_arch.migration.trees import Entry, Files

__all__ = ["apply"]


def apply(start: Start, merged: Merged, blocked: frozenset[str], *, store: Repository) -> None:
    """Write the merge from `store` into the project, or leave that as it was and raise.

    Raises `TargetError` when it is no more as it was when it was looked at.
    """
    repository, prefix = start.repository, start.repository.prefix
    files = {path: entry for path, entry in merged.files.items() if path not in blocked}
    gone = sorted(start.files.keys() - files.keys())
    written = {path: entry for path, entry in files.items() if start.files.get(path) != entry}
    stages = {path: s for path, s in merged.stages.items() if path not in blocked}
    _carry_over(store, repository, written, stages.values())
    _check_is_as_it_was(start)
    nothing = f"0 {'0' * len(start.head)}\t{prefix}"
    removals = [f"{nothing}{path}" for path in gone]
    entries = [f"{entry.mode} {entry.blob}\t{prefix}{path}" for path, entry in written.items()]
    _write_index(repository, [*removals, *entries])
    try:
        _remove(repository.project, gone)
        paths = listed(prefix + path for path in written)
        # Without -u: that would hold the index locked, and outlive a kill so.
        repository.git("checkout-index", "--force", "-z", "--stdin", stdin=paths)
        _write_index(repository, _unmerged(stages, nothing, prefix))
        repository.ask("update-index", "-q", "--refresh")  # 1: there are conflicts
    except BaseException as fault:
        repository.git("reset", "--hard", "--quiet", start.head)
        if isinstance(fault, OSError):
            message = f"cannot write to the project: {fault.strerror}; it is as it was"
            raise TargetError(message) from fault
        raise


def _carry_over(
    store: Repository, to: Repository, written: Files, stages: Iterable[Mapping[str, Entry]]
) -> None:
    """Take the blobs that the index will name from one store to another."""
    blobs = {entry.blob for entry in written.values()}
    blobs |= {entry.blob for entries in stages for entry in entries.values()}
    if blobs:
        names = "".join(f"{blob}\n" for blob in sorted(blobs)).encode()
        pack = store.git("pack-objects", "--stdout", "--quiet", stdin=names)
        to.git("index-pack", "--stdin", stdin=pack)


def _check_is_as_it_was(start: Start) -> None:
    """Rendering takes seconds, in which an owner may save a file or commit."""
    check_is_clean(start.repository)
    if check_is_recorded(start.repository) != start.head:
        raise TargetError("there is a new commit meanwhile; nothing was touched: run this again")


def _write_index(repository: Repository, lines: Iterable[str]) -> None:
    repository.git("update-index", "-z", "--index-info", stdin=listed(lines))


def _unmerged(
    stages: Mapping[str, Mapping[str, Entry]], nothing: str, prefix: str
) -> Iterator[str]:
    for path, entries in stages.items():
        yield nothing + path
        for stage, entry in entries.items():
            yield f"{entry.mode} {entry.blob} {stage}\t{prefix}{path}"


def _remove(project: Path, paths: Iterable[str]) -> None:
    """Remove files, and the folders that are empty without them."""
    for path in paths:
        place = project / path
        place.unlink(missing_ok=True)
        while (place := place.parent) != project:
            with suppress(OSError):
                place.rmdir()
