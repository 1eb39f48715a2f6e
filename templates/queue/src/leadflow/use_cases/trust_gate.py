"""Whether the gate's numbers can be believed, with the ledger as the witness.

Asked on first sight, after each start of the server, and whenever its mark is another one. What
fails is condemned for every worker, and stays so until a person says `leadflow gate init`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from leadflow.domain.gate import Refusal, RefusalReason, refuse
from leadflow.domain.gate_held import Held
from leadflow.domain.standing import Standing, shortfall

__all__ = ["GateDesk", "Witness", "init_gate", "trust_gate"]

COMPARISONS = 4
PATIENCE_SECONDS = 0.05


class Witness(Protocol):
    """The ledger, as far as it can say what the gate must have counted."""

    async def epoch(self) -> str:
        """The mark of the Redis that the numbers were last put into; "" before."""

    async def keep(self, epoch: str) -> None:
        """Remember the mark, durably."""

    async def standing(self) -> Standing:
        """What every lead that was ever claimed has taken."""


class GateDesk(Protocol):
    """What is done to the gate beside asking and reporting."""

    async def held(self) -> Held:
        """Everything, as of one moment."""

    async def put(self, standing: Standing) -> str:
        """Put the numbers there, under a new mark, which is returned."""

    async def confirm(self, server_id: str) -> None:
        """The numbers are good for as long as this server runs."""

    async def condemn(self, reason: str) -> None:
        """Let no worker believe the numbers."""


async def trust_gate(
    desk: GateDesk, witness: Witness | None, *, sleep: Callable[[float], Awaitable[None]]
) -> Refusal | str:
    """Return the mark to go by, or why nobody may be let through."""
    if witness is None:  # whoever has none takes what is there
        held = await desk.held()
        await desk.confirm(held.server_id)
        return held.epoch
    expected = await witness.epoch()
    for comparison in range(COMPARISONS):
        if comparison:
            await sleep(PATIENCE_SECONDS)
        # In this order: what is claimed in between is in Redis, and not in the ledger's numbers.
        ledger = await witness.standing()
        held = await desk.held()
        if not held.epoch:
            return refuse(RefusalReason.UNINITIALISED)
        if held.epoch != expected:
            return refuse(RefusalReason.OLDER, detail="its mark is not the ledger's")
        fault = shortfall(shared=held.standing, ledger=ledger)
        if fault is None:
            await desk.confirm(held.server_id)
            return held.epoch
        # A call that was given back in between looks like this, too; it does not last.
    await desk.condemn(fault or "")
    return refuse(RefusalReason.OLDER, detail=fault or "")


async def init_gate(desk: GateDesk, witness: Witness) -> Standing:
    """Put the ledger's numbers into Redis and remember its mark; return the numbers."""
    standing = await witness.standing()
    await witness.keep(await desk.put(standing))
    return standing
