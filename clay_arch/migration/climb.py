"""The climb: look, merge, apply. Until the merge stands, nothing in the project is touched."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from clay_arch.migration.guards import check_is_clean, check_is_recorded
from clay_arch.migration.merge import Labels, merge
from clay_arch.migration.outcome import Conflict, Outcome, Rung, Skipped
from clay_arch.migration.project import ANSWERS_FILE, carry_over, parse_recorded
from clay_arch.migration.repository import open_repository
from clay_arch.migration.settings import EXAMPLE, new_settings
from clay_arch.migration.trees import (
    beside,
    read_blob,
    read_tree,
    store_bytes,
    store_folder,
    write_tree,
)
from clay_arch.scaffold import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from clay_arch.migration.merge import Merged
    from clay_arch.migration.project import Recorded
    from clay_arch.migration.repository import Repository
    from clay_arch.migration.trees import Entry, Files

__all__ = ["Start", "Templates", "climb", "look"]

IGNORED = "a file of yours that git ignores is in its place"


class Start(NamedTuple):
    """A project that can be climbed from. `files` are those of its commit, from its own folder."""

    repository: Repository
    head: str
    recorded: Recorded
    files: Files

    @property
    def undo(self) -> str:
        """What takes everything back, as a line for a shell."""
        return f"git -C {_quoted(self.repository.project)} reset --hard"

    def read(self, path: str) -> str:
        """The text of a file, as it is committed."""
        return read_blob(self.repository, self.files[path]).decode(errors="surrogateescape")


class Templates(NamedTuple):
    """The template folders of both ends, and what the far one is."""

    base: Path
    target: Path
    end: Rung


def look(project: Path) -> Start:
    """Look at a project, and raise `TargetError` or `FileProblems` where nothing may be done."""
    repository = open_repository(project)
    head = check_is_recorded(repository)
    check_is_clean(repository)
    prefix = repository.prefix
    files = {
        path.removeprefix(prefix): entry
        for path, entry in read_tree(repository, head).items()
        if path.startswith(prefix)
    }
    content = read_blob(repository, files[ANSWERS_FILE])
    return Start(repository, head, parse_recorded(ANSWERS_FILE, content), files)


def climb(
    start: Start,
    templates: Templates,
    *,
    records: Mapping[str, str],
    is_dry_run: bool,
    warn: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Merge what lies between two templates into a project's index and work tree.

    `records` are texts of our own by path, which go in as the template's do. `warn` is told how
    to take everything back, before anything is touched. A dry run leaves no trace.
    """
    with ExitStack() as stack:
        if is_dry_run:
            start = start._replace(repository=stack.enter_context(beside(start.repository)))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        both = _both_ends(start, templates, records, folder)
        rung = Rung(start.recorded.variant, start.recorded.version)
        labels = Labels("yours", str(rung), str(templates.end))
        merged = merge(
            start.repository, yours=f"{start.head}^{{tree}}", base=both.base_tree,
            theirs=both.target_tree, labels=labels,
        )  # fmt: skip
        blocked = _blocked(start, merged)
        outcome = _outcome(start, both, merged, blocked)._replace(
            start=rung, end=templates.end, is_dry_run=is_dry_run
        )
        if not is_dry_run and outcome.is_change:
            warn(start.undo)
            _apply(start, merged, blocked)
    return outcome


class _Ends(NamedTuple):
    base: Files
    target: Files
    base_tree: str
    target_tree: str
    settings: tuple[str, str]


