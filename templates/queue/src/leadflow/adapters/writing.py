"""What the writing thread does, from opening the store to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from leadflow.adapters.committing import Entry, commit
from leadflow.adapters.database import Database
from leadflow.adapters.gathering import Gathering

__all__ = ["OpenStore", "keep_writing"]

OpenStore = Callable[[], AbstractContextManager[Database]]
log = logging.getLogger(__name__)


def keep_writing(
    open_store: OpenStore,
    gathering: Gathering,
    opened: Callable[[BaseException | None], None],
    done: Callable[[Sequence[Entry]], None],
    ended: Callable[[Sequence[Entry]], None],
) -> None:
    """Commit batch after batch; `ended` hears of the one that a defect cut short."""
    batch: list[Entry] = []
    try:
        with open_store() as database:
            opened(None)
            while batch := gathering.next_batch():
                commit(database, batch)
                done(batch)
    except BaseException as fault:
        log.exception("the thread that writes has ended")
        opened(fault)
    finally:
        ended(batch)
