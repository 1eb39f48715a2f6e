"""What a climb did, as text and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.migration.steps import data_steps, next_commands
from clay_arch.report.layout import INDENT, bullets, fields, fitted, heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clay_arch.migration.outcome import Outcome

__all__ = ["climbed_document", "render_climbed_text"]

COUNTED = {
    "added": "new files",
    "updated": "files that you had not touched",
    "merged": "files with edits of yours and of the template",
    "removed": "files that the new template has no more",
    "kept": "files of the old template that you had edited: move what you need, then git rm",
    "conflicts": "files that you and the template changed in the same place",
    "flagged": "files that were not written",
}
LISTED = ("merged", "kept")


def climbed_document(outcome: Outcome, *, tool_version: str) -> dict[str, Any]:
    """The outcome as its schema `migration` has it."""
    return {
        "from": outcome.start._asdict(),
        "to": outcome.end._asdict(),
        "is_dry_run": outcome.is_dry_run,
        **{name: list(getattr(outcome, name)) for name in ("added", "updated", "merged")},
        **{name: list(getattr(outcome, name)) for name in ("removed", "kept")},
        **{
            name: [entry._asdict() for entry in getattr(outcome, name)]
            for name in ("conflicts", "flagged", "settings")
        },
        "data_steps": list(data_steps(outcome.start.variant, outcome.end.variant)),
        "next_commands": list(next_commands(outcome)),
        "undo": outcome.undo,
        "versions": {"tool": tool_version},
    }


def render_climbed_text(outcome: Outcome, *, width: int, colour: bool) -> str:
    """The outcome for a person at a terminal."""
    return "\n".join(_lines(outcome, fitted(width), colour=colour))


def _lines(outcome: Outcome, width: int, *, colour: bool) -> Iterator[str]:
    if not outcome.is_change:
        yield f"{outcome.end}: nothing to change"
        return
    title = f"From {outcome.start} to {outcome.end}"
    yield heading(f"{title}, tried: nothing was touched" if outcome.is_dry_run else title,
                  colour=colour)  # fmt: skip
    for name, meaning in COUNTED.items():
        if found := getattr(outcome, name):
            yield f"{INDENT}{len(found):>5} {name:<10}{meaning}"
            yield from _paths(found if name in LISTED else ())
    for title, body in _parts(outcome, width):
        if body:
            yield ""
            yield heading(title, colour=colour)
            yield from body


def _parts(outcome: Outcome, width: int) -> Iterator[tuple[str, Sequence[str]]]:
    steps = data_steps(outcome.start.variant, outcome.end.variant)
    blank = [(setting.name, setting.about) for setting in outcome.settings if not setting.value]
    preset = [f"{setting.name}={setting.value}" for setting in outcome.settings if setting.value]
    open_ = [f"{path}: {reason}" for path, reason in outcome.conflicts]
    yield "Conflicts: yours to settle", bullets(open_, width)
    yield "Not written", bullets([f"{path}: {why}" for path, why in outcome.flagged], width)
    yield "New settings, blank: fill in what you need", fields(blank, width) if blank else ()
    yield "New settings that have a value", [INDENT + setting for setting in preset]
    yield "Data", bullets(steps, width)
    yield "Next", [INDENT + line for line in next_commands(outcome)]


def _paths(paths: Sequence[str]) -> Iterator[str]:
    return (f"{INDENT * 4}{path}" for path in paths)
