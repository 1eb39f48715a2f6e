"""The colours of light and dark pages, as one style sheet: accents, and what stands around them.

The accents are the terminal's, moved towards black or white only as far as text needs to be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.report.palette import ACCENTS, as_hex

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["variants_css"]

LIGHT_PAGE, DARK_PAGE = "#f7f7f5", "#20242c"  # the least favourable pages that text stands on
LIGHT = {
    "on-accent": "#ffffff",
    "ink": "#1b1f24",
    "muted": "#59616b",
    "line": "#d8dbdf",
    "paper": "#ffffff",
    "panel": LIGHT_PAGE,
    "ok": "#2a6b3f",
    "watch": "#845400",
    "exceeded": "#b3261e",
}
DARK = {
    "on-accent": "#14171c",
    "ink": "#e6e8eb",
    "muted": "#a6aeb8",
    "line": "#3d444e",
    "paper": "#16191e",
    "panel": DARK_PAGE,
    "ok": "#7fc690",
    "watch": "#dfb25e",
    "exceeded": "#f0918a",
}
READABLE = 4.6  # a little over the 4.5 to 1 that WCAG asks for
_STEPS = 50


def variants_css() -> str:
    """Custom properties `--direct`, `--standard` and so on, for each colour scheme.

    A page follows the reader's system, unless an element states `data-md-color-scheme`.
    """
    light = _properties(LIGHT, LIGHT_PAGE, "#000000")
    dark = _properties(DARK, DARK_PAGE, "#ffffff")
    return (
        f":root, [data-md-color-scheme=default] {{ color-scheme: light; {light} }}\n"
        f"[data-md-color-scheme=slate] {{ color-scheme: dark; {dark} }}\n"
        "@media screen and (prefers-color-scheme: dark) {\n"
        f"  :root {{ color-scheme: dark; {dark} }}\n"
        "}\n"
        "@media print {\n"
        f"  :root, [data-md-color-scheme] {{ color-scheme: light; {light} }}\n"
        "}\n"
    )


def _properties(neutral: Mapping[str, str], page: str, towards: str) -> str:
    accents = {name: _readable(as_hex(colour), page, towards) for name, colour in ACCENTS.items()}
    return " ".join(f"--{name}: {colour};" for name, colour in {**accents, **neutral}.items())


def _readable(colour: str, page: str, towards: str) -> str:
    """The colour, or the first on the way from it `towards` another that can be read."""
    mixed = (_mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(candidate for candidate in mixed if _contrast(candidate, page) >= READABLE)


def _mixed(colour: str, other: str, share: float) -> str:
    channels = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
