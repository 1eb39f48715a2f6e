"""One Clay workspace: what its webhook sources accept, what that costs, what it holds. Pure.

A POST is judged in this order: fault, URL, method, token, rate, content type, size, JSON, record
limit, table. Nobody documents the order; what is refused early uses up nothing later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .answers import Answers
from .arrivals import Arrivals
from .callback_log import CallbackLog
from .faults import ArmedFaults, FaultKind
from .meters import Meters
from .rate import TokenBucket
from .table import Insertion, Row, Table
from .webhook import Verdict, Webhook, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .answers import Answer
    from .config import SandboxConfig
    from .faults import Fault
    from .webhook import Post

__all__ = ["World"]


class World:
    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self._answers = Answers(config.switches)
        self.reset()

    def reset(self) -> None:
        """Begin anew: no rows, nothing counted or spent, the faults of the configuration."""
        config = self.config
        self.webhooks = [Webhook(number, path) for number, path in enumerate(config.webhook_paths)]
        self._by_path = {path: webhook for webhook in self.webhooks for path in webhook.paths}
        self.arm(config.faults)
        self.arrivals = Arrivals()
        self.callbacks = CallbackLog()
        self.crm_records: list[dict[str, object]] = []
        self._bucket = TokenBucket(per_second=config.requests_per_second, burst=config.burst)
        self.meters = Meters(
            credits_allowed=config.credits_allowed, actions_allowed=config.actions_allowed
        )
        self.table = Table(
            rows_allowed=config.rows_allowed,
            dedupe_column=config.dedupe_column,
            dedupe_blind_seconds=config.switches.dedupe_blind_seconds,
        )

    def arm(self, faults: tuple[Fault, ...]) -> None:
        """Put these faults in force, in place of all others."""
        self.faults = ArmedFaults(faults)

    def webhook_at(self, path: str) -> Webhook | None:
        return self._by_path.get(path)

    def submit(self, post: Post, *, now: float) -> Verdict:
        """Judge one request, and make its row or rows if it is accepted."""
        fault = self.faults.take(FaultKind.ANSWER)
        if fault is not None:
            return Verdict(self._answers.of(fault), why=f"fault {fault.status}")
        webhook = self.webhook_at(post.path)
        if webhook is None:
            return Verdict(self._answers.unknown_url())
        refusal = self._refusal(post, now)
        if refusal is not None:
            return Verdict(refusal)
        return self._take_in(webhook, post.body or b"", now)

    def insert_by_hand(self, values: dict[str, str], *, now: float) -> Row | Insertion:
        """What Clay's CSV importer does with one line: no webhook, no rate, no record limit."""
        return self.table.insert(values, webhook=None, now=now)

    def _refusal(self, post: Post, now: float) -> Answer | None:
        if post.method != "POST":
            return self._answers.wrong_method()
        if self.config.token is not None and post.token != self.config.token:
            return self._answers.unauthorized()
        if not self._bucket.take(now):
            return self._answers.too_many_requests()
        if post.content_type.partition(";")[0].strip().lower() != "application/json":
            return self._answers.wrong_content_type()
        if post.body is None:
            return self._answers.too_large()
        return None

    def _take_in(self, webhook: Webhook, body: bytes, now: float) -> Verdict:
        is_array_split = self.config.switches.array_is == "row-each"
        try:
            rows = read_rows(body, is_array_split=is_array_split)
        except ValueError:
            return Verdict(self._answers.malformed())
        if webhook.accepted >= self.config.record_limit and not self.config.auto_delete:
            return Verdict(self._answers.record_limit())
        return self._strike(self._insert(webhook, rows, now))

    def _insert(self, webhook: Webhook, rows: Sequence[dict[str, object]], now: float) -> Verdict:
        is_full = self.faults.take(FaultKind.TABLE_FULL) is not None
        made = [
            self.table.insert(values, webhook=webhook.number, now=now, is_full=is_full)
            for values in rows
        ]
        refused = [row for row in made if isinstance(row, Insertion)]
        answer = self._answers.accepted()
        if Insertion.TABLE_FULL in refused:
            answer = self._answers.table_full()
        if answer.is_success:
            webhook.accepted += 1
        return Verdict(
            answer,
            rows=tuple(row for row in made if isinstance(row, Row)),
            why=refused[0] if refused else "",
        )

    def _strike(self, accepted: Verdict) -> Verdict:
        """The faults that hurt only what was accepted."""
        if self.faults.take(FaultKind.ACCEPT_THEN_RESET):
            return replace(accepted, answer=None, why="fault accept_then_reset")
        slow = self.faults.take(FaultKind.SLOW_ANSWER)
        if slow is None:
            return accepted
        return replace(accepted, seconds_per_byte=slow.seconds, why="fault slow_answer")
