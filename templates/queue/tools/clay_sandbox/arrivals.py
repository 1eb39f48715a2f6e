"""The record of every request that reached the webhook source: the oracle of tests. Pure."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

__all__ = ["Arrival", "Arrivals"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """`at` is on the machine's monotonic clock. `answer` is None when the connection was cut.

    `rows` are the numbers of the rows that were made; `why` says why there is none, or names the
    fault that struck.
    """

    number: int
    at: float
    method: str
    webhook: int | None
    answer: int | None
    rows: tuple[int, ...]
    why: str = ""


class Arrivals:
    def __init__(self) -> None:
        self.all: list[Arrival] = []
        self._answers: Counter[str] = Counter()

    def record(
        self,
        *,
        at: float,
        method: str,
        webhook: int | None,
        answer: int | None,
        rows: tuple[int, ...] = (),
        why: str = "",
    ) -> Arrival:
        arrival = Arrival(len(self.all) + 1, at, method, webhook, answer, rows, why)
        self.all.append(arrival)
        self._answers["reset" if answer is None else str(answer)] += 1
        return arrival

    def answers(self) -> dict[str, int]:
        """How often each status was answered; `reset` counts the cut connections."""
        return dict(sorted(self._answers.items()))

    def most_in_any_second(self) -> int:
        """The most requests that started within one second, wherever that second begins."""
        window: deque[float] = deque()
        most = 0
        for at in sorted(arrival.at for arrival in self.all):
            window.append(at)
            while at - window[0] >= 1:
                window.popleft()
            most = max(most, len(window))
        return most

    def per_second(self) -> list[int]:
        """How many requests started in each second since the first."""
        if not self.all:
            return []
        first = min(arrival.at for arrival in self.all)
        counted = Counter(int(arrival.at - first) for arrival in self.all)
        return [counted[second] for second in range(max(counted) + 1)]
