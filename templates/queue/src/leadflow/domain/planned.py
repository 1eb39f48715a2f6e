"""Where an event is to go, as routing and the do-not-contact list decide it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from leadflow.domain.delivery import DeliveryState

__all__ = ["Plan", "Planned"]


class Planned(NamedTuple):
    """One destination of one event; withheld from it when nobody may contact the lead."""

    destination: str
    is_enrolment: bool  # at most one of a lead, ever
    state: DeliveryState = DeliveryState.WAITING  # or WITHHELD


# The facts of an event and the fields of its lead -> where it goes.
Plan = Callable[[Mapping[str, object], Mapping[str, str]], Sequence[Planned]]
