"""A snapshot as lines of text, made to fit: what `leadflow top` shows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from leadflow.domain.snapshot import (
    BudgetLine,
    DestinationLine,
    GateLine,
    GateState,
    Snapshot,
    WebhookLine,
)
from leadflow.entrypoints.top_text import Line, Tone, age, clip

__all__ = ["frame"]

STATES = ("waiting", "active", "delayed", "prioritized", "completed", "failed")
BAR_WIDTH = 20
NEARLY = 0.8  # of a cap or a life
REMEDIES = {
    GateState.CONDEMNED: "`leadflow gate init` after everything that sends has ended",
    GateState.ISOLATED: "`leadflow gate close` ends it",
    GateState.UNREACHABLE: "nothing is sent while Redis cannot be used",
}


def frame(now: Snapshot, *, width: int, height: int, before: Snapshot | None = None) -> list[Line]:
    """Draw one frame; what does not fit is left out, and said to be."""
    lines = [Line(clip(line.text, width), line.tone) for line in _lines(now, before, width)]
    if len(lines) <= height:
        return lines
    left_out = len(lines) - max(height - 1, 0)
    return [*lines[: height - 1], Line(clip(f"... {left_out} more lines", width), Tone.WARN)]


def _lines(now: Snapshot, before: Snapshot | None, width: int) -> Iterator[Line]:
    clock = datetime.fromtimestamp(now.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    yield Line(f"leadflow{clock:>{max(width - len('leadflow'), 0)}}", Tone.HEAD)
    for trouble in now.troubles:
        yield Line(f"  {trouble}", Tone.BAD)
    yield from _queue(now)
    if now.gate:
        yield from _gate(now.gate, _rate(now, before))
    if now.budget:
        yield Line(f"BUDGET  {'period':<12}{'reserved':>11}{'cap':>11}{'left':>11}", Tone.HEAD)
        yield from map(_budget, now.budget)
    if now.webhooks:
        yield Line(f"WEBHOOKS            {'used':>11}{'life':>11}{'left':>11}", Tone.HEAD)
        yield from map(_webhook, now.webhooks)
    if now.destinations:
        heads = f"{'waiting':>9}{'oldest':>11}{'dead':>8}{'unknown':>9}"
        yield Line(f"DESTINATIONS        {heads}  circuit", Tone.HEAD)
        yield from map(_destination, now.destinations)


def _queue(now: Snapshot) -> Iterator[Line]:
    yield Line("QUEUE", Tone.HEAD)
    if now.queue:
        jobs = now.queue.jobs
        shown = [state for state in STATES if jobs.get(state) or state in STATES[:3]]
        yield Line("  " + "   ".join(f"{jobs.get(state, 0):,} {state}" for state in shown))
        oldest = now.queue.oldest_seconds
        waits = "nobody waits" if oldest is None else f"the next has waited {age(oldest)}"
        dead = f"{now.queue.dead:,} dead (`leadflow dead list`)" if now.queue.dead else "0 dead"
        yield Line(f"  {waits}; {dead}", Tone.WARN if now.queue.dead else Tone.PLAIN)
    if now.outbox:
        rows, oldest = now.outbox
        since = f", the oldest for {age(oldest)}" if oldest else ""
        yield Line(f"  {rows:,} on their way into the queue{since}")


def _gate(gate: GateLine, rate: float | None) -> Iterator[Line]:
    tone = {
        GateState.CLOSED: Tone.GOOD,
        GateState.HALF_OPEN: Tone.WARN,
        GateState.PAUSED: Tone.WARN,
        GateState.SPENT: Tone.WARN,
    }
    sent = "" if rate is None else f"   {rate:.1f} leads/s to Clay"
    yield Line(f"GATE{sent}", Tone.HEAD)
    words = "closed: calls go through" if gate.state is GateState.CLOSED else str(gate.state)
    left = f", {age(gate.left_seconds)} left" if gate.left_seconds else ""
    rest = [part for part in (gate.detail, REMEDIES.get(gate.state, "")) if part]
    yield Line("  " + "; ".join([words + left, *rest]), tone.get(gate.state, Tone.BAD))


def _rate(now: Snapshot, before: Snapshot | None) -> float | None:
    if before is None or now.at <= before.at or not (now.webhooks and before.webhooks):
        return None
    return max(0, now.submissions - before.submissions) / (now.at - before.at)


def _budget(line: BudgetLine) -> Line:
    cap, left = ("none" if number is None else f"{number:,g}" for number in (line.cap, line.left))
    text = f"  {line.unit:<8}{line.period:<10}{line.reserved:>11,g}{cap:>11}{left:>11}"
    return _measured(text, line.reserved, line.cap)


def _webhook(line: WebhookLine) -> Line:
    left = "full" if line.is_full else f"{max(0, line.life - line.used):,}"
    text = f"  ...{line.label:<15}{line.used:>11,}{line.life:>11,}{left:>11}"
    return _measured(text, line.life if line.is_full else line.used, line.life)


def _measured(text: str, used: float, most: float | None) -> Line:
    """Add a bar, and a warning colour when little is left."""
    if most is None:
        return Line(text)
    share = min(1.0, used / most) if most else 1.0
    filled = int(BAR_WIDTH * share)
    tone = Tone.BAD if share >= 1 else Tone.WARN if share >= NEARLY else Tone.PLAIN
    return Line(f"{text}  [{'#' * filled}{'.' * (BAR_WIDTH - filled)}]", tone)


def _destination(line: DestinationLine) -> Line:
    oldest = "-" if line.oldest_seconds is None else age(line.oldest_seconds)
    circuit = "open" if line.is_open else "closed"
    counts = f"{line.waiting:>9,}{oldest:>11}{line.dead:>8,}{line.unknown:>9,}"
    tone = Tone.BAD if line.is_open else Tone.WARN if line.dead or line.unknown else Tone.PLAIN
    return Line(f"  {line.name:<18}{counts}  {circuit}", tone)
