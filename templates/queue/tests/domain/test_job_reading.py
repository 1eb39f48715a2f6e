"""Jobs of ours, of others and of nobody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.errors import LeadRejected
from leadflow.domain.job import Job
from leadflow.domain.job_reading import ForeignJob, job_data, read_job
from leadflow.domain.source import Source

LEAD_ID = "lead-" + "a" * 32
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("may_repeat", [False, True])
@pytest.mark.parametrize("source", Source)
def test_a_job_is_read_as_it_was_written(source: Source, *, may_repeat: bool) -> None:
    job = Job(LEAD_ID, source, may_repeat=may_repeat)

    assert read_job(str(source), job_data(job)) == job


def test_what_the_queue_keeps_of_a_job_names_nobody() -> None:
    assert job_data(Job(LEAD_ID, Source.WEB_FORM)) == {"lead_id": LEAD_ID, "source": "web-form"}


def test_a_foreign_job_brings_its_lead_and_may_say_its_source_by_its_name() -> None:
    data = {"lead": {"email": "ada@acme.com", "employees": 7, "phone": None}}

    job = read_job("crm-event", data)

    assert job == ForeignJob({"email": "ada@acme.com", "employees": "7"}, Source.CRM_EVENT)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("web-form", {}),
        ("web-form", []),
        ("web-form", None),
        ("web-form", {"lead_id": 7}),
        ("web-form", {"lead": "ada@acme.com"}),
        ("newsletter", {"lead_id": LEAD_ID}),
        ("web-form", {"lead_id": LEAD_ID, "source": "newsletter"}),
        ("web-form", {"lead": {"email": ["ada@acme.com"]}}),
        ("web-form", {"lead": {"email": True}}),
    ],
)
def test_anything_else_is_refused_without_repeating_it(name: str, data: Any) -> None:
    with pytest.raises(LeadRejected) as refusal:
        read_job(name, data)

    assert "ada" not in str(refusal.value)


@given(st.text(), ANYTHING)
def test_whatever_lies_in_the_queue_is_read_or_refused(name: str, data: Any) -> None:
    try:
        job = read_job(name, data)
    except LeadRejected:
        return
    assert isinstance(job, Job | ForeignJob)
