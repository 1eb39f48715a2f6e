"""The settings of each variant, from the `.env.example` that its own settings.py writes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pages.markdown import named, table

__all__ = ["settings_page"]

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
TITLES = {"direct": "Every variant", "standard": "Standard and Queue", "queue": "Queue"}

CHOSEN = "as chosen when scaffolding"


class Setting(NamedTuple):
    """One variable, what it is for and what it is when nothing is said."""

    name: str
    purpose: str
    default: str


def settings_page() -> str:
    """Each setting once, below the simplest variant that has it."""
    known: dict[str, Setting] = {}
    parts = [
        "# Settings\n",
        "Every project reads these from its environment or from `.env`; its `.env.example` lists"
        " them with their defaults, and a larger variant has all those of the smaller ones.\n",
    ]
    for variant, title in TITLES.items():
        here = {setting.name: setting for setting in _settings(variant)}
        new = [setting for name, setting in here.items() if name not in known]
        other = [s for n, s in here.items() if n in known and s.default != known[n].default]
        parts += [f"## {title}\n", _rows(new)]
        if other:
            parts += ["Its default differs here:\n", _rows(other)]
        known |= here
    return "\n".join(parts)


def _rows(settings: list[Setting]) -> str:
    return table(
        ["variable, default", "purpose"],
        (
            [named(s.name) + (f"<small>{_default(s)}</small>" if s.default else ""), s.purpose]
            for s in settings
        ),
    )


def _default(setting: Setting) -> str:
    return CHOSEN if setting.default == CHOSEN else f"`{setting.default}`"


def _settings(variant: str) -> list[Setting]:
    found, purpose = [], []
    text = (TEMPLATES / variant / ".env.example.jinja").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            purpose.append(line.removeprefix("#").strip())
            continue
        if "=" in line:
            name, _, default = line.partition("=")
            shown = CHOSEN if "{{" in default else default
            found.append(Setting(name, " ".join(purpose), shown))
        purpose = []
    return found
