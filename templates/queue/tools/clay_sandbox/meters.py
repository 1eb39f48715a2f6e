"""Credits and actions: what is left of each, and what was spent. Pure."""

from __future__ import annotations

__all__ = ["Meters"]


class Meters:
    """`actions` is None on a plan that charges none; what is spent is counted all the same."""

    def __init__(self, *, credits_allowed: float, actions_allowed: int | None) -> None:
        self._credits_allowed = credits_allowed
        self._actions_allowed = actions_allowed
        self.credits_spent = 0.0
        self.actions_spent = 0

    @property
    def credits_left(self) -> float:
        return self._credits_allowed - self.credits_spent

    @property
    def actions_left(self) -> int | None:
        return None if self._actions_allowed is None else self._actions_allowed - self.actions_spent

    def spend(self, *, data_credits: float, actions: int) -> bool:
        """Spend both, or nothing and False when either is not there."""
        actions_left = float("inf") if self.actions_left is None else self.actions_left
        if self.credits_left < data_credits or actions_left < actions:
            return False
        self.credits_spent += data_credits
        self.actions_spent += actions
        return True

    def give_back(self, data_credits: float) -> None:
        self.credits_spent -= data_credits
