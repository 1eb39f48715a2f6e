"""A worker's process that does nothing but ask the gate: what a test starts, kills and counts.

    python -m harness.gate_program URL JOB CALLERS NUMBER

It says what its clock shows and begins when a line comes in; each answer is a line of JSON.

    pace    each caller asks again and again, and every call is accepted at once
    probe   each caller asks once, and none of them reports
    fail    likewise, and each call fails after a moment
    spend   NUMBER questions; a fifth of the calls is given back, twice
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from dataclasses import replace
from typing import Any

from harness.gates import FAST, NAMESPACE, NOT_PACED, RULES, with_caps
from leadflow.adapters.redis_client import open_redis
from leadflow.adapters.redis_gate import RedisGate
from leadflow.domain.call_end import CallEnd
from leadflow.domain.gate import GateRules, Leave, RefusalReason
from leadflow.domain.rate_limit import RateLimit

BREAKER = replace(FAST, open_seconds=0.3, probe_seconds=3.0)
RULES_OF: dict[str, GateRules] = {
    "pace": replace(RULES, rate=RateLimit.strict(5)),
    "probe": replace(RULES, breaker=BREAKER),
    "fail": replace(RULES, breaker=replace(BREAKER, open_seconds=60.0, longest_open_seconds=600)),
    "spend": replace(with_caps(daily_credits=1_000), rate=NOT_PACED),
}
LATENCY_SECONDS = 0.05
REFUNDED = 0.2


async def pace(gate: RedisGate, _number: int) -> None:
    while True:
        answer = await gate.ask()
        if isinstance(answer, Leave):
            say(granted_at=answer.granted_at, webhook=answer.webhook_id)
            await gate.report(answer, CallEnd.ACCEPTED)
        else:
            if answer.reason is not RefusalReason.RATE:
                say(refused=answer.sentence)
            await asyncio.sleep(answer.wait_seconds)


async def probe(gate: RedisGate, _number: int) -> None:
    answer = await gate.ask()
    say(leave=answer.leave_id if isinstance(answer, Leave) else None, reason=reason(answer))


async def fail(gate: RedisGate, number: int) -> None:
    for _ in range(number):
        answer = await gate.ask()
        say(leave=answer.leave_id if isinstance(answer, Leave) else None, reason=reason(answer))
        if isinstance(answer, Leave):
            await asyncio.sleep(LATENCY_SECONDS)
            await gate.report(answer, CallEnd.BROKEN)


async def spend(gate: RedisGate, number: int) -> None:
    for _ in range(number):
        answer = await gate.ask()
        standing = await gate.standing()
        day = max(period for period in standing.budget) if standing.budget else ""
        seen = standing.budget[day].credits / 1_000 if day else 0.0
        if not isinstance(answer, Leave):
            say(end=None, seen=seen, reason=reason(answer))
            continue
        end = CallEnd.REFUSED if random.random() < REFUNDED else CallEnd.ACCEPTED
        await gate.report(answer, end)
        if end is CallEnd.REFUSED:
            await gate.report(answer, end)
        say(end=end, seen=seen, reason="")


JOBS = {"pace": pace, "probe": probe, "fail": fail, "spend": spend}


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def reason(answer: object) -> str:
    return str(getattr(answer, "reason", ""))


async def main(url: str, job: str, callers: int, number: int) -> None:
    async with open_redis(url) as client:
        gate = RedisGate(client, RULES_OF[job], ["w"], NAMESPACE, random.random)
        await client.ping()
        print(time.time(), flush=True)  # by its own clock, which may be wrong
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(callers):
                tasks.create_task(JOBS[job](gate, number))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
