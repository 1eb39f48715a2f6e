"""`make env`: write .env.example anew from settings.py, and keep the transport it names."""

from __future__ import annotations

import re
from pathlib import Path

from leadflow.settings import env_example

TRANSPORT = re.compile(r"(?m)^LEADFLOW_TRANSPORT=.*$")


def main() -> None:
    path = next(p for p in map(Path, (".env.example.jinja", ".env.example")) if p.exists())
    chosen = TRANSPORT.search(path.read_text(encoding="utf-8"))
    text = env_example()
    if chosen:
        text = TRANSPORT.sub(lambda _: chosen[0], text)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
