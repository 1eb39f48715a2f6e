"""What a run says on stderr while it sends: a bar on a terminal, warnings everywhere."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field

import click

from leadflow.domain.ledger import Event
from leadflow.entrypoints.terminal import can_draw
from leadflow.use_cases.send_lead import Receipt

__all__ = ["Progress"]

BAR_WIDTH = 24


@dataclass(slots=True)
class Progress:
    """Counts settled leads against the total; never names one."""

    total: int
    done: int = 0
    started: float = field(default_factory=time.monotonic)
    is_terminal: bool = field(default_factory=can_draw)
    is_drawn: bool = False

    def sent(self, receipt: Receipt) -> None:
        self.done += receipt.verdict.event is not Event.PUT_BACK
        self._draw()

    def waits(self, seconds: float, reason: str) -> None:
        if self.is_terminal or seconds >= 1:
            self._say(f"{reason}; waiting {seconds:.0f} s")

    def warns(self, sentence: str) -> None:
        self._say(click.style(f"Warning: {sentence}", fg="yellow"))

    def close(self) -> None:
        if self.is_drawn:
            click.echo(err=True)

    def _say(self, sentence: str) -> None:
        click.echo(f"\r\x1b[K{sentence}" if self.is_terminal else sentence, err=True)
        self._draw()

    def _draw(self) -> None:
        if self.is_terminal:
            narrowed = self._line()[: shutil.get_terminal_size().columns - 1]
            click.echo(f"\r\x1b[K{narrowed}", nl=False, err=True)
            self.is_drawn = True

    def _line(self) -> str:
        elapsed = max(time.monotonic() - self.started, 0.001)
        rate = self.done / elapsed
        left = f"{_clock((self.total - self.done) / rate)} left" if self.done else ""
        filled = BAR_WIDTH * self.done // max(self.total, 1)
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        return f"[{bar}] {self.done:,}/{self.total:,}  {rate:.1f}/s  {left}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
