"""Copy what variants share from its one owner; with --check, only say what differs.

The sandbox is owned by clay_arch/sandbox and copied to templates/*/tools/clay_sandbox, outside
the generated program's own source: it is what the project's demo and tests run against.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SANDBOX = ROOT / "clay_arch" / "sandbox"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a copy differs")
    only_check = parser.parse_args().check
    copies = [template.parent for template in sorted(ROOT.glob("templates/*/copier.yml"))]
    stale = [path for copy in copies for path in _stale(SANDBOX, copy / "tools" / "clay_sandbox")]
    for path in stale:
        print(f"{'differs' if only_check else 'copied'}: {path.relative_to(ROOT)}")  # noqa: T201
    if stale and not only_check:
        for copy in copies:
            _copy(SANDBOX, copy / "tools" / "clay_sandbox")
    return 1 if stale and only_check else 0


def _files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in found
        if "__pycache__" not in path.parts
    }


def _stale(owner: Path, copy: Path) -> list[Path]:
    """The files that are missing, differ or are left over in the copy."""
    here, there = _files(owner), _files(copy)
    return [copy / name for name in sorted(here | there) if here.get(name) != there.get(name)]


def _copy(owner: Path, copy: Path) -> None:
    shutil.rmtree(copy, ignore_errors=True)
    for name, content in _files(owner).items():
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
