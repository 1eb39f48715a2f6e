"""What BullMQ is told of jobs and of workers: all its options are here."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from leadflow.domain.retry import RetryPolicy
from leadflow.domain.source import QUEUE

__all__ = ["MOST_KEPT", "PREFIX", "WorkerRules", "job_options"]

PREFIX = "bull"
BACKOFF = {"type": "leadflow"}  # none of BullMQ's own: the worker is asked, see `backoff`
TO_THE_FAILED_SET = -1
KEPT_SECONDS = 86_400  # a completed job; its id is not taken anew before
MOST_KEPT = 10_000


def job_options(lead_id: str, *, attempts: int, most_kept: int = MOST_KEPT) -> dict[str, Any]:
    """Say how a job is kept and tried. What has failed stays until it is redriven or purged."""
    return {
        "jobId": lead_id,
        "attempts": attempts,
        "backoff": BACKOFF,
        "removeOnComplete": {"age": KEPT_SECONDS, "count": most_kept},
        "stackTraceLimit": 0,  # a trace may quote what it stumbled over
    }


@dataclass(frozen=True, slots=True)
class WorkerRules:
    """How many jobs at once, how soon a dead worker's are taken up, and when one is tried again."""

    policy: RetryPolicy
    concurrency: int = 5
    lock_milliseconds: int = 5_000
    stalled_milliseconds: int = 2_000
    most_stalls: int = 2  # the third death of its worker is the end of a job
    queue: str = QUEUE
    prefix: str = PREFIX
    jitter: Callable[[], float] = random.random

    def options(self, client: Redis) -> dict[str, Any]:
        return {
            "autorun": False,
            "connection": client,
            "prefix": self.prefix,
            "concurrency": self.concurrency,
            "lockDuration": self.lock_milliseconds,
            "stalledInterval": self.stalled_milliseconds,
            "maxStalledCount": self.most_stalls,
            "runRetryDelay": 500,
            "settings": {"backoffStrategy": self.backoff},
        }

    def backoff(self, attempts: int, _type: str, error: Exception, _job: Any) -> int:
        """Say in milliseconds when a job is tried again that has spent so many attempts."""
        retry_after = getattr(error, "retry_after_seconds", None)
        wait = self.policy.delay(attempts, jitter=self.jitter(), retry_after=retry_after)
        return TO_THE_FAILED_SET if wait is None else max(1, math.ceil(wait * 1_000))

    def hand_back_seconds(self) -> float:
        """A job that is handed back waits a little: the gate does the long waiting."""
        return self.policy.ceiling(1) * self.jitter()
