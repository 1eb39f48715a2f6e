"""destinations.yaml: complete values, secrets from the environment only, every problem at once."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.destinations_file import load_destinations
from leadflow.domain.destination import DestinationSpec
from leadflow.domain.destinations_document import destinations_from
from leadflow.domain.errors import DestinationsError

ROOT = Path(__file__).parents[2]
SECRET = "s3cret-value"
ENVIRON = {
    "HUBSPOT_TOKEN": SECRET,
    "OUTREACH_URL": "https://outreach.example/api/people",
    "OUTREACH_TOKEN": SECRET,
    "NURTURE_URL": "http://127.0.0.1:9/nurture",
    "NURTURE_TOKEN": SECRET,
}
HTTP = {"kind": "http", "url": "https://x.example/people", "body": {"email": "work_email"}}
SALESFORCE = {
    "kind": "salesforce",
    "url": "https://acme.my.salesforce.com/",
    "external_id": "Leadflow_Id__c",
    "fields": {"Email": "work_email"},
}


def built(
    environ: Mapping[str, str] | None = None, **entries: object
) -> dict[str, DestinationSpec]:
    return destinations_from({"destinations": entries}, environ=environ or {})


def problems(environ: Mapping[str, str] | None = None, **entries: object) -> list[str]:
    with pytest.raises(DestinationsError) as refused:
        built(environ, **entries)
    return [str(problem) for problem in refused.value.problems]


def test_the_file_that_comes_along_can_be_read() -> None:
    specs = load_destinations(ROOT / "destinations.yaml", ENVIRON)

    assert {name for name, spec in specs.items() if spec.is_enrolment} >= {"outreach"}
    assert specs["crm"].options["token"] == SECRET


def test_each_variable_that_is_not_set_is_named_with_its_line() -> None:
    with pytest.raises(DestinationsError) as refused:
        load_destinations(ROOT / "destinations.yaml", {**ENVIRON, "OUTREACH_URL": " "})

    (problem,) = refused.value.problems
    file, line, path, _ = str(problem).split(":", maxsplit=3)
    assert (file, path.strip()) == ("destinations.yaml", "destinations.outreach.url")
    text = (ROOT / "destinations.yaml").read_text().splitlines()[int(line) - 1]
    assert "${OUTREACH_URL}" in text
    assert "write OUTREACH_URL=... into .env" in str(problem)


def test_what_is_not_said_is_as_it_comes() -> None:
    specs = built(sales=SALESFORCE | {"token": "t"}, outreach=HTTP, database={"kind": "database"})

    sales = specs["sales"].options
    assert (sales["url"], sales["object"]) == ("https://acme.my.salesforce.com", "Lead")
    assert set(specs["outreach"].options) == {
        *("url", "method", "headers", "body", "conflict_means_delivered")
    }
    assert specs["database"].options == {}
    assert not any(spec.is_enrolment for spec in specs.values())


@pytest.mark.parametrize(
    ("text", "environ", "filled"),
    [
        ("${A}", {"A": "x"}, "x"),
        ("Bearer ${A}", {"A": " x "}, "Bearer x"),
        ("${A}/${B}", {"A": "x", "B": "y"}, "x/y"),
        ("${A:-z}", {}, "z"),
        ("${A:-z}", {"A": ""}, "z"),
        ("${A:-z}", {"A": "x"}, "x"),
        ("${A}", {"A": "${B}", "B": "no"}, "${B}"),
        ("$A $$ {A}", {"A": "x"}, "$A $$ {A}"),
    ],
)
def test_a_variable_is_replaced_once(text: str, environ: dict[str, str], filled: str) -> None:
    spec = built(environ, out={**HTTP, "headers": {"X-Key": text}})["out"]

    assert spec.options["headers"] == {"X-Key": filled}


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        pytest.param("crm", "destinations.x: must be keys with values", id="a text"),
        pytest.param({}, "destinations.x: lacks kind", id="no kind"),
        pytest.param(
            {"kind": "hubspit"}, "x.kind: there is no such name; did you mean hubspot?", id="kind"
        ),
        pytest.param({"kind": "database", "url": "x"}, "x.url: unknown key", id="another's key"),
        pytest.param(
            {"kind": "database", "enrolment": True}, "enrolment: unknown key", id="no enrolment"
        ),
        pytest.param(HTTP | {"enrolment": "yes"}, "must be true or false", id="yes"),
        pytest.param(HTTP | {"concurrency": 0}, "a number from 1 to 64", id="concurrency"),
        pytest.param(HTTP | {"timeout_seconds": True}, "a number from 0.1 to 25", id="timeout"),
        pytest.param(HTTP | {"method": "GET"}, "there is no such name", id="method"),
        pytest.param(HTTP | {"url": "http://crm.example"}, "https://", id="plain http"),
        pytest.param(HTTP | {"url": "https://me:pw@x.example"}, "holds a user name", id="user"),
        pytest.param(HTTP | {"url": "x.example"}, "is not a URL", id="no scheme"),
        pytest.param(HTTP | {"url": "https://[x"}, "is not a URL", id="half a bracket"),
        pytest.param(HTTP | {"url": "https://x:99999"}, "is not a URL", id="port"),
        pytest.param(HTTP | {"url": "https://a b.example/"}, "is not a URL", id="space in a host"),
        pytest.param(HTTP | {"url": "https://１２７.0.0.1/"}, "is not a URL", id="wide digits"),
        pytest.param(HTTP | {"url": "https://x.example/ä"}, "what a URL may not", id="umlaut"),
        pytest.param(HTTP | {"url": None}, "lacks url", id="no url"),
        pytest.param({"kind": []}, "x.kind: must be text", id="kind is a list"),
        pytest.param(
            HTTP | {"headers": {"content-length": "5"}}, "written by leadflow", id="own header"
        ),
        pytest.param(HTTP | {"headers": {"X Key": "a"}}, "not the name of a header", id="header"),
        pytest.param(HTTP | {"headers": {"X": "a\r\nY: b"}}, "one line of text", id="two headers"),
        pytest.param(HTTP | {"headers": {"X": "ü"}}, "printable ASCII", id="umlaut in a header"),
        pytest.param(HTTP | {"headers": {"X": 7}}, "put it in quotes", id="a number in a header"),
        pytest.param(HTTP | {"headers": {"X": "${a b}"}}, "is written ${NAME}", id="variable"),
        pytest.param(HTTP | {"body": {}}, "is empty; name what to send", id="an empty body"),
        pytest.param(HTTP | {"body": {"a": 7}}, "write {value: ...}", id="a bare number"),
        pytest.param(HTTP | {"body": {"a": {"b": {}}}}, "body.a.b: is empty", id="further in"),
        pytest.param(
            HTTP | {"body": {"a": {"value": 1, "b": "c"}}},
            "value stands alone",
            id="value and more",
        ),
        pytest.param(
            HTTP | {"body": {"a": {"first_of": "b"}}}, "must be a list", id="first of one"
        ),
        pytest.param(HTTP | {"body": {"a": {"first_of": [7]}}}, "must be text", id="first of 7"),
        pytest.param(
            {"kind": "hubspot", "token": "t", "properties": {"firstname": "first_name"}},
            "properties: lacks email",
            id="HubSpot without e-mail",
        ),
        pytest.param(SALESFORCE, "needs client_id and client_secret", id="no credentials"),
        pytest.param(
            SALESFORCE | {"client_id": "c"}, "needs client_id and client_secret", id="half of them"
        ),
        pytest.param(
            SALESFORCE | {"token": "t", "client_id": "c", "client_secret": "s"},
            "needs client_id and client_secret, or token",
            id="both credentials",
        ),
        pytest.param(
            SALESFORCE | {"token": "t", "api_version": "62"}, "such as v62.0", id="version"
        ),
        pytest.param(
            SALESFORCE | {"token": "t", "object": "Lead/../User"}, "an API name", id="a path"
        ),
    ],
)
def test_one_mistake_is_one_problem(entry: object, problem: str) -> None:
    (found,) = problems(x=entry)

    assert problem in found


@pytest.mark.parametrize("name", ["CRM", "my crm", "a:b", "", "1st", "x" * 41])
def test_a_name_fits_into_keys_and_command_lines(name: str) -> None:
    (found,) = problems(None, **{name: {"kind": "database"}})

    assert "a name is a small letter" in found


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "destinations.yaml"
    file.write_text(
        """\
