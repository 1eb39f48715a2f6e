"""crm_events.yaml: read strictly, and every problem with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.crm import hubspot_event, salesforce_event
from harness.intake import COLUMNS, form_of
from leadflow.adapters.crm_events_file import load_crm_mappings
from leadflow.domain.crm_event import Crm, row_of
from leadflow.domain.errors import CrmEventsError

ROOT = Path(__file__).parents[2]
FIELDS = {*COLUMNS.field_of.values()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "crm_events.yaml"


def refusal(file: Path, content: str) -> list[str]:
    file.write_text(content)
    with pytest.raises(CrmEventsError) as refused:
        load_crm_mappings(file, fields=FIELDS)
    return str(refused.value).splitlines()


def test_the_file_that_comes_along_reads_what_both_send() -> None:
    mappings = load_crm_mappings(ROOT / "crm_events.yaml", fields=FIELDS)

    assert row_of(hubspot_event(1), mappings[Crm.HUBSPOT]) == form_of(1)
    assert row_of(salesforce_event(1), mappings[Crm.SALESFORCE]) == form_of(1)


def test_one_crm_is_enough(file: Path) -> None:
    file.write_text("salesforce:\n  events: [lead.created]\n  fields: {email: record.Email}\n")

    mappings = load_crm_mappings(file, fields=FIELDS)

    assert [*mappings] == [Crm.SALESFORCE]
    assert mappings[Crm.SALESFORCE].kinds == {"lead.created"}


def test_every_problem_names_its_line(file: Path) -> None:
    problems = refusal(
        file,
        """\
hubspot:
  events: [contact.creation, 5]
  fields:
    emial: properties.email
    first_name: [properties.firstname]
    company: {value: Acme, first_of: [a]}
    phone: {properties: phone}
salesforce:
  events: []
  filds: {}
pipedrive: {}
""",
    )

    assert [line.partition(": ")[0] for line in problems] == [
        *("crm_events.yaml:2", "crm_events.yaml:4", "crm_events.yaml:5", "crm_events.yaml:6"),
        *("crm_events.yaml:7", "crm_events.yaml:8", "crm_events.yaml:9", "crm_events.yaml:10"),
        "crm_events.yaml:11",
    ]
    assert "did you mean email?" in problems[1]


@pytest.mark.parametrize("content", ["", "[]", "{}", "hubspot:", "hubspot: 5"])
def test_a_file_that_describes_no_crm_is_refused(file: Path, content: str) -> None:
    assert refusal(file, content)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CrmEventsError, match=r"nowhere\.yaml: cannot be read"):
        load_crm_mappings(tmp_path / "nowhere.yaml", fields=FIELDS)
