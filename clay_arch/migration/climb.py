"""The climb: look, merge, apply. Until the merge stands, nothing in the project is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.migration.account import account_for
from clay_arch.migration.applying import apply
from clay_arch.migration.ends import Templates, render_ends
from clay_arch.migration.in_the_way import in_the_way
from clay_arch.migration.merge import Labels, merge
from clay_arch.migration.start import Start, look
from clay_arch.migration.trees import beside, write_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clay_arch.migration.outcome import Outcome

__all__ = ["Start", "Templates", "climb", "look"]


def climb(
    start: Start,
    templates: Templates,
    *,
    records: Mapping[str, str],
    is_dry_run: bool,
    answers: Mapping[str, str] | None = None,
    warn: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Merge what lies between two templates into a project's index and work tree.

    `records` are texts of our own by path, which go in as the template's do. `answers` are those
    of the recorded ones that are to be others from now on. `warn` is told how to take everything
    back, before anything is touched. A dry run leaves no trace.
    """
    with beside(start.repository) as store:
        ends = render_ends(start, templates, answers=answers or {}, records=records, store=store)
        base, target = write_tree(store, ends.base), write_tree(store, ends.target)
        was = f"{start.recorded.variant} {start.recorded.version}"
        labels = Labels("yours", was, str(templates.end))
        merged = merge(store, yours=start.tree, base=base, theirs=target, labels=labels)
        blocked = in_the_way(start, merged)
        outcome = account_for(start, templates.end, ends, merged, blocked)
        if outcome.is_change and not is_dry_run:
            warn(start.undo)
            apply(start, merged, blocked, store=store)
    return outcome._replace(is_dry_run=is_dry_run, undo=start.undo)
