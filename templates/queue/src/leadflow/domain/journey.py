"""Where every accepted lead is on its way out to Clay and back. One place each, and a sum."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Journey"]


@dataclass(frozen=True, slots=True)
class Journey:
    """Every accepted lead is in exactly one of the other five."""

    accepted: int
    delivered: int  # every delivery it needs is made, or there was none to make
    dead: int  # Clay or a destination refused it; `dead list` shows the latter
    callback_timeout: int  # sent, and not called back within the limit; `overdue` lists them
    unknown: int  # Clay or a destination may have it; a person decides
    in_flight: int  # waiting, sent, in a file for the importer, or on its way to a destination

    @property
    def is_balanced(self) -> bool:
        return self.accepted == sum(
            (self.delivered, self.dead, self.callback_timeout, self.unknown, self.in_flight)
        )
