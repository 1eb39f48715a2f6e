"""What must not be mistaken: one person for another, a column for our identity, a formula."""

from __future__ import annotations

import json

import pytest

from leadflow.domain.columns import ColumnRules, match_columns
from leadflow.domain.errors import FileRefused, SettingsError
from leadflow.domain.lead import clay_body, identify
from leadflow.domain.spreadsheet import ExportRules, escape, unescape
from leadflow.settings import settings_from

RULES = ExportRules(frozenset({"phone"}), frozenset(), escapes_formulas=True)


def test_a_separator_in_a_name_makes_no_two_people_one() -> None:
    names = [("a|b", "c"), ("a", "b|c"), ("a\\", "b|c"), ("a\\|b", "c")]

    ids = {identify({"domain": "acme.com", "first_name": f, "last_name": n}) for f, n in names}

    assert len(ids) == len(names)


@pytest.mark.parametrize("name", ["lead_id", "Lead-ID", "work_email", "Work Email", "domain"])
def test_an_extra_column_cannot_stand_in_for_a_field_of_ours(name: str) -> None:
    with pytest.raises(SettingsError, match="LEAD_EXTRA_COLUMNS: "):
        settings_from({"LEAD_EXTRA_COLUMNS": f"size, {name}"})


def test_the_identity_in_the_body_is_ours_whatever_the_row_holds() -> None:
    assert json.loads(clay_body("lead-1", {"lead_id": "theirs"})) == {"lead_id": "lead-1"}


@pytest.mark.parametrize(
    "value", ["\ufeff=1+1", "\u200b=1+1", "\u200d\u2060@x", " =1", "\u00ad\uff1d1", "\t1", "-x"]
)
def test_nothing_unseen_hides_a_formula(value: str) -> None:
    escaped = escape(value, "title", RULES)

    assert escaped == f"'{value}"
    assert unescape(escaped) == value


@pytest.mark.parametrize("value", ["a=1", "'quoted'", "\u200bplain", "3-4"])
def test_what_is_no_formula_stays_as_it_is(value: str) -> None:
    assert escape(value, "title", RULES) == value
    assert unescape(value) == value


@pytest.mark.parametrize(
    ("title", "delimiter"), [("email;name", "';'"), ("email\tname", "tab"), ("email|name", r"'\|'")]
)
def test_a_header_of_one_column_gets_a_hint(title: str, delimiter: str) -> None:
    with pytest.raises(FileRefused, match=f"try --delimiter {delimiter}"):
        match_columns([title], ColumnRules({"email": "email"}))


@pytest.mark.parametrize("name", ["DATABASE_URL", "RESULTS_DIR", "LEAD_EXTRA_COLUMNS"])
def test_a_control_character_in_a_setting_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: holds a control character"):
        settings_from({name: "sqlite:///x\0y"})
