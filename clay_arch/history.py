"""The templates of every release, this one's and those before it.

A project is updated by what changed between the templates it was made from and today's, so the
templates of a release are kept for good: data/history/VERSION.tar.xz holds the three variants as
`scripts/history.py` found them. What they share costs next to nothing, for one window of the
compressor spans all three.
"""

from __future__ import annotations

import tarfile
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from clay_arch import __version__
from clay_arch.errors import ClayArchError, InputError, shown
from clay_arch.scaffold import template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "HISTORY",
    "archive_of",
    "read_archive",
    "recorded_versions",
    "refuse_newer",
    "template_tree",
]

HISTORY = Path(__file__).parent / "data" / "history"
SUFFIX = ".tar.xz"
MODES = {True: 0o755, False: 0o644}


@contextmanager
def template_tree(version: str, variant: str, *, history: Path = HISTORY) -> Iterator[Path]:
    """The template folder of a variant as a version had it, to read while the context lasts.

    Raises `InputError`, naming the command that has it, for a version that is not kept.
    """
    if version == __version__:
        yield template_of(variant)
        return
    if version not in recorded_versions(history):
        raise InputError(
            f"clay-arch {__version__} keeps no templates of {shown(version)}, which the project"
            f" was made from; it keeps {_kept(history)}; {_command_with(version)}"
        )
    with TemporaryDirectory(prefix="clay-arch-") as folder:
        yield _unpack(archive_of(version, history), variant, Path(folder))


def recorded_versions(history: Path = HISTORY) -> tuple[str, ...]:
    """The versions whose templates are kept, oldest first."""
    from packaging.version import Version

    names = (path.name.removesuffix(SUFFIX) for path in history.glob(f"*{SUFFIX}"))
    return tuple(sorted(names, key=Version))


def archive_of(version: str, history: Path = HISTORY) -> Path:
    """Where the templates of a version are kept, or would be."""
    return history / f"{version}{SUFFIX}"


def refuse_newer(version: str) -> None:
    """Raise `InputError`, naming the command that has it, for a version newer than this one."""
    from packaging.version import InvalidVersion, Version

    with suppress(InvalidVersion):  # then it is one that nobody kept
        if Version(version) > Version(__version__):
            raise InputError(
                f"the project was made by clay-arch {version}, which is newer than this"
                f" {__version__}; {_command_with(version)}"
            )


def read_archive(archive: Path) -> Iterator[tuple[str, int, bytes]]:
    """Path, permissions and content of every file in an archive, in its order.

    Raises `ClayArchError` for anything that is not a plain file inside the archive's own folder.
    """
    try:
        from lzma import LZMAError
    except ImportError as error:
        raise ClayArchError(
            "this Python was built without lzma, which old templates are packed with;"
            " install clay-arch for a Python whose python3 -c 'import lzma' works"
        ) from error
    try:
        with tarfile.open(archive, "r:xz") as opened:
            for member in opened:
                yield _checked(member), MODES[bool(member.mode & 0o100)], _content(opened, member)
    except (OSError, EOFError, LZMAError, tarfile.TarError) as error:
        raise ClayArchError(f"{archive} cannot be read; install clay-arch anew: {error}") from error


def _unpack(archive: Path, variant: str, folder: Path) -> Path:
    template = folder / variant
    for name, mode, content in read_archive(archive):
        if PurePosixPath(name).parts[0] == variant:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(mode)
    if not template.is_dir():
        version = archive.name.removesuffix(SUFFIX)
        raise InputError(f"clay-arch {version} had no template for {shown(variant)}")
    return template


def _content(opened: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = opened.extractfile(member)
    return found.read() if found else b""


def _checked(member: tarfile.TarInfo) -> str:
    """The path of a member. Raises `ClayArchError` unless it is a file and leads nowhere else."""
    path = PurePosixPath(member.name)
    leads_out = path.is_absolute() or ".." in path.parts or "\\" in member.name or not path.parts
    if leads_out or not member.isreg():
        raise ClayArchError(
            f"the archive of old templates holds {shown(member.name)}, which is no plain file"
            " inside it; nothing of it is used; install clay-arch anew"
        )
    return str(path)


def _kept(history: Path) -> str:
    return ", ".join(dict.fromkeys([*recorded_versions(history), __version__]))


def _command_with(version: str) -> str:
    """What to type to have a version, as the end of a message."""
    return f"type: pip install clay-arch=={version}, or in a checkout: git checkout v{version}"
