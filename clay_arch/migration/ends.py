"""The two ends of a climb: what the project was made from, and what it is to be made from."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from clay_arch.migration.project import ANSWERS_FILE, carry_over
from clay_arch.migration.settings import EXAMPLE
from clay_arch.migration.trees import store_bytes, store_folder
from clay_arch.scaffold import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clay_arch.migration.outcome import Rung
    from clay_arch.migration.repository import Repository
    from clay_arch.migration.start import Start
    from clay_arch.migration.trees import Files

__all__ = ["Ends", "Templates", "render_ends"]


class Templates(NamedTuple):
    """The template folders of both ends, and what the far one is."""

    base: Path
    target: Path
    end: Rung


class Ends(NamedTuple):
    """The files of both ends, and their `.env.example`s."""

    base: Files
    target: Files
    settings: tuple[str, str]


def render_ends(
    start: Start,
    templates: Templates,
    *,
    answers: Mapping[str, str],
    records: Mapping[str, str],
    store: Repository,
) -> Ends:
    """Render both templates into `store`, with the recorded answers; `answers` hold for the far
    end instead.

    The answers file and the `records` differ between the ends in our own lines only, so that
    their merge keeps what the owner wrote there.
    """
    recorded = start.recorded
    with TemporaryDirectory() as folder:
        base, target = Path(folder) / "base", Path(folder) / "target"
        was = {**recorded.answers, "clay_arch_version": recorded.version}
        render(templates.base, was, base)
        render(
            templates.target, {**was, **answers, "clay_arch_version": templates.end.version}, target
        )
        before, after = store_folder(store, base), store_folder(store, target)
        fresh = (target / ANSWERS_FILE).read_text(encoding="utf-8")
        settings = (_text(base / EXAMPLE), _text(target / EXAMPLE))
    ours = {**records, ANSWERS_FILE: carry_over(start.read(ANSWERS_FILE), fresh)}
    for path, text in ours.items():
        before.pop(path, None)
        if path in start.files:
            before[path] = start.files[path]
        after[path] = store_bytes(store, text.encode(errors="surrogateescape"))
    return Ends(before, after, settings)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
