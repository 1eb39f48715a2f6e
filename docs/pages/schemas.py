"""The JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

import json

from clay_arch.load import DATA, load_schema
from pages.markdown import table

__all__ = ["schemas_page"]

MADE_BY = {
    "answers": "`--answers FILE`",
    "compare": "`compare --format json`",
    "facts": "`--facts FILE`",
    "matrix": "`--matrix FILE`",
    "recommendation": "`recommend --format json`",
    "troubles": "the packaged troubles",
}


def schemas_page() -> str:
    """Each in whole: they are short, and a copy elsewhere would grow old."""
    names = sorted(path.name.removesuffix(".schema.json") for path in DATA.glob("schemas/*"))
    schemas = {name: load_schema(name) for name in names}
    rows = (
        [f"[{name}](#{name})", MADE_BY.get(name, ""), schema["description"]]
        for name, schema in schemas.items()
    )
    sections = (
        f"## {name} {{ #{name} }}\n\n{schema['description']}\n\n```text\n"
        f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n```\n"
        for name, schema in schemas.items()
    )
    return "\n".join(
        ["# JSON Schemas\n", table(["schema", "of", "what it describes"], rows), *sections]
    )
