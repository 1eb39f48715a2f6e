"""Files that git does not keep, where the new template would have one of its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from clay_arch.migration.merge import Merged
    from clay_arch.migration.start import Start

__all__ = ["in_the_way"]


def in_the_way(start: Start, merged: Merged) -> frozenset[str]:
    """New paths that something which git ignores stands in the way of.

    Whatever git knows is committed, and nothing that it does not know and does not ignore was
    there when the project was looked at.
    """
    project = start.repository.project
    new = merged.files.keys() - start.files.keys()
    return frozenset(path for path in new if _is_taken(project, path, start))


def _is_taken(project: Path, path: str, start: Start) -> bool:
    place = project / path
    if os.path.lexists(place) and not _is_folder_of(start, path):
        return True
    while (place := place.parent) != project:
        is_other = os.path.lexists(place) and (place.is_symlink() or not place.is_dir())
        if is_other and place.relative_to(project).as_posix() not in start.files:
            return True
    return False


def _is_folder_of(start: Start, path: str) -> bool:
    """Whether git keeps files below a path: the merge has settled what becomes of them."""
    return any(known.startswith(f"{path}/") for known in start.files)
