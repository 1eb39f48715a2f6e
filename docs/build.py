"""Build the site into site/, and look at every link of it; exits 1 when anything is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import build_chooser
from pages.links import broken_links
from pages.project_guides import guides

DOCS = Path(__file__).parent
ROOT = DOCS.parent
COMMANDS = {
    "build": ("build", "--clean", "--strict"),
    "serve": ("serve",),
}


def main() -> int:
    command = COMMANDS[sys.argv[1] if len(sys.argv) > 1 else "build"]
    prepare()
    # Its own folder is not on the path of the builder, which reads docs/macros.py.
    path = os.pathsep.join([str(DOCS), *filter(None, [os.environ.get("PYTHONPATH")])])
    ended = subprocess.run(
        [sys.executable, "-m", "zensical", *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    if ended.returncode or command is not COMMANDS["build"]:
        return ended.returncode
    broken = broken_links(ROOT / "site")
    for each in broken:
        print(f"leads nowhere: {each}", file=sys.stderr)
    return 1 if broken else 0


def prepare() -> None:
    """Write what is made for each build and never committed: chooser, colours, project guides."""
    build_chooser.main()
    folder = DOCS / "project"
    folder.mkdir(exist_ok=True)
    for name, text in guides():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
