"""The guides that a generated project carries, shown on the site too, under `project/`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["guides"]

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
NOTE = """
!!! note ""
    This guide is `docs/{name}` in {projects}.
    What it says of Clay is in [the facts](../reference/facts.md), with sources and dates.
"""
TO_FILE = re.compile(r"\[([^\]]*)\]\((?!https?:|#)([^)#]*\.(?:ya?ml|py|toml|json))\)")


def guides() -> Iterator[tuple[str, str]]:
    """File name and text of each; a guide that two variants share is shown once."""
    yield _guide("direct", "clay-setup.md", "clay-setup-direct.md", "a Direct project")
    for path in sorted((TEMPLATES / "queue/docs").glob("*.md")):
        is_shared = (TEMPLATES / "standard/docs" / path.name).exists()
        owners = "a Standard or Queue project" if is_shared else "a Queue project"
        yield _guide("queue", path.name, path.name, owners)


def _guide(variant: str, name: str, shown_as: str, projects: str) -> tuple[str, str]:
    text = (TEMPLATES / variant / "docs" / name).read_text(encoding="utf-8")
    title, _, rest = text.partition("\n")
    note = NOTE.format(name=name, projects=projects)
    return shown_as, title + "\n" + note + TO_FILE.sub(r"`\2`", rest)
