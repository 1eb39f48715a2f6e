"""A template is filled from the fields of a lead; what the lead lacks is not sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.mapping import fill, named_fields

FIELDS = {"work_email": "ada@acme.com", "title": "", "phone": None, "icp_score": 0, "tech": ["a"]}


def test_names_become_values_and_values_stand_for_themselves() -> None:
    template = {
        "email": "work_email",
        "score": "icp_score",
        "campaign": {"value": "work_email"},
        "custom": {"list": ["tech", {"value": 7}], "nothing": "phone"},
    }

    assert fill(template, FIELDS) == {
        "email": "ada@acme.com",
        "score": 0,
        "campaign": "work_email",
        "custom": {"list": [["a"], 7]},
    }
    assert named_fields(template) == {"work_email", "icp_score", "tech", "phone"}


def test_what_the_lead_lacks_is_left_out() -> None:
    assert fill({"title": "title", "phone": "phone", "x": "unheard_of"}, FIELDS) == {}


def test_the_first_field_that_the_lead_has_is_taken() -> None:
    template = {"a": {"first_of": ["title", "work_email"]}, "b": {"first_of": ["phone", "title"]}}

    assert fill(template, FIELDS) == {"a": "ada@acme.com"}
    assert named_fields(template) == {"title", "work_email", "phone"}


PARTS = st.recursive(
    st.sampled_from(["a", "b", "c"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
        | st.fixed_dictionaries({"value": st.integers()})
        | st.fixed_dictionaries({"first_of": st.lists(st.sampled_from("abc"))})
    ),
)


@given(
    template=st.dictionaries(st.sampled_from("pqr"), PARTS),
    fields=st.dictionaries(st.sampled_from("abcd"), st.integers() | st.none()),
)
def test_only_named_fields_matter(template: dict[str, object], fields: dict[str, object]) -> None:
    named = {name: value for name, value in fields.items() if name in named_fields(template)}

    assert fill(template, fields) == fill(template, named)
