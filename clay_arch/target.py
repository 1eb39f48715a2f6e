"""The folder that a project is written into: whole, or not at all.

A project is made in a folder inside the target and then moved up entry by entry, so that a
failure leaves the target as it was, and a killed run can simply be repeated.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from clay_arch.errors import TargetError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["PARTIAL", "check_target", "fill_target", "relative_files"]

PARTIAL = ".clay-arch-partial"


def fill_target(target: Path, write: Callable[[Path], None]) -> tuple[str, ...]:
    """Let `write` fill a folder, and make that the target. Returns the paths in it.

    Raises `TargetError`, and whatever `write` raises, with nothing in the target touched.
    """
    target = check_target(target)
    new_folders = _missing_folders(target)
    partial = target / PARTIAL
    try:
        if partial.is_dir():  # a killed run's
            shutil.rmtree(partial)
        partial.mkdir(parents=True)
        write(partial)
        _refuse_strangers(target, partial)
        written = tuple(sorted(relative_files(partial)))
        _move_up(partial, target)
    except OSError as error:
        _clean_up(partial, new_folders)
        reason = error.strerror or "not possible"
        raise TargetError(f"cannot write to {target}: {reason}; nothing was left there") from error
    except BaseException:
        _clean_up(partial, new_folders)
        raise
    return written


def check_target(target: Path) -> Path:
    """The target, resolved. Raises `TargetError` unless it can take a project, as far as can be
    told without writing; what a killed run left there may be there.
    """
    if ".." in target.parts:
        raise TargetError(f"{shown(str(target))} leads upwards; name the folder without ..")
    try:
        if target.is_symlink():
            raise TargetError(f"{target} is a link; name the folder that it leads to")
        resolved = Path(os.path.realpath(target))
        if resolved.exists() and not resolved.is_dir():
            raise TargetError(f"{target} is a file; name a new or empty folder")
        has_partial = (resolved / PARTIAL).is_dir()
        if resolved.is_dir() and any(resolved.iterdir()) and not has_partial:
            raise TargetError(f"{target} is not empty; name a new or empty folder")
    except OSError as error:
        raise TargetError(f"cannot use {shown(str(target))}: {error.strerror}") from error
    return resolved


def _refuse_strangers(target: Path, partial: Path) -> None:
    """After a killed run some entries may have been moved up already: they must be ours."""
    for path in relative_files(target):
        if Path(path).parts[0] == PARTIAL:
            continue
        fresh = partial / path
        if not fresh.is_file() or not filecmp.cmp(target / path, fresh, shallow=False):
            raise TargetError(f"{target} is not empty: it holds {path}; name an empty folder")


def _move_up(partial: Path, target: Path) -> None:
    moved: list[Path] = []
    try:
        for entry in sorted(partial.iterdir()):
            destination = target / entry.name
            _remove(destination)  # a killed run's, found equal byte for byte
            entry.rename(destination)
            moved.append(destination)
        partial.rmdir()
    except BaseException:
        for entry in moved:
            _remove(entry)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _missing_folders(target: Path) -> list[Path]:
    """The folders that making `target` creates, innermost first."""
    return [folder for folder in (target, *target.parents) if not folder.exists()]


def _clean_up(partial: Path, new_folders: list[Path]) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    for folder in new_folders:
        with suppress(OSError):  # it was never made, or somebody else put something into it
            folder.rmdir()


def relative_files(folder: Path) -> Iterator[str]:
    """The paths of the files below a folder, from that folder."""
    return (p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())
