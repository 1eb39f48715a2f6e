"""Tables of Markdown, and the note that stands on every generated page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NOTE", "named", "row", "table"]

NOTE = "<!-- Made from the code by `make docs`. -->\n\n"


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table, and the line that ends it."""
    head = tuple(titles)
    return "\n".join([row(*head), row(*["---"] * len(head)), *(row(*each) for each in rows), ""])


def row(*cells: str) -> str:
    """One line of a table."""
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def named(name: str, *, anchor: str = "") -> str:
    """A name as code, which may break after its `_`, `-` and `.`, and nowhere else."""
    place = f' id="{anchor}"' if anchor else ""
    return f"<code{place}>{re.sub(r'(?<=[_.-])(?=.)', '<wbr>', name)}</code>"
