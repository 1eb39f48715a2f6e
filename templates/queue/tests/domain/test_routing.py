"""Every enrichment has a route: the whole input space against the rule in words."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.conditions import KINDS, AtLeast, Below, Condition, Is, OneOf
from leadflow.domain.enrichment import parse_enrichment
from leadflow.domain.errors import EnrichmentRefused, LeadRejected, RoutingError
from leadflow.domain.routes_document import routing_from
from leadflow.domain.routing import Route, Routing, contact_key, may_contact, route

DESTINATIONS = ("crm", "outreach", "nurture", "database")
SEED: dict[str, Any] = {
    "routes": [
        {
            "name": "hot",
            "when": {"icp_score": {"at_least": 80}, "work_email": {"is": "valid_email"}},
            "to": ["crm", "outreach"],
        },
        {"name": "warm", "when": {"icp_score": {"at_least": 50}}, "to": ["nurture"]},
    ],
    "always": ["database"],
}
ROUTING = routing_from(SEED, destinations=DESTINATIONS)
HOT = ("hot", ("crm", "outreach", "database"))
WARM = ("warm", ("nurture", "database"))
COLD = ("none", ("database",))
UNSCORED = ("unscored", ("database",))

VALID = ("ada@acme.com", " Ada@Bücher.de ", "ada@xn--bcher-kva.de")
INVALID = (None, "", "  ", "n/a", "ada", "ada@", "a\u200bda@acme.com", "ada@x.com, bob@x.com")
NOT_TEXT = (85, True, ["ada@acme.com"], {"value": "ada@acme.com"})
MISSING = object()


def expected(score: int, *, has_email: bool) -> tuple[str, tuple[str, ...]]:
    if score >= 80 and has_email:
        return HOT
    return WARM if score >= 50 else COLD


def body(score: object, work_email: object) -> dict[str, object]:
    fields = {"icp_score": score, "work_email": work_email}
    return {name: value for name, value in fields.items() if value is not MISSING}


@pytest.mark.case(62)
@pytest.mark.parametrize(
    "write", [int, float, str, " {} ".format], ids=["int", "float", "text", ""]
)
def test_every_score_and_every_address_has_its_route(write: Any) -> None:
    addresses = [*VALID, *INVALID, *NOT_TEXT, MISSING]
    for score, address in itertools.product(range(-1, 102), addresses):
        try:
            facts, parsed = parse_enrichment(body(write(score), address))
        except EnrichmentRefused:
            assert score in {-1, 101}
            continue

        assert 0 <= score <= 100
        assert route(facts, parsed, ROUTING) == expected(score, has_email=address in VALID)


@pytest.mark.case(62)
@pytest.mark.parametrize("score", [None, "", " ", MISSING], ids=["null", "blank", "space", "-"])
@pytest.mark.parametrize("address", [*VALID, *INVALID, MISSING])
def test_without_a_score_only_the_database_hears_of_it(score: object, address: object) -> None:
    facts, parsed = parse_enrichment(body(score, address))

    assert route(facts, parsed, ROUTING) == UNSCORED


def test_eighty_and_more_without_an_address_is_kept_warm() -> None:
    assert route({}, 100, ROUTING) == WARM


CONDITIONS = st.one_of(
    st.builds(AtLeast, st.sampled_from(["icp_score", "a"]), st.integers(-5, 105)),
    st.builds(Below, st.sampled_from(["icp_score", "a"]), st.integers(-5, 105)),
    st.builds(OneOf, st.just("a"), st.frozensets(st.sampled_from("xyz8"), min_size=1)),
    st.builds(Is, st.just("a"), st.sampled_from(sorted(KINDS))),
)
NAMES = st.lists(st.sampled_from(DESTINATIONS), max_size=4).map(tuple)
ROUTES = st.builds(Route, st.text(max_size=3), st.lists(CONDITIONS, max_size=3).map(tuple), NAMES)
ROUTINGS = st.builds(Routing, st.lists(ROUTES, max_size=4).map(tuple), NAMES, NAMES)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 110),
    st.floats(),
    st.text(),
    st.sampled_from(["x", " Y", "85", "8", "ada@acme.com", "1e2", "-3.5"]),
    st.lists(st.integers(), max_size=2),
)


@given(
    routing=ROUTINGS, score=st.none() | st.integers(), facts=st.fixed_dictionaries({"a": VALUES})
)
def test_the_first_route_that_holds_wins_and_always_is_added(
    routing: Routing, score: int | None, facts: Mapping[str, object]
) -> None:
    name, destinations = route(facts, score, routing)

    asked = {**facts, "icp_score": score}
    winners = [
        candidate
        for candidate in routing.routes
        if all(condition.holds(asked[condition.field]) for condition in candidate.conditions)
    ]
    chosen = routing.unscored if score is None else winners[0].to if winners else ()
    assert set(destinations) == {*chosen, *routing.always}
    assert len(set(destinations)) == len(destinations)
    assert score is None or name == (winners[0].name if winners else "none")


EVERY_KIND: list[Condition] = [
    *(AtLeast("a", 50), AtLeast("a", 80), Below("a", 50), Below("a", 80)),
    *(OneOf("a", frozenset("8")), OneOf("a", frozenset("8x"))),
    *(Is("a", kind) for kind in KINDS),
]
SAMPLES: tuple[object, ...] = (
    None,
    "",
    " ",
    8,
    "8",
    49,
    50,
    "79",
    80.0,
    "x",
    "X",
    "ada@acme.com",
    True,
    [],
    {},
)


@pytest.mark.parametrize(("one", "other"), list(itertools.product(EVERY_KIND, repeat=2)))
def test_a_condition_holds_wherever_one_that_implies_it_holds(
    one: Condition, other: Condition
) -> None:
    counter_examples = [value for value in SAMPLES if other.holds(value) and not one.holds(value)]

    assert one.is_implied_by(one)
    assert not (one.is_implied_by(other) and counter_examples)


@given(one=CONDITIONS, other=CONDITIONS, value=VALUES)
def test_so_it_does_for_any_value(one: Condition, other: Condition, value: object) -> None:
    if one.field == other.field and one.is_implied_by(other) and other.holds(value):
        assert one.holds(value)


@pytest.mark.parametrize(
    ("condition", "values", "others"),
    [
        (AtLeast("a", 50), [50, 50.0, "50", " 50 ", "50.0", 10**30], [49, "n/a", "", None, True]),
        (AtLeast("a", -5), [-5, "-5", "0"], [-6, [], {}, "5,000", "1e3", float("nan")]),
        (Below("a", 50), [49, "49.9", -1], [50, "50", None, float("inf"), "-", False]),
        (OneOf("a", frozenset({"germany", "7"})), ["Germany", " GERMANY ", 7, "7"], ["", None, 8]),
        (OneOf("a", frozenset({"true"})), [True, "True"], [False, 1]),
        (Is("a", "present"), ["x", 0, False, [], {}], ["", " ", None]),
        (Is("a", "missing"), ["", " ", None], ["x", 0, False]),
        (Is("a", "valid_email"), VALID, [*INVALID, *NOT_TEXT]),
    ],
    # A set is written in another order in each process: no name of a test may hold one.
    ids=["at least 50", "at least -5", "below 50", "texts", "true", "present", "missing", "email"],
)
def test_a_condition_holds_for_these_and_not_for_those(
    condition: Condition, values: list[object], others: list[object]
) -> None:
    assert [value for value in values if not condition.holds(value)] == []
    assert [value for value in others if condition.holds(value)] == []


def problems(document: object) -> list[str]:
    with pytest.raises(RoutingError) as refused:
        routing_from(document, destinations=DESTINATIONS)
    return [str(problem) for problem in refused.value.problems]


def test_every_problem_of_a_document_is_told_at_once() -> None:
    document = {
        "routes": [
            {"name": "hot", "when": {"icp_score": {"atleast": 80}}, "to": ["crn"]},
            {"name": "none", "when": {"icp_score": {"at_least": 101}}, "to": []},
            {"name": "hot", "when": {"icp_score": {}, "a": {"one_of": []}}, "to": ["crm", "crm"]},
            {"when": {"a": {"is": "there"}, "b": {"below": "5"}}, "too": ["crm"]},
            "warm",
        ],
        "always": "database",
        "never": [],
    }

    assert problems(document) == [
        "never: unknown key; known: always, routes, unscored",
        "routes[1].when.icp_score.atleast: unknown key; did you mean at_least?",
        "routes[1].to[1]: there is no such name; did you mean crm?",
        "routes[2].when.icp_score.at_least: must be a number from 0 to 100",
        "routes[2].to: names no destination; add one",
        "routes[3].when.icp_score: asks nothing; write one of at_least, below, one_of, is",
        "routes[3].when.a.one_of: names nothing; add a text",
        "routes[3].to[2]: stands in the list already; leave it out",
        "routes[4].too: unknown key; did you mean to?",
        "routes[4]: lacks name; add it",
        "routes[4]: lacks to; add it",
        "routes[4].when.a.is: there is no such name; known: missing, present, valid_email",
        "routes[4].when.b.below: must be a number",
        "routes[5]: must be keys with values",
        "always: must be a list",
        "routes[2].name: none has a meaning already; rename it",
        "routes[3].name: another route has this name; rename one",
    ]


@pytest.mark.parametrize("document", [None, [], "routes", 85, {}])
def test_a_document_that_is_none_is_refused(document: object) -> None:
    assert problems(document)


def with_routes(*whens: dict[str, object] | None) -> dict[str, object]:
    routes = [
        {"name": f"r{n}", "to": ["crm"]} | ({} if when is None else {"when": when})
        for n, when in enumerate(whens)
    ]
    return {"routes": routes, "always": ["database"]}


@pytest.mark.parametrize(
    "whens",
    [
        pytest.param([{"a": {"at_least": 50}}, {"a": {"at_least": 80}}], id="50 before 80"),
        pytest.param([None, {"a": {"at_least": 80}}], id="everything first"),
        pytest.param([{"a": {"below": 9}}, {"a": {"below": 8}, "b": {"is": "present"}}], id="more"),
        pytest.param([{"a": {"one_of": ["x", "Y"]}}, {"a": {"one_of": ["y"]}}], id="one of them"),
        pytest.param([{"a": {"is": "present"}}, {"a": {"is": "valid_email"}}], id="present first"),
    ],
)
def test_a_route_that_can_never_win_is_a_mistake(whens: list[dict[str, object] | None]) -> None:
    assert problems(with_routes(*whens)) == [
        "routes[2]: never wins: r0 takes all of it; put this one first"
    ]


@pytest.mark.parametrize(
    "whens",
    [
        pytest.param([{"a": {"at_least": 80}}, {"a": {"at_least": 50}}, None], id="narrowing"),
        pytest.param([{"a": {"at_least": 50, "below": 60}}, {"a": {"at_least": 55}}], id="overlap"),
        pytest.param([{"a": {"is": "missing"}}, {"a": {"is": "present"}}], id="opposites"),
        pytest.param([{"a": {"is": "present"}}, {"b": {"is": "present"}}], id="other fields"),
    ],
)
def test_routes_that_may_win_are_taken(whens: list[dict[str, object] | None]) -> None:
    assert routing_from(with_routes(*whens), destinations=DESTINATIONS)


LIST = frozenset(map(contact_key, ["Ada@Acme.com", "bücher.de", "@example.org"]))


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "ada@acme.com"},
        {"work_email": " ADA@ACME.COM "},
        {"email": "new@x.com", "work_email": "ada@acme.com"},
        {"work_email": "Ada Lovelace <ada@acme.com>"},
        {"work_email": "mailto:ada@acme.com"},
        {"work_email": "new@x.com; ada@acme.com"},
        {"email": "anybody@bücher.de"},
        {"email": "anybody@xn--bcher-kva.de"},
        {"email": "anybody@mail.example.org"},
        {"email": "new@x.com", "domain": "example.org"},
        {"email": "new@x.com", "assistant": "ada@acme.com"},
        {"emails": ["new@x.com", "ada@acme.com"]},
        {"found": {"email": "ada@acme.com"}},
    ],
    ids=str,
)
def test_who_is_on_the_list_is_not_contacted(fields: dict[str, object]) -> None:
    assert not may_contact(fields, LIST)
    assert may_contact(fields, frozenset())


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"email": "bob@acme.com"},
        {"email": "ada@acme.com.de"},
        {"email": "ada@notexample.org"},
        {"work_email": None, "email": 85},
        {"work_email": "n/a"},
        {"summary": "writes for example.org"},
    ],
    ids=str,
)
def test_who_is_not_on_the_list_may_be_contacted(fields: dict[str, object]) -> None:
    assert may_contact(fields, LIST)


@given(st.dictionaries(st.sampled_from(["email", "work_email", "domain"]), VALUES))
def test_no_field_breaks_the_check(fields: dict[str, object]) -> None:
    assert may_contact(fields, LIST) in {True, False}


@pytest.mark.parametrize("text", ["", "ada", "ada@", "@", "a b@x.com", "a@b@c.com"])
def test_what_is_neither_address_nor_domain_has_no_key(text: str) -> None:
    with pytest.raises(LeadRejected):
        contact_key(text)
