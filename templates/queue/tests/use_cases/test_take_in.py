"""One lead from anywhere: parsed, stored, and only then known."""

from __future__ import annotations

import asyncio

import pytest

from harness.intake import NOW, RULES, RecordingReception, form_of, lead_of
from leadflow.domain.errors import LeadRejected, LedgerBusy
from leadflow.domain.lead import Lead
from leadflow.domain.source import Source
from leadflow.use_cases.take_in import Taken, take_in


def bring(reception: RecordingReception, source: Source, **changes: str) -> tuple[Lead, Taken]:
    row = form_of(1, **changes)
    return asyncio.run(take_in(row, source=source, rules=RULES, reception=reception, now=NOW))


def test_a_lead_is_cleaned_before_it_is_stored() -> None:
    reception = RecordingReception()

    lead, taken = bring(reception, Source.WEB_FORM, email=" ADA1@Acme-1.com ", first_name=" Ada")

    assert (lead.lead_id, taken) == (lead_of(1).lead_id, Taken.NEW)
    assert reception.arrivals[0].lead.fields["first_name"] == "Ada"


@pytest.mark.parametrize("source", Source)
def test_it_is_known_whichever_source_it_comes_from(source: Source) -> None:
    reception = RecordingReception()
    bring(reception, Source.WEB_FORM)

    assert bring(reception, source)[1] is Taken.KNOWN
    assert [each.source for each in reception.arrivals] == [Source.WEB_FORM, source]


def test_what_is_no_lead_is_not_stored() -> None:
    reception = RecordingReception()

    with pytest.raises(LeadRejected):
        bring(reception, Source.WEB_FORM, email="nobody")

    assert reception.arrivals == []


def test_a_store_that_fails_is_heard_of() -> None:
    with pytest.raises(LedgerBusy):
        bring(RecordingReception(fault=LedgerBusy("busy")), Source.WEB_FORM)
