"""The shell blocks of a page, and a folder in which they run as a reader would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.site.built import DOCS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Block", "Shell", "blocks_of", "is_shown", "pages_with_blocks", "starts_in"]

FENCE = re.compile(
    r"^```(?P<kind>shell|console)\n(?P<text>.*?)^```\n(?:<!-- not run: (?P<reason>[^>]+) -->)?",
    re.MULTILINE | re.DOTALL,
)
STARTS_IN = re.compile(r"(?m)^shell: (\w+)$")
PROMPT = "$ "
SECONDS = 180


@dataclass(frozen=True, slots=True)
class Block:
    """A block of commands; a session also holds what they print, with `...` for any lines."""

    kind: Literal["shell", "console"]
    text: str
    reason: str | None  # why it is not run

    @property
    def is_run(self) -> bool:
        return self.reason is None

    def steps(self) -> Iterator[tuple[str, str | None]]:
        """Each command, and what the page says it prints, if it does."""
        if self.kind == "shell":
            yield self.text, None
            return
        for step in re.split(r"(?m)^\$ ", self.text)[1:]:
            command, _, shown = step.partition("\n")
            yield command, shown or None


def pages_with_blocks() -> list[Path]:
    """README.md and every page of the site that has one."""
    pages = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    return [page for page in pages if "project" not in page.parts and blocks_of(page)]


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block("shell" if m["kind"] == "shell" else "console", m["text"], m["reason"])
        for m in FENCE.finditer(text)
    ]


def starts_in(page: Path) -> str | None:
    """The variant in whose project a page begins, as its front matter says."""
    found = STARTS_IN.search(page.read_text(encoding="utf-8").partition("\n---\n")[0])
    return found[1] if found else None


class Shell:
    """One bash for a page: what a block changes, the next one finds."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self._state = tools / "state"
        self._folder = folder
        self._environ = {
            **{name: value for name, value in os.environ.items() if not _is_ours(name)},
            "HOME": str(tools),
            "PATH": f"{_python(tools)}{os.pathsep}{Path(sys.executable).parent}"
            f"{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ada"),
            **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ada@acme-corp.com"),
            # A project's `make setup` finds here what it would otherwise fetch.
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads: build isolation, 0
        }

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run it where the last one ended, with the variables that it left."""
        script = (
            f"[ -f {self._state} ] && . {self._state}\nset -e\n{command}\n"
            f"{{ declare -x; echo cd \"'$PWD'\"; }} > {self._state}\n"
        )
        return subprocess.run(
            ["bash", "-c", script],
            cwd=self._folder,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )


def is_shown(shown: str, printed: str) -> bool:
    """Whether a session's text is what was printed; a line `...` stands for any lines."""
    pattern = re.sub(r"(?m)^\.\.\.$", "*", re.sub(r"([\[*?])", r"[\1]", shown.strip()))
    return fnmatchcase(printed.strip(), pattern)


def _is_ours(name: str) -> bool:
    return name.startswith(("CLAY_ARCH_", "PYTEST_", "DEMO_")) or name in {"MAKEFLAGS", "MAKELEVEL"}


def _python(tools: Path) -> Path:
    """A folder for the path whose python3 makes environments that see what is installed here."""
    folder = tools / "bin"
    folder.mkdir(parents=True)
    site = sysconfig.get_path("purelib")
    inside = Path(site).relative_to(sys.prefix)
    program = folder / "python3"
    program.write_text(
        f"""#!/bin/sh
[ "$1 $2" = "-m venv" ] || exec {sys.executable} "$@"
{sys.executable} -m venv --without-pip "$3" && echo {site} > "$3/{inside}/installed.pth"
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return folder
