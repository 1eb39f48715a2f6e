"""What a merge comes to for each file of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.migration.outcome import Conflict, Outcome, Rung, Skipped
from clay_arch.migration.settings import new_settings

if TYPE_CHECKING:
    from clay_arch.migration.ends import Ends
    from clay_arch.migration.merge import Merged
    from clay_arch.migration.start import Start

__all__ = ["account_for"]

IGNORED = "a file of yours that git ignores is in its place"


def account_for(
    start: Start, end: Rung, ends: Ends, merged: Merged, blocked: frozenset[str]
) -> Outcome:
    """The outcome of a merge, without the `blocked` paths of the new template."""
    now = {path: entry for path, entry in merged.files.items() if path not in blocked}
    open_ = merged.stages.keys() - blocked
    changed = {path for path in now.keys() & start.files if now[path] != start.files[path]} - open_
    untouched = {path for path in changed if ends.base.get(path) == start.files[path]}
    return Outcome(
        Rung(start.recorded.variant, start.recorded.version),
        end,
        is_dry_run=False,
        added=tuple(sorted(now.keys() - start.files - open_)),
        updated=tuple(sorted(untouched)),
        merged=tuple(sorted(changed - untouched)),
        removed=tuple(sorted(start.files.keys() - now - open_)),
        kept=tuple(sorted(merged.kept)),
        conflicts=tuple(Conflict(path, merged.reason(path)) for path in sorted(open_)),
        flagged=tuple(Skipped(path, IGNORED) for path in sorted(blocked)),
        settings=new_settings(*ends.settings),
    )
