"""When a row is a lead, how it is cleaned, and by what it is recognised."""

from __future__ import annotations

import hashlib
import json

import pytest

from leadflow.domain.errors import LeadRejected
from leadflow.domain.lead import LeadRules, clay_body, identify, parse_lead

STRICT = LeadRules(frozenset({"gmail", "yahoo", "gmx"}), 100_000, True, True)
LENIENT = LeadRules(frozenset({"gmail"}), 100_000, False, False)
ADA = {"email": "ada@acme.com", "first_name": "Ada", "last_name": "Byron"}


def hexed(key: str) -> str:
    return f"lead-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def test_the_identity_is_the_address_where_there_is_one() -> None:
    assert parse_lead(ADA, STRICT).lead_id == hexed("ada@acme.com")
    assert parse_lead({**ADA, "email": " ADA@ACME.com "}, STRICT).lead_id == hexed("ada@acme.com")


def test_without_an_address_the_identity_is_domain_and_names() -> None:
    row = {"domain": "https://www.Acme.com/team", "first_name": "Ada", "last_name": "Byron"}

    lead = parse_lead(row, STRICT)

    assert lead.lead_id == hexed("acme.com|ada|byron")
    assert lead.fields["domain"] == "acme.com"
    assert identify(row) == lead.lead_id


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, "no e-mail"),
        ({"domain": "acme.com", "first_name": "Ada"}, "no e-mail"),
        ({"email": "ada@acme.com", "first_name": "Ada"}, "last name is missing"),
        ({**ADA, "email": "ada"}, "e-mail: "),
        ({**ADA, "domain": "acme"}, "no dot"),
        ({**ADA, "domain": "ac me.com"}, "not a valid domain"),
        ({**ADA, "email": "ada@gmail.com"}, "personal mail"),
        ({**ADA, "email": "ada@yahoo.co.uk"}, "personal mail"),
        ({**ADA, "email": "ada@gmx.de"}, "personal mail"),
        ({**ADA, "domain": "gmail.com"}, "personal mail"),
        ({**ADA, "last_name": "\ud800"}, "last_name: holds half a character"),
    ],
)
def test_what_is_no_lead_is_rejected_with_the_reason(row: dict[str, str], reason: str) -> None:
    with pytest.raises(LeadRejected, match=reason):
        parse_lead(row, STRICT)


@pytest.mark.parametrize("email", ["ada@gmail.acme.com", "ada@mygmail.com", "ada@gmx-tools.com"])
def test_a_company_that_only_looks_like_a_provider_is_kept(email: str) -> None:
    assert parse_lead({**ADA, "email": email}, STRICT).fields["email"] == email


def test_both_policies_can_be_switched_off() -> None:
    assert parse_lead({"email": "ada@gmail.com"}, LENIENT).fields["domain"] == "gmail.com"


def test_a_mixed_script_domain_is_flagged_and_sent_as_given() -> None:
    lead = parse_lead({**ADA, "email": "ada@\u0430cme.com"}, STRICT)

    assert "look alike" in lead.flag
    assert lead.fields["email"] == "ada@\u0430cme.com"


def test_a_row_that_is_too_large_names_its_longest_field() -> None:
    rules = LeadRules(frozenset(), 2_000, True, True)
    row = {**ADA, "company": "c" * 1_900, "title": "t" * 100}

    with pytest.raises(LeadRejected, match=r"^company: the row would be 2,\d\d\d bytes"):
        parse_lead(row, rules)


def test_the_body_is_one_json_object_with_the_way_back() -> None:
    lead = parse_lead({**ADA, "company": 'Büro "Nord"'}, STRICT)

    body = json.loads(clay_body(lead.lead_id, lead.fields))

    assert body == {
        "lead_id": lead.lead_id,
        "email": "ada@acme.com",
        "first_name": "Ada",
        "last_name": "Byron",
        "company": 'Büro "Nord"',
        "domain": "acme.com",
    }