def _both_ends(
    start: Start, templates: Templates, records: Mapping[str, str], folder: Path
) -> _Ends:
    repository, answers = start.repository, dict(start.recorded.answers)
    sides = []
    for name, template, version in (
        ("base", templates.base, start.recorded.version),
        ("target", templates.target, templates.end.version),
    ):
        render(template, {**answers, "clay_arch_version": version}, folder / name)
        sides.append(store_folder(repository, folder / name))
    base, target = sides
    texts = dict(records)
    texts[ANSWERS_FILE] = carry_over(
        start.read(ANSWERS_FILE), (folder / "target" / ANSWERS_FILE).read_text(encoding="utf-8")
    )
    for path, text in texts.items():
        base.pop(path, None)
        if path in start.files:
            base[path] = start.files[path]
        target[path] = store_bytes(repository, text.encode(errors="surrogateescape"))
    examples = [folder / name / EXAMPLE for name in ("base", "target")]
    settings = [path.read_text(encoding="utf-8") if path.is_file() else "" for path in examples]
    return _Ends(
        base,
        target,
        base_tree=_tree(start, base),
        target_tree=_tree(start, target),
        settings=(settings[0], settings[1]),
    )


def _tree(start: Start, files: Files) -> str:
    """The whole repository's tree with only these files in the project's folder."""
    prefix = start.repository.prefix
    changes: dict[str, Entry | None] = dict.fromkeys(prefix + path for path in start.files)
    changes |= {prefix + path: entry for path, entry in files.items()}
    return write_tree(start.repository, start.head, changes)


def _blocked(start: Start, merged: Merged) -> frozenset[str]:
    """New paths that a file which git ignores stands in the way of."""
    top = start.repository.top
    known = {start.repository.prefix + path for path in start.files}
    new = merged.files.keys() - known
    return frozenset(path for path in new if _is_taken(top, path))


def _is_taken(top: Path, path: str) -> bool:
    place = top / path
    if os.path.lexists(place):
        return True
    while place.parent != top:
        place = place.parent
        if os.path.lexists(place) and (place.is_symlink() or not place.is_dir()):
            return True
    return False


def _outcome(start: Start, both: _Ends, merged: Merged, blocked: frozenset[str]) -> Outcome:
    prefix = start.repository.prefix
    now = {path.removeprefix(prefix): entry for path, entry in merged.files.items()
           if path.startswith(prefix) and path not in blocked}  # fmt: skip
    open_ = {path.removeprefix(prefix) for path in merged.stages.keys() - blocked}
    changed = {path for path in now.keys() & start.files if now[path] != start.files[path]} - open_
    untouched = {path for path in changed if both.base.get(path) == start.files[path]}
    conflicts = [Conflict(path, merged.reason(prefix + path)) for path in sorted(open_)]
    skipped = [Skipped(path.removeprefix(prefix), IGNORED) for path in sorted(blocked)]
    rung = Rung("", "")
    return Outcome(
        rung,
        rung,
        is_dry_run=False,
        added=tuple(sorted(now.keys() - start.files - open_)),
        updated=tuple(sorted(untouched)),
        merged=tuple(sorted(changed - untouched)),
        removed=tuple(sorted(start.files.keys() - now - open_)),
        kept=tuple(sorted(path.removeprefix(prefix) for path in merged.kept)),
        conflicts=tuple(conflicts),
        flagged=tuple(skipped),
        settings=new_settings(*both.settings),
    )


def _apply(start: Start, merged: Merged, blocked: frozenset[str]) -> None:
    """Write index and work tree. Git checks first that nothing uncommitted is in the way."""
    repository, prefix = start.repository, start.repository.prefix
    changes: dict[str, Entry | None] = dict.fromkeys(prefix + path for path in start.files)
    changes |= {path: entry for path, entry in merged.files.items() if path not in blocked}
    tree = write_tree(repository, start.head, changes)
    repository.ask("update-index", "-q", "--refresh")
    repository.git("read-tree", "-m", "-u", start.head, tree)
    lines = "".join(_unmerged(merged, blocked, nothing="0" * len(start.head)))
    repository.git("update-index", "-z", "--index-info", stdin=os.fsencode(lines))


def _unmerged(merged: Merged, blocked: frozenset[str], *, nothing: str) -> Iterator[str]:
    for path, stages in merged.stages.items():
        if path not in blocked:
            yield f"0 {nothing}\t{path}\0"
            yield from (f"{e.mode} {e.blob} {stage}\t{path}\0" for stage, e in stages.items())


def _quoted(path: Path) -> str:
    from shlex import quote

    return quote(str(path))