destinations:
  crm:
    kind: hubspot
    token: "${HUBSPOT_TOKEN}"
  out:
    kind: http
    url: ftp://x.example
    body: {a: 1}
  Base:
    kind: database
"""
    )

    with pytest.raises(DestinationsError) as refused:
        load_destinations(file, {})

    assert str(refused.value) == (
        "destinations.yaml:2: destinations.crm: lacks properties; add it\n"
        "destinations.yaml:4: destinations.crm.token: HUBSPOT_TOKEN is not set; "
        "write HUBSPOT_TOKEN=... into .env\n"
        "destinations.yaml:7: destinations.out.url: must begin with https:// "
        "(http is for the loopback address only)\n"
        "destinations.yaml:8: destinations.out.body.a: names no field; "
        "for a value of its own write {value: ...}\n"
        "destinations.yaml:9: destinations.Base: a name is a small letter, "
        "then small letters, digits, - and _"
    )


VALUES = st.sampled_from(
    [f"{SECRET}\n", f"ftp://{SECRET}", f"http://{SECRET}", f"é{SECRET}", SECRET]
)


@given(st.fixed_dictionaries(dict.fromkeys(ENVIRON, VALUES)))
def test_no_secret_is_in_a_message_or_a_repr(environ: dict[str, str]) -> None:
    try:
        shown = repr(load_destinations(ROOT / "destinations.yaml", environ))
    except DestinationsError as refusal:
        shown = "".join(traceback.format_exception(refusal))

    assert SECRET not in shown
