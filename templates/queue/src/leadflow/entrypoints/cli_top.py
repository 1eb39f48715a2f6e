"""`leadflow top`: queue, gate, budget and destinations, live."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

import click

from leadflow.domain.snapshot import Snapshot
from leadflow.entrypoints.terminal import wants_color
from leadflow.entrypoints.top_text import Line, paint
from leadflow.entrypoints.top_view import frame

__all__ = ["OpenSnapshots", "Snapshots", "show_top", "top_command"]

TALL = 10_000  # where nobody scrolls, everything is shown
FOOTER = Line("q ends")
HELP = """Show the queue, the gate, the budget and the destinations as they change.

It reads only. q or Ctrl-C ends it. Where the output is no terminal, or with --once, one frame is
printed and that is all.

\b
Examples:
  leadflow top
  leadflow top --every 5
  leadflow top --once
"""


class Snapshots(Protocol):
    """Who knows how everything stands."""

    async def look(self) -> Snapshot:
        """Look once. What cannot be read now is None in it, and said in its troubles."""


OpenSnapshots = Callable[[], AbstractAsyncContextManager[Snapshots]]


def top_command(open_snapshots: OpenSnapshots) -> click.Command:
    """Build the command around whoever looks."""

    @click.command("top", help=HELP)
    @click.option("--once", is_flag=True, help="Print one frame and end.")
    @click.option(
        "--every",
        "every_seconds",
        type=click.FloatRange(0.2, 3600),
        default=1.0,
        show_default=True,
        metavar="SECONDS",
        help="How often to look.",
    )
    def top(*, once: bool, every_seconds: float) -> None:
        asyncio.run(show_top(open_snapshots, once=once, every_seconds=every_seconds))

    return top


async def show_top(open_snapshots: OpenSnapshots, *, once: bool, every_seconds: float) -> None:
    """Show frames until somebody ends it; one frame where there is no terminal to draw on."""
    async with open_snapshots() as snapshots:
        if once or not _can_draw():
            _print(await snapshots.look())
            return
        # Imported here because there is no such module where there are no such terminals.
        from leadflow.entrypoints.top_screen import Keys, own_screen  # noqa: PLC0415

        keys = Keys()
        with own_screen(), keys.listening():
            await _watch(snapshots, keys.news, keys.stop, every_seconds=every_seconds)


async def _watch(
    snapshots: Snapshots, news: asyncio.Event, stop: asyncio.Event, *, every_seconds: float
) -> None:
    """Look at the pace that was asked for; redraw at once when the window changes."""
    before = now = await _until(stop, snapshots)
    loop = asyncio.get_running_loop()
    next_look = loop.time() + every_seconds
    while not stop.is_set() and now:
        news.clear()
        _draw(now, before)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(next_look):
                await news.wait()
        if loop.time() >= next_look:
            before, now = now, await _until(stop, snapshots)
            next_look = loop.time() + every_seconds


async def _until(stop: asyncio.Event, snapshots: Snapshots) -> Snapshot | None:
    """Look; whoever ends it does not wait for a server that does not answer."""
    looking = asyncio.ensure_future(snapshots.look())
    ending = asyncio.ensure_future(stop.wait())
    await asyncio.wait((looking, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if looking.done():
        return looking.result()
    looking.cancel()
    return None


def _draw(now: Snapshot, before: Snapshot | None) -> None:
    from leadflow.entrypoints.top_screen import draw  # noqa: PLC0415 - as above

    width, height = shutil.get_terminal_size()
    lines = frame(now, width=width, height=height - 1, before=before)
    has_color = wants_color() is None
    draw([paint(line, has_color=has_color) for line in (*lines, FOOTER)])


def _print(now: Snapshot) -> None:
    width = shutil.get_terminal_size().columns
    has_color = sys.stdout.isatty() and wants_color() is None
    for line in frame(now, width=width, height=TALL):
        click.echo(paint(line, has_color=has_color), color=has_color)


def _can_draw() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
