"""Keep the templates of this version for good; with --check, only say what is missing.

An archive holds every file that git tracks in templates/, byte for byte, in the order of its path
and without a date or an owner, so that the same templates give the same archive.
While CHANGELOG.md calls a version unreleased, its templates move and nothing of them need be kept.
From the day that it bears a date they stand: the check then wants an archive that equals them.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from clay_arch import __version__
from clay_arch.errors import ClayArchError
from clay_arch.history import MODES, archive_of, read_archive, recorded_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parent.parent
TEMPLATES = "templates/"
PLAIN = {"100644": False, "100755": True}
_HEADING = re.compile(r"^## (?P<version>\S+) - (?P<state>\S+)$", re.MULTILINE)

Packed = tuple[str, int, bytes]  # path, permissions, content


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if something is missing")
    only_check = parser.parse_args().check
    try:
        problems = [*_problems()] if only_check else [*_record()]
    except ClayArchError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201
    return 1 if problems else 0


def pack(files: Iterable[Packed], archive: Path) -> None:
    """Write an archive that depends on nothing but these files."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_name(f"{archive.name}.partial")
    with tarfile.open(partial, "w:xz", format=tarfile.USTAR_FORMAT, preset=9) as opened:
        for path, mode, content in files:
            member = tarfile.TarInfo(path)
            member.mode, member.size = mode, len(content)
            opened.addfile(member, BytesIO(content))
    partial.replace(archive)


def _record() -> Iterator[str]:
    """Keep the templates of this version; yields what forbids it."""
    tag = f"v{__version__}"
    if _git("tag", "--list", tag):
        yield f"{tag} is out, so its templates stand; begin the next version in CHANGELOG.md"
        return
    archive = archive_of(__version__)
    pack([*_tracked()], archive)
    kilobytes = archive.stat().st_size // 1000
    print(f"{archive.relative_to(ROOT)}: {kilobytes} kB; commit it")  # noqa: T201


def _problems() -> Iterator[str]:
    """Everything that a later version could not update a project for."""
    releases = _releases()
    newest = next(iter(releases), "none")
    if newest != __version__:
        yield f"CHANGELOG.md begins with {newest}, and clay_arch.__version__ is {__version__}"
    kept = recorded_versions()
    for version in [version for version, is_out in releases.items() if is_out]:
        if version not in kept:
            yield f"the templates of {version} are not kept: {archive_of(version).name} is missing"
    for version in [version for version in kept if version not in releases]:
        yield f"{archive_of(version).name} is of no version in CHANGELOG.md"
    if releases.get(__version__) and __version__ in kept:
        yield from _departures()


def _departures() -> Iterator[str]:
    then = {path: rest for path, *rest in read_archive(archive_of(__version__))}
    now = {path: rest for path, *rest in _tracked()}
    for path in sorted(then.keys() | now):
        if then.get(path) != now.get(path):
            yield (
                f"{TEMPLATES}{path} is not as {__version__} was released:"
                " begin the next version in CHANGELOG.md and clay_arch/__init__.py"
            )


def _releases() -> dict[str, bool]:
    """Whether each version of the changelog is released, newest first."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return {found["version"]: found["state"] != "unreleased" for found in _HEADING.finditer(text)}


def _tracked() -> Iterator[Packed]:
    """Every file that git tracks in templates/, by its path in there."""
    for line in sorted(_git("ls-files", "--stage", "-z", TEMPLATES), key=_path):
        path, mode = _path(line), line.split(" ", 1)[0]
        if mode not in PLAIN:
            raise ClayArchError(f"{path} is a link or a submodule; templates hold plain files only")
        yield path.removeprefix(TEMPLATES), MODES[PLAIN[mode]], (ROOT / path).read_bytes()


def _path(line: str) -> str:
    return line.split("\t", 1)[1]


def _git(*words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607 - fixed commands
    return [line for line in re.split("[\0\n]", done.stdout) if line]


if __name__ == "__main__":
    sys.exit(main())
