"""One turn of one job: what it does depends on the ledger, and the gate hears how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from leadflow.domain.call_end import CallEnd
from leadflow.domain.errors import (
    AnswerLost,
    BudgetExhausted,
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    NotSent,
    SettingsError,
)
from leadflow.domain.gate import Leave, Refusal
from leadflow.domain.job import Job
from leadflow.domain.job_end import Ended, JobEnd
from leadflow.domain.ledger import Event, State
from leadflow.domain.source import Source
from leadflow.domain.verdict import Reply
from leadflow.use_cases.send_job import SendJobTerms, send_job
from leadflow.use_cases.send_lead import WaitingLead, compose_row

LEAD_ID = "lead-" + "a" * 32
JOB = Job(LEAD_ID, Source.WEB_FORM)
LEAVE = Leave("leave-1", "hook", 1, is_probe=False, granted_at=0.0)


@dataclass
class RecordingGate:
    told: list[str]
    retry_after: list[float | None] = field(default_factory=list)

    async def ask(self) -> Leave | Refusal:
        raise NotImplementedError

    async def report(
        self, leave: Leave, end: CallEnd, *, retry_after_seconds: float | None = None
    ) -> None:
        self.told.append(f"gate: {end}")
        self.retry_after.append(retry_after_seconds)


@dataclass
class RecordingLedger:
    told: list[str]
    lead: WaitingLead | None
    faults: dict[str, BaseException] = field(default_factory=dict)

    async def find(self, lead_id: str) -> WaitingLead | None:
        self._fail("find")
        return self.lead

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        self._fail("claim")
        self.told.append(f"claimed from {lead.origin}")

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        self._fail("resolve")
        self.told.append(event)

    def _fail(self, method: str) -> None:
        if method in self.faults:
            raise self.faults[method]


@dataclass
class ScriptedClay:
    told: list[str]
    answer: Reply | BaseException

    async def post(self, webhook_id: str, body: bytes) -> Reply:
        self.told.append(f"posted to {webhook_id}")
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@dataclass
class Turn:
    """One turn, and all that was told in it, in order."""

    state: State | None = State.WAITING
    answer: Reply | BaseException = field(default_factory=lambda: Reply(200))
    fields: dict[str, str] = field(default_factory=lambda: {"email": "ada@acme.com"})
    faults: dict[str, BaseException] = field(default_factory=dict)
    repeats_unknown: bool = False
    confirm: Callable[[], Awaitable[None]] | None = None
    told: list[str] = field(default_factory=list)
    job: Job = JOB

    async def run(self) -> Ended:
        lead = WaitingLead(LEAD_ID, self.fields, self.state, 1) if self.state else None
        self.gate = RecordingGate(self.told)
        return await send_job(
            self.job,
            LEAVE,
            ledger=RecordingLedger(self.told, lead, self.faults),
            terms=SendJobTerms(
                clay=ScriptedClay(self.told, self.answer),
                gate=self.gate,
                compose=compose_row,
                repeats_unknown=self.repeats_unknown,
                now=lambda: 7.0,
            ),
            confirm=self.confirm or self._ours,
        )

    async def _ours(self) -> None:
        self.told.append("confirmed")


def test_a_waiting_lead_is_claimed_confirmed_posted_and_told_of() -> None:
    turn = Turn()

    ended = asyncio.run(turn.run())

    assert ended.end is JobEnd.DONE
    assert turn.told == [
        "claimed from waiting",
        "confirmed",
        "posted to hook",
        Event.ACCEPTED,
        "gate: accepted",
    ]


@pytest.mark.parametrize("state", [State.SENT, None], ids=["sent", "no such lead"])
def test_where_there_is_nothing_to_send_the_leave_is_unused(state: State | None) -> None:
    turn = Turn(state)

    ended = asyncio.run(turn.run())

    assert ended.end is (JobEnd.DONE if state else JobEnd.DEAD)
    assert turn.told == ["gate: unused"]


def test_a_forgotten_person_is_not_sent() -> None:
    turn = Turn(State.WAITING, fields={})

    ended = asyncio.run(turn.run())

    assert ended.end is JobEnd.DONE
    assert turn.told == ["gate: unused"]


def test_a_lead_whose_worker_died_is_written_down_as_lost_and_parked() -> None:
    turn = Turn(State.SENDING)

    ended = asyncio.run(turn.run())

    assert ended.end is JobEnd.PARKED
    assert turn.told == [Event.LOST, "gate: unused"]


@pytest.mark.parametrize("by", ["setting", "person"])
def test_a_lead_whose_worker_died_is_sent_again_where_that_is_wanted(by: str) -> None:
    is_setting = by == "setting"
    turn = Turn(
        State.SENDING,
        repeats_unknown=is_setting,
        job=JOB._replace(may_repeat=not is_setting),
    )

    ended = asyncio.run(turn.run())

    assert ended.end is JobEnd.DONE
    assert turn.told[:2] == [Event.LOST, "claimed from unknown"]
    assert turn.told[-2:] == [Event.ACCEPTED, "gate: accepted"]


@pytest.mark.parametrize(
    ("answer", "end", "heard"),
    [
        (Reply(429, 3.0), JobEnd.HANDED_BACK, CallEnd.RATE_LIMITED),
        (Reply(403), JobEnd.HANDED_BACK, CallEnd.WEBHOOK_FULL),
        (Reply(400), JobEnd.DEAD, CallEnd.REFUSED),
        (Reply(302), JobEnd.DEAD, CallEnd.BROKEN),
        (Reply(503), JobEnd.TRIED, CallEnd.BROKEN),
        (Reply(502), JobEnd.PARKED, CallEnd.LOST),
        (NotSent("refused"), JobEnd.HANDED_BACK, CallEnd.UNREACHABLE),
        (AnswerLost("reset"), JobEnd.PARKED, CallEnd.LOST),
    ],
)
def test_every_answer_is_told_to_the_gate_after_the_ledger(
    answer: Reply | BaseException, end: JobEnd, heard: CallEnd
) -> None:
    turn = Turn(answer=answer)

    ended = asyncio.run(turn.run())

    assert ended.end is end
    assert turn.told[-1] == f"gate: {heard}"
    assert "gate" not in " ".join(turn.told[:-1])


def test_the_gate_hears_how_long_clay_wants_to_be_left_alone() -> None:
    turn = Turn(answer=Reply(429, retry_after_seconds=3.0))

    asyncio.run(turn.run())

    assert turn.gate.retry_after == [3.0]


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_url_or_token_ends_the_worker_and_puts_the_lead_back(status: int) -> None:
    turn = Turn(answer=Reply(status))

    with pytest.raises(SettingsError, match="CLAY_WEBHOOK_TOKEN"):
        asyncio.run(turn.run())

    assert turn.told[-2:] == [Event.PUT_BACK, "gate: refused"]


def test_a_job_that_is_not_ours_any_more_posts_nothing() -> None:
    async def not_ours() -> None:
        raise LedgerBusy("another worker has it")

    turn = Turn(confirm=not_ours)

    ended = asyncio.run(turn.run())

    assert ended == Ended(JobEnd.HANDED_BACK, "another worker has it")
    assert turn.told == ["claimed from waiting", Event.PUT_BACK, "gate: unused"]


@pytest.mark.parametrize(
    ("method", "fault", "heard"),
    [
        ("find", LedgerError("the server is away"), CallEnd.UNUSED),
        ("claim", LedgerBusy("another worker has it"), CallEnd.UNUSED),
        ("claim", BudgetExhausted("the cap is reached"), CallEnd.UNUSED),
        ("resolve", LedgerBusy("another worker has it"), CallEnd.ACCEPTED),
        ("resolve", LedgerError("the server is away"), CallEnd.ACCEPTED),
    ],
)
def test_a_ledger_that_says_no_hands_the_job_back_and_the_gate_hears_what_is_true(
    method: str, fault: LedgerError, heard: CallEnd
) -> None:
    turn = Turn(faults={method: fault})

    ended = asyncio.run(turn.run())

    assert ended == Ended(JobEnd.HANDED_BACK, str(fault))
    assert turn.told[-1] == f"gate: {heard}"


def test_a_damaged_ledger_is_for_a_person_to_mend() -> None:
    turn = Turn(faults={"find": LedgerDamaged("restore a copy")})

    with pytest.raises(LedgerDamaged):
        asyncio.run(turn.run())

    assert turn.told == ["gate: unused"]


def test_a_turn_that_is_cut_short_tells_the_gate() -> None:
    turn = Turn(answer=asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(turn.run())

    assert turn.told[-2:] == [Event.LOST, "gate: lost"]
