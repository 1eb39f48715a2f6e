"""What became of the demo's leads, from what the local Clay and the destinations saw. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["Arrival", "Seen", "summary"]

JOURNEY = ("delivered", "dead", "callback_timeout", "unknown", "in_flight")
SUCCESS = "200"


class Arrival(NamedTuple):
    """A destination got a lead; `at` is a time of the same clock as Clay's."""

    destination: str
    lead_id: str
    at: float


class Seen(NamedTuple):
    """Everything that was seen from outside in this run, and the project's own account."""

    rows: Sequence[Mapping[str, Any]]
    callbacks: Sequence[Mapping[str, Any]]
    arrivals: Sequence[Arrival]
    clay: Mapping[str, Any]
    status: Mapping[str, Any]


class _Lead(NamedTuple):
    sent_at: float
    called_at: float | None
    went_to: tuple[str, ...]
    delivered_at: float | None


def summary(seen: Seen, order: Sequence[str]) -> str:
    """Write it: a few counts, a table of where the leads went, and the account."""
    leads = _leads(seen, order)
    times = Counter(row["values"]["lead_id"] for row in seen.rows)
    outcomes = Counter(str(attempt["outcome"]) for attempt in seen.callbacks)
    enrolled = Counter((a.destination, a.lead_id) for a in seen.arrivals)
    lines = [
        ("arrived at the local Clay in this run", f"{len(seen.rows)}"),
        ("arrived once each", _yes(times)),
        ("most arrivals in any second", f"{seen.clay['starts']['most_in_any_second']}"),
        ("called back", f"{outcomes[SUCCESS]} ({_refusals(outcomes)})"),
        ("delivered once each", _yes(enrolled)),
        ("credits spent in the local Clay", f"{seen.clay['credits']['spent']:g}"),
        ("actions spent in the local Clay", f"{seen.clay['actions']['spent']}"),
        ("account", _account(seen.status["journey"])),
    ]
    width = max(len(name) for name, _ in lines)
    counts = "\n".join(f"  {name:{width}}  {value}" for name, value in lines)
    return f"{counts}\n\n{_table(leads)}" if leads else counts


def _leads(seen: Seen, order: Sequence[str]) -> list[_Lead]:
    called = {
        attempt["row"]: attempt["at"]
        for attempt in seen.callbacks
        if str(attempt["outcome"]) == SUCCESS
    }
    arrived: dict[str, dict[str, float]] = defaultdict(dict)
    for arrival in seen.arrivals:
        arrived[arrival.lead_id].setdefault(arrival.destination, arrival.at)
    found = []
    for row in seen.rows:
        at = arrived[row["values"]["lead_id"]]
        went_to = tuple(name for name in order if name in at)
        last = max(at.values(), default=None)
        found.append(_Lead(row["arrived_at"], called.get(row["number"]), went_to, last))
    return found


def _table(leads: Sequence[_Lead]) -> str:
    routes: dict[tuple[str, ...], list[_Lead]] = defaultdict(list)
    for lead in leads:
        routes[lead.went_to].append(lead)
    by_size = sorted(routes.items(), key=lambda route: -len(route[0]))
    rows = [_row(" + ".join(names) or "nowhere", group) for names, group in by_size]
    rows.append(_row("all", leads))
    width = max(len(row[0]) for row in rows)
    above = f"  {'':{width}}  {'':5}  {'sent to called back':>22}  {'called back to delivered':>26}"
    lines = [("went to", "leads", "p50", "p95", "p50", "p95"), *rows]
    return "\n".join(
        [above]
        + [
            f"  {to:{width}}  {count:>5}  {a:>11}{b:>11}  {c:>15}{d:>11}"
            for to, count, a, b, c, d in lines
        ]
    )


def _row(title: str, leads: Sequence[_Lead]) -> tuple[str, ...]:
    back = [lead.called_at - lead.sent_at for lead in leads if lead.called_at is not None]
    on = [
        max(0.0, lead.delivered_at - lead.called_at)
        for lead in leads
        if lead.called_at is not None and lead.delivered_at is not None
    ]
    return (title, str(len(leads)), *_quantiles(back), *_quantiles(on))


def _quantiles(seconds: Sequence[float]) -> tuple[str, str]:
    ranked = sorted(seconds)
    if not ranked:
        return "-", "-"
    p50, p95 = (ranked[min(len(ranked) - 1, int(share * len(ranked)))] for share in (0.5, 0.95))
    return f"{p50:.2f} s", f"{p95:.2f} s"


def _yes(times: Mapping[Any, int]) -> str:
    return "yes" if all(count == 1 for count in times.values()) else "NO"


def _refusals(outcomes: Mapping[str, int]) -> str:
    others = [f"{n} times {outcome}" for outcome, n in outcomes.items() if outcome != SUCCESS]
    return ", ".join(others) or "none refused"


def _account(journey: Mapping[str, int]) -> str:
    parts: Iterable[str] = (f"{journey[name]} {name}" for name in JOURNEY)
    return f"{journey['accepted']} accepted = {' + '.join(parts)}"
