"""The templates of every release are kept: equal to what they were, small, and safe to unpack."""

from __future__ import annotations

import re
import shutil
import tarfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from clay_arch import __version__
from clay_arch.errors import ClayArchError, InputError
from clay_arch.history import read_archive, recorded_versions, refuse_newer, template_tree
from clay_arch.scaffold import template_of
from tests.migration.projects import LADDER
from tests.migration.releases import FIRST

if TYPE_CHECKING:
    from pathlib import Path

    from tests.migration.releases import Release

OLD = "0.0.7"
LARGEST_BYTES = 600_000


def _keep(history: Path, version: str, *members: tarfile.TarInfo) -> Path:
    """An archive with these members, each of which holds one line."""
    archive = history / f"{version}.tar.xz"
    archive.parent.mkdir(exist_ok=True)
    with tarfile.open(archive, "w:xz", preset=0) as opened:
        for member in members:
            member.size = 5 if member.isreg() else 0
            opened.addfile(member, BytesIO(b"line\n") if member.isreg() else None)
    return archive


def _member(name: str, kind: bytes = tarfile.REGTYPE, *, leads_to: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, leads_to
    return member


def _files(folder: Path) -> dict[str, tuple[bytes, bool]]:
    """Content and permission to run of every file."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o100))
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("variant", LADDER)
def test_what_was_kept_comes_back_as_it_was(variant: str, first: Release) -> None:
    with template_tree(FIRST, variant, history=first.archive.parent) as tree:
        assert _files(tree) == _files(first.template(variant))

    assert not tree.exists()


def test_the_installed_version_has_its_templates_where_they_lie(tmp_path: Path) -> None:
    with template_tree(__version__, "direct", history=tmp_path) as tree:
        assert tree == template_of("direct")


def test_an_archive_holds_three_variants_and_is_small(first: Release) -> None:
    assert {path.split("/")[0] for path, *_ in read_archive(first.archive)} == {*LADDER}
    assert first.archive.stat().st_size < LARGEST_BYTES


def test_versions_are_listed_by_age_and_not_by_letter(tmp_path: Path) -> None:
    for version in ("0.10.0", "0.9.0", "0.9.0rc1"):
        _keep(tmp_path, version)

    assert recorded_versions(tmp_path) == ("0.9.0rc1", "0.9.0", "0.10.0")
    assert recorded_versions(tmp_path / "none") == ()


def test_a_version_that_is_not_kept_is_refused_with_the_command_that_has_it(
    tmp_path: Path,
) -> None:
    _keep(tmp_path, OLD, _member("direct/copier.yml"))

    with pytest.raises(InputError) as refused, template_tree("0.0.5", "direct", history=tmp_path):
        pass

    assert "'0.0.5'" in str(refused.value)
    assert f"it keeps {OLD}, {__version__};" in str(refused.value)
    assert "pip install clay-arch==0.0.5" in str(refused.value)


@pytest.mark.parametrize("version", ["../0.0.7", "x/0.0.7", "", "0.0.7.tar.xz", "0.0.*"])
def test_a_version_that_is_a_path_finds_nothing(version: str, tmp_path: Path) -> None:
    _keep(tmp_path, OLD, _member("direct/copier.yml"))
    history = tmp_path / "x"
    history.mkdir()

    with pytest.raises(InputError), template_tree(version, "direct", history=history):
        pass


def test_a_variant_that_the_version_did_not_have_is_refused(tmp_path: Path) -> None:
    _keep(tmp_path, OLD, _member("direct/copier.yml"))

    with (
        pytest.raises(InputError, match=f"clay-arch {OLD} had no template for 'queue'"),
        template_tree(OLD, "queue", history=tmp_path),
    ):
        pass


HOSTILE = {
    "upwards": _member("../outside"),
    "upwards from inside": _member("direct/../../outside"),
    "from the root": _member("/tmp/outside"),  # noqa: S108 - it is not to be written
    "upwards, as Windows writes it": _member("direct\\..\\..\\outside"),
    "nowhere": _member("."),
    "a link": _member("direct/link", tarfile.SYMTYPE, leads_to="/"),
    "a second name": _member("direct/name", tarfile.LNKTYPE, leads_to="direct/copier.yml"),
    "a pipe": _member("direct/pipe", tarfile.FIFOTYPE),
    "a device": _member("direct/null", tarfile.CHRTYPE),
    "a folder": _member("direct/folder", tarfile.DIRTYPE),
}


@pytest.mark.parametrize("member", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_archive_that_leads_elsewhere_is_refused(
    member: tarfile.TarInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, temporary = tmp_path / "history", tmp_path / "temporary" / "deeper"
    temporary.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    _keep(history, OLD, _member("direct/copier.yml"), member)

    with (
        pytest.raises(ClayArchError, match="no plain file inside it; nothing of it is used"),
        template_tree(OLD, "direct", history=history),
    ):
        pass

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{OLD}.tar.xz"]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_broken_archive_is_one_line(share: float, first: Release, tmp_path: Path) -> None:
    broken = tmp_path / first.archive.name
    shutil.copy(first.archive, broken)
    with broken.open("r+b") as file:
        file.truncate(int(share * first.archive.stat().st_size))

    with pytest.raises(ClayArchError, match="install clay-arch anew") as refused:
        [*read_archive(broken)]

    assert str(broken) in str(refused.value)


@pytest.mark.parametrize("version", ["99.0", "99.0rc1", "1!0.0.1"])
def test_a_newer_version_is_refused_as_versions_go(version: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"pip install clay-arch=={version}")):
        refuse_newer(version)


@pytest.mark.parametrize("version", [__version__, "0.0.1", f"{__version__}rc1", "no version"])
def test_a_version_that_is_not_newer_is_not(version: str) -> None:
    refuse_newer(version)


def test_a_python_without_lzma_is_told_so(first: Release) -> None:
    code = (
        "import sys; sys.modules['lzma'] = None\n"  # as where it was not built
        "from clay_arch.history import *\n"
        "try: [*read_archive(archive_of('98.0.0'))]\n"
        "except Exception as error: print(type(error).__name__, error)"
    )

    ended = first.python("-c", code, cwd=first.folder)

    assert ended.out.startswith("ClayArchError this Python was built without lzma"), ended.err
