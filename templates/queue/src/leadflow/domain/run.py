"""Whether a run goes on, waits or stops after each verdict. Pure; the caller does the waiting.

    verdict                     the run
    ACCEPTED, LEAD_REFUSED      goes on; failures in a row are forgotten
    RATE_LIMITED                waits (Retry-After, then backoff); not a failure of anything
    UNREACHABLE                 waits, and counts as a failure
    SERVER_ERROR, REDIRECTED,
    ANSWER_LOST                 goes on, and counts as a failure
    WEBHOOK_FULL                goes on with the next URL
    URL_OR_TOKEN_WRONG          stops

The fifth failure in a row stops the run: whatever is broken, 995 more requests will not mend it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from leadflow.domain.retry import RetryPolicy
from leadflow.domain.verdict import Verdict

__all__ = ["INTERRUPTED", "NO_WEBHOOK_LEFT", "OUT_OF_CREDITS", "Next", "Run", "StopReason", "after"]

FAILURES = frozenset(
    {Verdict.UNREACHABLE, Verdict.SERVER_ERROR, Verdict.REDIRECTED, Verdict.ANSWER_LOST}
)
MAX_FAILURES_IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class StopReason:
    """Why a run ended early: the sentence says what to do; `is_settings` means exit code 2."""

    code: str
    sentence: str
    is_settings: bool = False


TOO_MANY_FAILURES = StopReason(
    "failures",
    "stopped after {failures} failures in a row (last: {reason}); "
    "nothing is lost: look at `leadflow status`; then the same command sends what waits, and "
    "`leadflow send --failed` tries the failed leads again",
)
STILL_RATE_LIMITED = StopReason(
    "rate_limited",
    "Clay still answers 429 after {attempts} attempts; something else is using the workspace's "
    "rate: raise SEND_INTERVAL_SECONDS or run the same command again later",
)
UNREACHABLE = StopReason(
    "unreachable",
    "Clay could not be reached in {attempts} attempts; check the network and the URL, "
    "then run the same command again",
)
NO_WEBHOOK_LEFT = StopReason(
    "webhook_exhausted",
    "no webhook URL has life left; the waiting leads are held: make a new webhook source in Clay, "
    "add its URL to CLAY_WEBHOOK_URL and run the same command again",
)
OUT_OF_CREDITS = StopReason(
    "max_credits",
    "--max-credits is spent; the rest waits: run the same command again to send it",
)
INTERRUPTED = StopReason(
    "interrupted", "interrupted; nothing is lost: run the same command again to go on"
)
CHECK_URL_AND_TOKEN = StopReason(
    "url_or_token",
    "Clay refused webhook {label}: check the URL and token (CLAY_WEBHOOK_URL, "
    "CLAY_WEBHOOK_TOKEN), then run the same command again",
    is_settings=True,
)


@dataclass(frozen=True, slots=True)
class Run:
    """What the run remembers from one lead to the next."""

    failures: int = 0  # in a row
    refusals: int = 0  # 429 or unreachable, in a row
    full_webhooks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Next:
    """The run after a verdict: wait so long, or stop."""

    run: Run
    wait_seconds: float = 0.0
    stop: StopReason | None = None


def after(
    run: Run,
    verdict: Verdict,
    *,
    webhook_id: str,
    label: str,
    policy: RetryPolicy,
    jitter: float,
    retry_after: float | None = None,
) -> Next:
    """Decide what comes after one answer."""
    run = _remember(run, verdict, webhook_id)
    if verdict is Verdict.URL_OR_TOKEN_WRONG:
        return Next(run, stop=_filled(CHECK_URL_AND_TOKEN, label=label))
    if run.failures >= MAX_FAILURES_IN_A_ROW:
        return Next(
            run, stop=_filled(TOO_MANY_FAILURES, failures=run.failures, reason=verdict.reason)
        )
    if not run.refusals:
        return Next(run)
    wait = policy.delay(run.refusals, jitter=jitter, retry_after=retry_after)
    if wait is None and verdict is Verdict.RATE_LIMITED:
        return Next(run, stop=_filled(STILL_RATE_LIMITED, attempts=run.refusals))
    if wait is None:
        return Next(run, stop=_filled(UNREACHABLE, attempts=run.refusals))
    return Next(run, wait_seconds=wait)


def _remember(run: Run, verdict: Verdict, webhook_id: str) -> Run:
    if verdict is Verdict.RATE_LIMITED:
        return replace(run, refusals=run.refusals + 1)
    failures = run.failures + 1 if verdict in FAILURES else 0
    refusals = run.refusals + 1 if verdict is Verdict.UNREACHABLE else 0
    full = (
        run.full_webhooks | {webhook_id} if verdict is Verdict.WEBHOOK_FULL else run.full_webhooks
    )
    return Run(failures, refusals, full)


def _filled(stop: StopReason, /, **words: object) -> StopReason:
    return replace(stop, sentence=stop.sentence.format(**words))
