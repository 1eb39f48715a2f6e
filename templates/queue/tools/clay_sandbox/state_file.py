"""Keeps what counts for life, accepted submissions and spent meters, beyond a restart.

Saved every second and at the end, whole or not at all. Rows are not kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from .world import World

__all__ = ["keep_saving", "restore"]

_SAVE_EVERY_SECONDS = 1.0


def restore(world: World, path: Path) -> None:
    """Take up the counts of an earlier run; a file that does not exist yet has none."""
    if not path.absolute().parent.is_dir():
        raise ValueError(f"the folder of {path} does not exist: create it")
    if not path.exists():
        return
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        for webhook in world.webhooks:
            webhook.accepted = int(kept["accepted"].get(webhook.path, 0))
        world.meters.credits_spent = float(kept["credits_spent"])
        world.meters.actions_spent = int(kept["actions_spent"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no state file of the sandbox: delete it") from error


@contextlib.asynccontextmanager
async def keep_saving(world: World, path: Path) -> AsyncIterator[None]:
    saving = asyncio.create_task(_save_every_second(world, path))
    try:
        yield
    finally:
        saving.cancel()
        _save(world, path)


async def _save_every_second(world: World, path: Path) -> None:
    saved: dict[str, Any] = {}
    while True:
        if (counts := _counts(world)) != saved:
            _save(world, path)
            saved = counts
        await asyncio.sleep(_SAVE_EVERY_SECONDS)


def _save(world: World, path: Path) -> None:
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(_counts(world)), encoding="utf-8")
    draft.replace(path)


def _counts(world: World) -> dict[str, Any]:
    return {
        "accepted": {webhook.path: webhook.accepted for webhook in world.webhooks},
        "credits_spent": world.meters.credits_spent,
        "actions_spent": world.meters.actions_spent,
    }
