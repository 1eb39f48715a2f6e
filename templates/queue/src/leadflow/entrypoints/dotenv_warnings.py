"""What is odd about .env, and stops nothing: misspelt names, and readers beside the owner."""

from __future__ import annotations

import os
from pathlib import Path

from leadflow.setting_values import ParseError, parse_dotenv
from leadflow.settings import SETTINGS

__all__ = ["dotenv_warnings"]

OUR_PREFIXES = ("CLAY_", "LEAD_", "LEADFLOW_")
OTHERS = 0o077


def dotenv_warnings() -> list[str]:
    dotenv = Path(".env")
    try:
        names = parse_dotenv(dotenv.read_text(encoding="utf-8-sig"))
        is_open = os.name == "posix" and dotenv.stat().st_mode & OTHERS
    except (OSError, UnicodeDecodeError, ParseError):
        return []  # there is none, or load_settings says what is wrong
    known = {setting.env for setting in SETTINGS.values()}
    warnings = [
        f".env: {name} is no setting of leadflow; .env.example lists them all"
        for name in sorted(names.keys() - known)
        if name.startswith(OUR_PREFIXES)
    ]
    return [*warnings, ".env can be read by others; run chmod 600 .env"] if is_open else warnings
