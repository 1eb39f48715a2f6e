"""Credits and actions, reserved before a request leaves.

Every reservation changes the row of its day and then that of its month. That locks them until the
transaction ends, so that what is compared with the caps includes everybody else's: never a
reserved unit goes over. A crash leaves the reservation standing, and the count too high.
"""

from __future__ import annotations

import math

from leadflow.adapters.database import Database
from leadflow.domain.credit_budget import Caps, Cost, exceeded, periods
from leadflow.domain.errors import BudgetExhausted

__all__ = ["SqlBudget"]

THOUSANDTHS = 1_000  # whole numbers add up exactly
CHARGE = """
    INSERT INTO budget (period, credits, actions) VALUES (?, ?, ?)
        ON CONFLICT (period) DO UPDATE
       SET credits = budget.credits + excluded.credits,
           actions = budget.actions + excluded.actions
"""
STANDING = "SELECT credits, actions FROM budget WHERE period = ?"
RESERVE = "INSERT INTO reservation (lead_id, day, credits, actions) VALUES (?, ?, ?, ?)"
OPEN = """
    SELECT reservation_id, day, credits, actions
      FROM reservation
     WHERE lead_id = ? AND state = 'reserved'
     ORDER BY reservation_id
"""
CLOSE = "UPDATE reservation SET state = ? WHERE reservation_id = ? AND state = 'reserved'"


class SqlBudget:
    """At most one reservation of a lead is open: that of the attempt in flight."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, lead_id: str, cost: Cost, caps: Caps, now: float) -> None:
        """Take what one attempt may cost, or raise BudgetExhausted and take nothing."""
        credits_ = math.ceil(round(cost.credits * THOUSANDTHS, 6))
        day, month = periods(now)
        with self._database.transaction():
            self.commit(lead_id)  # an attempt whose end nobody saw may have cost its credits
            for period in (day, month):
                self._database.execute(CHARGE, (period, credits_, cost.actions))
            used = [_less(self._used(period), credits_, cost.actions) for period in (day, month)]
            refusal = exceeded(caps, cost, day=used[0], month=used[1])
            if refusal:
                raise BudgetExhausted(refusal)
            self._database.execute(RESERVE, (lead_id, day, credits_, cost.actions))

    def again(self, lead_id: str, cost: Cost, caps: Caps, now: float) -> None:
        """Take it for a further attempt; the earlier one stays charged."""
        self.reserve(lead_id, cost, caps, now)

    def commit(self, lead_id: str) -> None:
        """Clay has the lead, or may have it: what was reserved stays taken."""
        self._close(lead_id, "committed")

    def release(self, lead_id: str) -> None:
        """Give back, once, to the day and the month it was taken from."""
        with self._database.transaction():
            for day, credits_, actions in self._close(lead_id, "released"):
                for period in (day, day[:7]):
                    self._database.execute(CHARGE, (period, -credits_, -actions))

    def standing(self, now: float) -> tuple[Cost, Cost]:
        """What this day and this month have reserved."""
        day, month = periods(now)
        return _cost(self._used(day)), _cost(self._used(month))

    def _used(self, period: str) -> tuple[int, int]:
        credits_, actions = self._database.execute(STANDING, (period,)).fetchone() or (0, 0)
        return credits_, actions

    def _close(self, lead_id: str, state: str) -> list[tuple[str, int, int]]:
        with self._database.transaction():
            found = self._database.execute(OPEN, (lead_id,)).fetchall()
            return [
                (day, credits_, actions)
                for reservation_id, day, credits_, actions in found
                # Of two that close it at once, one changes the row.
                if self._database.execute(CLOSE, (state, reservation_id)).rowcount
            ]


def _less(used: tuple[int, int], credits_: int, actions: int) -> Cost:
    return _cost((used[0] - credits_, used[1] - actions))


def _cost(used: tuple[int, int]) -> Cost:
    credits_, actions = used
    return Cost(credits_ / THOUSANDTHS, actions)
