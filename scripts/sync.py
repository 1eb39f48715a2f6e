"""Copy what variants share from its one owner; with --check, only say what differs.

The sandbox is owned by clay_arch/sandbox and copied to templates/*/tools/clay_sandbox, outside
the generated program's own source: it is what the project's demo and tests run against.
Every other file is owned by the lowest variant that has it, and the variants above it hold the
same bytes, so `diff -r templates/direct templates/standard` shows what a project gains. GROWS
names the exceptions.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
SANDBOX = ROOT / "clay_arch" / "sandbox"
LADDER = ("direct", "standard", "queue")
COPY = "tools/clay_sandbox/"

# The files that a higher variant writes anew; each holds what the lower one's does, and more.
GROWS = frozenset(
    {
        ".clay-arch.yml.jinja",
        ".containerignore",
        ".env.example.jinja",
        ".importlinter",
        "Containerfile",
        "Makefile",
        "README.md.jinja",
        "docs/clay-setup.md",
        "mypy.ini",
        "pyproject.toml.jinja",
        "pytest.ini",
        "ruff.toml",
        "src/leadflow/__init__.py",
        "src/leadflow/adapters/arrival.py",
        "src/leadflow/adapters/sinks/opening.py",
        "src/leadflow/bootstrap.py",
        "src/leadflow/domain/destination.py",
        "src/leadflow/domain/errors.py",
        "src/leadflow/entrypoints/cli.py",
        "src/leadflow/entrypoints/cli_dead.py",
        "src/leadflow/entrypoints/cli_doctor.py",
        "src/leadflow/entrypoints/cli_redrive.py",
        "src/leadflow/entrypoints/cli_secrets.py",
        "src/leadflow/entrypoints/cli_serve.py",
        "src/leadflow/entrypoints/cli_status.py",
        "src/leadflow/entrypoints/cli_work.py",
        "src/leadflow/entrypoints/serving.py",
        "src/leadflow/settings.py",
        "tests/conftest.py",
        "tests/harness/workspace.py",
        "tools/demo.py",
    }
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a copy differs")
    only_check = parser.parse_args().check
    folders = (ROOT / "templates" / name for name in LADDER)
    variants = [folder for folder in folders if (folder / "pytest.ini").is_file()]
    stale = {
        **_stale_sandboxes(variants),
        **{path: owner for pair in pairwise(variants) for path, owner in _stale(*pair).items()},
    }
    for path, owner in stale.items():
        print(f"{'differs' if only_check else 'copied'}: {path.relative_to(ROOT)}")  # noqa: T201
        if not only_check:
            _copy(owner, path)
    return 1 if stale and only_check else 0


def _stale_sandboxes(variants: list[Path]) -> dict[Path, Path]:
    """Copies of the sandbox that differ, and files that its owner no longer has."""
    owned = {path.relative_to(SANDBOX): path for path in _files(SANDBOX)}
    stale = {}
    for variant in variants:
        copies = {path.relative_to(variant / COPY): path for path in _files(variant / COPY)}
        for name in sorted(owned.keys() | copies):
            owner, copy = SANDBOX / name, variant / COPY / name
            if _bytes(owner) != _bytes(copy):
                stale[copy] = owner
    return stale


def _stale(lower: Path, higher: Path) -> dict[Path, Path]:
    """Files that the higher variant lacks or has otherwise, each with its owner."""
    names = [str(path.relative_to(lower)) for path in _files(lower)]
    shared = [name for name in names if not name.startswith(COPY) and name not in GROWS]
    return {
        higher / name: lower / name
        for name in shared
        if _bytes(lower / name) != _bytes(higher / name)
    }


def _files(folder: Path) -> list[Path]:
    """Name what git tracks or would track: no caches, no environments."""
    listing = subprocess.run(  # noqa: S603 - a fixed command
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", str(folder)],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listing.stdout.splitlines())
    return [path for path in paths if path.is_file()]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _copy(owner: Path, path: Path) -> None:
    if not owner.is_file():
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(owner, path)
    shutil.copymode(owner, path)


if __name__ == "__main__":
    sys.exit(main())
