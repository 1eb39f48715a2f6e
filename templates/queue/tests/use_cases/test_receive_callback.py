"""One callback, start to finish: who is believed, what is stored, what is kept for a person."""

from __future__ import annotations

import asyncio
import json
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.tokens import (
    RING,
    SECRETS,
    callback_body,
    callback_fields,
    email_of,
    lead_id_of,
    token_for,
)
from leadflow.domain.errors import LedgerError
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.domain.token import TOKEN_FIELD, TokenRing
from leadflow.use_cases.prove_callback import secret_slot
from leadflow.use_cases.receive_callback import CallbackAnswer, CallbackRules, receive_callback

NOW = 1_800_000_000.0
DAY = 86_400
TOKEN = token_for(issued_at=NOW)
RULES = CallbackRules(
    secrets=SECRETS,
    ring=RING,
    max_body_bytes=10_000,
    max_age_seconds=7 * DAY,
    max_ahead_seconds=300,
    retry_after_seconds=3,
)


class RecordingInbox:
    """Remembers what it is given; `is_broken` makes it unable to store."""

    def __init__(self, *, is_broken: bool = False, leads: set[str] | None = None) -> None:
        self.is_broken, self.leads = is_broken, leads
        self.arrivals: list[Arrival] = []
        self.quarantined: list[tuple[bytes, str]] = []

    async def accept(self, arrival: Arrival) -> Acceptance:
        self._check()
        if self.leads is not None and arrival.lead_id not in self.leads:
            return Acceptance.NO_SUCH_LEAD
        if any(arrival[:3] == known[:3] for known in self.arrivals):
            return Acceptance.DUPLICATE
        self.arrivals.append(arrival)
        return Acceptance.NEW

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        self._check()
        self.quarantined.append((body, reason))

    def _check(self) -> None:
        if self.is_broken:
            raise LedgerError("the disk is full; make room")


def receive(
    body: bytes,
    *,
    inbox: RecordingInbox,
    authorization: bytes | None = b"Bearer " + SECRETS[0].encode(),
    now: float = NOW,
) -> CallbackAnswer:
    return asyncio.run(
        receive_callback(body, authorization=authorization, rules=RULES, inbox=inbox, now=now)
    )


def body(**changes: Any) -> bytes:
    return callback_body(**{"token": TOKEN, **changes})


def test_a_good_callback_is_stored_and_answered_200() -> None:
    inbox = RecordingInbox()

    answer = receive(body(), inbox=inbox, now=NOW + 60)

    assert (answer.status, answer.body) == (200, {"ok": True, "duplicate": False})
    assert (answer.outcome, answer.lead_id, answer.age_seconds) == ("accepted", lead_id_of(1), 60)
    assert (answer.slot, answer.kid) == (1, "k2")
    (arrival,) = inbox.arrivals
    assert (arrival.lead_id, arrival.issued_at) == (lead_id_of(1), int(NOW))
    assert json.loads(arrival.facts)["icp_score"] == 85
    assert TOKEN_FIELD not in json.loads(arrival.facts)


def test_the_same_again_is_a_duplicate_and_other_facts_are_not() -> None:
    inbox = RecordingInbox()

    answers = [receive(body(title=title), inbox=inbox) for title in ("CTO", "CTO", "CEO")]

    assert [answer.outcome for answer in answers] == ["accepted", "duplicate", "accepted"]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len(inbox.arrivals) == 2


@pytest.mark.case(53)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        b"",
        b"Bearer",
        b"Bearer ",
        SECRETS[0].encode(),
        b"Basic " + SECRETS[0].encode(),
        b"Bearer " + SECRETS[0].encode()[:-1],
        b"Bearer " + SECRETS[0].encode() + b"x",
        b"Bearer  " + SECRETS[0].encode(),
        b"Bearer \xff\xfe\xc3\xa9",
    ],
)
def test_without_a_secret_nothing_is_said_and_nothing_kept(authorization: bytes | None) -> None:
    inbox = RecordingInbox()

    answer = receive(body(), inbox=inbox, authorization=authorization)

    assert (answer.status, answer.body, answer.reason) == (401, None, "")
    assert (inbox.arrivals, inbox.quarantined) == ([], [])


@pytest.mark.case(53)
@pytest.mark.parametrize(("secret", "slot"), [(SECRETS[0], 1), (SECRETS[1], 2)])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_while_one_secret_replaces_the_other_both_are_good(
    secret: str, slot: int, scheme: str
) -> None:
    answer = receive(body(), inbox=RecordingInbox(), authorization=f"{scheme} {secret}".encode())

    assert (answer.status, answer.slot) == (200, slot)


@pytest.mark.parametrize("secrets", [(), ("",), ("", SECRETS[0])])
def test_an_empty_secret_opens_nothing(secrets: tuple[str, ...]) -> None:
    assert secret_slot(b"Bearer ", secrets) is None
    assert secret_slot(b"Bearer", secrets) is None
    assert secret_slot(None, secrets) is None


@pytest.mark.case(54)
def test_no_token_with_one_character_changed_is_believed() -> None:
    alphabet = string.ascii_letters + string.digits + "-_.=~\n \x00é"
    changed = {
        TOKEN[:place] + letter + TOKEN[place + 1 :]
        for place in range(len(TOKEN))
        for letter in alphabet
    } - {TOKEN}
    longer = {TOKEN + extra for extra in ("\n", "\r\n", " ", "=", "A", ".", "\x00")}
    shorter = {TOKEN[:-1], TOKEN[1:], " " + TOKEN, TOKEN.upper(), TOKEN * 2}
    inbox = RecordingInbox()

    outcomes = {
        receive(body(token=token), inbox=inbox).outcome for token in changed | longer | shorter
    }

    assert outcomes <= {"token_malformed", "token_forged", "unreadable"}
    assert inbox.arrivals == []
    assert len(inbox.quarantined) == len(changed | longer | shorter)


