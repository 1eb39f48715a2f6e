"""The only module that knows Jinja: a template of this package and its values make a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["fill"]

_TEMPLATES = Path(__file__).parent / "templates"


def fill(template: str, **values: Any) -> str:
    """The text of a Markdown template. Raises `jinja2.UndefinedError` for a value left out."""
    # Nothing is escaped for HTML: the text is Markdown, and its reader escapes.
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - see above
    )
    environment.filters["cells"] = _cells
    return environment.get_template(template).render(**values)


def _cells(row: tuple[str, ...]) -> str:
    """One line of a Markdown table."""
    escaped = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
    return f"| {' | '.join(escaped)} |"
