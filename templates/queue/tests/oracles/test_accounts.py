"""The account that is asked for after every test can fail: what does not add up fails the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.accounts import check_account
from harness.received import CRM, add_leads, arrival, receive, route
from harness.stores import Store

# The first leaves a ledger that adds up, the second one that does not; both pass.
PLANTED = """
import pytest

from harness.received import CRM, add_leads, arrival, receive, route
from harness.stores import Store

@pytest.mark.parametrize("state", ["waiting", "delivered"])
def test_it(tmp_path, state):
    with Store("sqlite", f"sqlite:///{tmp_path / 'ledger.sqlite'}").open() as database:
        add_leads(database, [1])
        receive(database, arrival(1))
        route(database, CRM)
        database.execute("UPDATE delivery SET state = ?", (state,))
"""


def test_a_ledger_in_which_everybody_has_a_place_is_passed(store: Store) -> None:
    with store.open() as database:
        add_leads(database, [1, 2], state="failed")
        add_leads(database, [3])

    check_account(store.url)


def test_a_lead_in_no_place_is_not(store: Store) -> None:
    with store.open() as database:
        add_leads(database, [1, 2])
        database.execute("UPDATE lead SET state = 'lost' WHERE seq = 1")

    with pytest.raises(AssertionError, match="2 accepted does NOT equal 1 sent"):
        check_account(store.url)


def test_tables_that_contradict_each_other_are_not(store: Store) -> None:
    with store.open() as database:
        add_leads(database, [1])
        receive(database, arrival(1))
        route(database, CRM)
        database.execute("UPDATE delivery SET state = 'delivered'")

    with pytest.raises(AssertionError, match="1 deliveries that wait although they are done"):
        check_account(store.url)


def test_a_test_of_trouble_fails_when_it_leaves_such_a_ledger_behind(
    nested_pytest: pytest.Pytester,
) -> None:
    folder = nested_pytest.mkdir("faults")
    Path(folder, "test_planted.py").write_text(PLANTED)

    done = nested_pytest.runpytest_subprocess("-p", "harness.stores", "-p", "harness.accounts")

    done.assert_outcomes(passed=2, errors=1)
    done.stdout.fnmatch_lines(["*does not add up: 1 deliveries that wait although they are done*"])