@pytest.mark.case(54)
@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"token": token_for(issued_at=NOW, ring=TokenRing("staging", RING.keys))}, "forged"),
        ({"token": token_for(issued_at=NOW - 8 * DAY)}, "expired"),
        ({"token": token_for(issued_at=NOW + 600)}, "future"),
        ({"token": 5}, "malformed"),
        ({"token": [TOKEN]}, "malformed"),
        ({"token": " "}, "malformed"),
    ],
)
def test_a_token_of_elsewhere_or_of_another_time_is_refused_and_its_body_kept(
    changes: dict[str, Any], outcome: str
) -> None:
    inbox = RecordingInbox()
    sent = body(**changes)

    answer = receive(sent, inbox=inbox)

    assert (answer.status, answer.body) == (422, {"ok": False, "error": f"token_{outcome}"})
    assert inbox.arrivals == []
    assert inbox.quarantined == [(sent, f"correlation_token: {outcome}")]


@pytest.mark.case(54)
def test_a_body_without_a_token_is_refused() -> None:
    fields = callback_fields(token=TOKEN)
    del fields[TOKEN_FIELD]
    inbox = RecordingInbox()

    answer = receive(json.dumps(fields).encode(), inbox=inbox)

    assert answer.outcome == "token_malformed"
    assert len(inbox.quarantined) == 1


@pytest.mark.parametrize("clock", [6 * DAY, -240], ids=["6 days ahead", "4 minutes behind"])
def test_a_clock_that_is_off_a_little_believes_the_token(clock: float) -> None:
    assert receive(body(), inbox=RecordingInbox(), now=NOW + clock).status == 200


@pytest.mark.case(54)
def test_the_facts_of_one_lead_beside_the_token_of_another_are_refused() -> None:
    inbox = RecordingInbox()

    answer = receive(body(email=email_of(2)), inbox=inbox)

    assert answer.body == {"ok": False, "error": "subject_mismatch"}
    assert (answer.lead_id, len(inbox.quarantined), inbox.arrivals) == (lead_id_of(1), 1, [])


@pytest.mark.parametrize("email", [None, "", "  ", " ADA1@acme-1.COM "])
def test_an_echo_that_is_absent_or_written_otherwise_is_good(email: str | None) -> None:
    assert receive(body(email=email), inbox=RecordingInbox()).status == 200


@pytest.mark.parametrize("score", [True, 85.5, 101, -1, "1e2", "８５", [], {}, "85%"])
def test_a_score_that_is_none_is_refused_and_not_repeated(score: object) -> None:
    inbox = RecordingInbox()

    answer = receive(body(icp_score=score), inbox=inbox)

    assert answer.body == {"ok": False, "error": "enrichment_refused"}
    assert answer.reason.startswith("icp_score: ")
    assert len(inbox.quarantined) == 1


def test_a_lead_that_nobody_sent_is_refused() -> None:
    inbox = RecordingInbox(leads=set())

    answer = receive(body(), inbox=inbox)

    assert (answer.status, answer.body) == (422, {"ok": False, "error": "no_such_lead"})
    assert len(inbox.quarantined) == 1


def test_an_array_is_told_apart_from_what_is_no_json() -> None:
    inbox = RecordingInbox()

    array, broken = receive(b"[{}]", inbox=inbox), receive(b"{", inbox=inbox)

    assert (array.status, array.outcome) == (422, "one_row_per_call")
    assert (broken.status, broken.outcome) == (400, "unreadable")
    assert [kept for kept, _ in inbox.quarantined] == [b"[{}]", b"{"]


def test_a_body_over_the_limit_is_not_even_kept() -> None:
    inbox = RecordingInbox()

    answer = receive(b" " * 10_001, inbox=inbox)

    assert (answer.status, inbox.quarantined) == (413, [])


@pytest.mark.case(55)
@pytest.mark.parametrize("sent", [body(), b"{", body(icp_score="x")])
def test_what_cannot_be_stored_is_answered_429_never_better(sent: bytes) -> None:
    answer = receive(sent, inbox=RecordingInbox(is_broken=True))

    assert (answer.status, answer.retry_after_seconds) == (429, 3)
    assert (answer.outcome, answer.body) == ("not_stored", None)


def test_neither_rules_nor_answers_show_a_secret_or_a_person() -> None:
    answers = [
        receive(sent, inbox=RecordingInbox())
        for sent in (body(), body(icp_score="ada1"), body(email="x@ada.com"), b'{"ada": "ada1')
    ]

    shown = repr(RULES) + repr(answers)

    assert not any(secret in shown for secret in SECRETS)
    assert "ada1" not in shown
    assert TOKEN not in shown


@settings(max_examples=300, deadline=None, derandomize=True)
@given(cut=st.integers(0, 400), junk=st.binary(max_size=12), skip=st.integers(0, 12))
def test_whatever_is_done_to_a_body_it_is_stored_or_kept(cut: int, junk: bytes, skip: int) -> None:
    inbox = RecordingInbox()
    good = body()
    sent = good[:cut] + junk + good[cut + skip :]

    answer = receive(sent, inbox=inbox)

    assert answer.status in {200, 400, 422}
    assert len(inbox.arrivals) + len(inbox.quarantined) == 1
    assert bool(inbox.arrivals) == (answer.status == 200)
