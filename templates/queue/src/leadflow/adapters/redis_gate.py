"""The gate in Redis: one round trip to ask, one to report, and the same answer for all workers.

Nothing that goes wrong here reaches a worker's loop: it is told to wait. A report that does not
get through is told before the next question; a question whose answer was lost is reported as
unused, so that what it may have taken is given back.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from leadflow.adapters.redis_gate_answers import is_to_be_judged, leave_or_refusal, unreachable
from leadflow.adapters.redis_gate_desk import RedisGateDesk
from leadflow.adapters.redis_questions import Questions
from leadflow.adapters.redis_reports import Reports
from leadflow.adapters.redis_scripts import LUA, Lua
from leadflow.adapters.redis_terms import GateKeys
from leadflow.domain.call_end import CallEnd
from leadflow.domain.errors import LedgerError
from leadflow.domain.gate import GateRules, Leave, Refusal
from leadflow.domain.standing import Standing
from leadflow.use_cases.trust_gate import Witness, trust_gate

__all__ = ["RedisGate"]

PATIENCE_SECONDS = 5.0  # with a server that takes the question and says nothing
FAILURES = (RedisError, OSError, TimeoutError, LedgerError)


class RedisGate:
    """The Gate that a worker asks. Without a witness it believes what it finds."""

    def __init__(
        self,
        client: Redis,
        rules: GateRules,
        webhook_ids: Sequence[str],
        namespace: str,
        jitter: Callable[[], float],
        *,
        witness: Witness | None = None,
        lua: Lua = LUA,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        keys = GateKeys.of(namespace)
        self._rules, self._witness, self._new_id = rules, witness, new_id
        self._questions = Questions(client, rules, keys, webhook_ids, lua)
        self._reports = Reports(client, rules, keys, jitter, lua)
        self._judging = asyncio.Lock()
        self.desk = RedisGateDesk(client, namespace, lua=lua)

    async def ask(self) -> Leave | Refusal:
        """May a call start now? A Refusal in every case of doubt."""
        leave_id, is_in_doubt = self._new_id(), False
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._reports.tell()
                is_in_doubt = True  # from here on, the leave may have been given
                answer = await self._ask(leave_id)
            is_in_doubt = False
        except FAILURES as fault:
            return unreachable(fault)
        finally:
            if is_in_doubt:
                self._reports.owe(leave_id, CallEnd.UNUSED, is_probe=True)
        return answer

    async def report(
        self, leave: Leave, end: CallEnd, *, retry_after_seconds: float | None = None
    ) -> None:
        """Say how the call ended: now, or before the next question."""
        self._reports.owe(
            leave.leave_id, end, is_probe=leave.is_probe, retry_after_seconds=retry_after_seconds
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._reports.tell()
        except FAILURES:
            return

    async def compare(self) -> Refusal | None:
        """Compare with the ledger now; None when the numbers can be believed."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._judge()
        except FAILURES as fault:
            return unreachable(fault)

    async def init(self, standing: Standing) -> str:
        """Put these numbers there; return the mark that they carry."""
        epoch = await self.desk.put(standing)
        if self._witness is not None:
            await self._witness.keep(epoch)
        self._questions.go_by(epoch)
        return epoch

    async def standing(self) -> Standing:
        return (await self.desk.held()).standing

    async def _ask(self, leave_id: str) -> Leave | Refusal:
        answer = await self._questions.ask(leave_id)
        if is_to_be_judged(answer):
            refusal = await self._judge()
            if refusal:
                return refusal
            answer = await self._questions.ask(leave_id)
        return leave_or_refusal(leave_id, answer, self._rules)

    async def _judge(self) -> Refusal | None:
        async with self._judging:
            verdict = await trust_gate(self.desk, self._witness, sleep=asyncio.sleep)
            if isinstance(verdict, Refusal):
                return verdict
            self._questions.go_by(verdict)
            return None
