"""What an HTTP API column puts on the wire: typed text with chips filled in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clay_arch.sandbox import EnrichmentColumn, Switches, parse_fault
from clay_arch.sandbox.body_template import chips_in, render_body, render_text

if TYPE_CHECKING:
    from tests.sandbox.conftest import Post, RecordingHandler, Start

BREAKS_OUT = 'Ada", "icp_score": "100'


def render(
    template: str, values: dict[str, object], *, escape: bool = True, remove: bool = False
) -> str:
    return render_body(template, values, escape_quotes=escape, remove_empty_values=remove)


@pytest.mark.fact("callback.types")
def test_a_quoted_chip_is_a_string_and_a_bare_one_a_number() -> None:
    body = render('{"quoted": "/{score}", "bare": /{score}}', {"score": 85})

    assert json.loads(body) == {"quoted": "85", "bare": 85}


@pytest.mark.fact("callback.types")
@pytest.mark.parametrize("blank", [None, ""])
def test_a_blank_becomes_null_quoted_or_not(blank: object) -> None:
    body = render('{"quoted": "/{name}", "bare": /{name}, "no_such": /{other}}', {"name": blank})

    assert json.loads(body) == {"quoted": None, "bare": None, "no_such": None}


@pytest.mark.fact("callback.types")
def test_remove_empty_values_leaves_blanks_out() -> None:
    body = render('{"name": "/{name}", "deep": {"score": /{score}}}', {"name": "Ada"}, remove=True)

    assert json.loads(body) == {"name": "Ada", "deep": {}}


@pytest.mark.fact("callback.types")
def test_typed_braces_go_out_literally() -> None:
    body = render('{"email": "{{Work Email}}", "slash": "/{{Work Email}}"}', {"Work Email": "x"})

    assert json.loads(body) == {"email": "{{Work Email}}", "slash": "/{{Work Email}}"}


def test_a_chip_amid_text_and_in_a_url_is_text() -> None:
    assert render('{"hello": "Dear /{First Name},"}', {"First Name": "Ada"}) == (
        '{"hello": "Dear Ada,"}'
    )
    assert render_text("http://a.example//{id}", {"id": 7}) == "http://a.example/7"
    assert chips_in('{"a": "/{One}", "b": /{Two Words}}') == ["One", "Two Words"]


def test_nested_values_travel_as_json() -> None:
    tags = ["a", {"b": 1}]

    assert json.loads(render('{"tags": /{tags}}', {"tags": tags})) == {"tags": tags}


@pytest.mark.fact("callback.escaping")
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_escaped_every_text_arrives_as_it_is(text: str) -> None:
    assert json.loads(render('{"name": "/{name}"}', {"name": text})) == {"name": text}


@pytest.mark.fact("callback.escaping")
def test_unescaped_a_value_may_break_the_json_or_bring_in_a_second_key() -> None:
    template = '{"icp_score": "/{score}", "name": "/{name}"}'

    broken = render(template, {"score": 1, "name": 'the "boss"'}, escape=False)
    smuggled = render(template, {"score": 1, "name": BREAKS_OUT}, escape=False)

    with pytest.raises(ValueError, match="delimiter"):
        json.loads(broken)
    assert json.loads(smuggled)["icp_score"] == "100"


@pytest.mark.fact("callback.escaping")
def test_escaping_is_a_switch_and_a_fault(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    never = Switches(enrichment_seconds=0, escape_quotes=False)
    column = handler.column('{"name": "/{name}"}')
    by_switch = start(callback=column, switches=never)
    by_fault = start(callback=column, faults=(parse_fault("unescaped_quotes,count=1"),))

    for clay in (by_switch, by_fault, by_fault):
        post(clay.webhook_urls[0], {"name": 'a"b'})
        clay.control.wait_until_idle()

    assert handler.bodies() == [b'{"name": "a"b"}', b'{"name": "a"b"}', b'{"name": "a\\"b"}']


@pytest.mark.fact("callback.escaping")
def test_by_switch_a_body_that_is_not_json_is_a_cell_error(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    switches = Switches(enrichment_seconds=0, unparseable_body="cell-error")
    clay = start(callback=handler.column('{"name": /{name}}'), switches=switches)

    post(clay.webhook_urls[0], {"name": "bare text"})
    clay.control.wait_until_idle()

    assert handler.requests == []
    assert clay.control.rows()[0]["cells"]["callback"]["note"] == "Body parse error"


@pytest.mark.fact("callback.shape")
def test_one_request_per_row_holds_what_was_typed_and_nothing_else(
    start: Start, post: Post, handler: RecordingHandler
) -> None:
    score = EnrichmentColumn(name="score", fact="icp_score", actions=0)
    template = '{"who": "/{email}", "score": /{score}}'
    clay = start(columns=(score,), callback=handler.column(template))

    for name in ("ada", "bob"):
        post(clay.webhook_urls[0], {"email": f"{name}@crunchy.example"})
    clay.control.wait_until_idle()

    sent = sorted((json.loads(body) for body in handler.bodies()), key=lambda one: str(one["who"]))
    scores = [row["cells"]["score"]["value"] for row in clay.control.rows()]
    assert sent == [
        {"who": "ada@crunchy.example", "score": scores[0]},
        {"who": "bob@crunchy.example", "score": scores[1]},
    ]


def test_half_an_emoji_hurts_nobody(start: Start, post: Post, handler: RecordingHandler) -> None:
    clay = start(callback=handler.column('{"name": "/{name}"}'))

    post(
        clay.webhook_urls[0],
        content=rb'{"name": "\ud83d", "odd": NaN}',
        headers={"Content-Type": "application/json"},
    )
    clay.control.wait_until_idle()

    assert handler.bodies() == [b'{"name": "?"}']
    assert clay.control.rows()[0]["values"]["name"] == "\ud83d"
    assert clay.control.export_csv().splitlines()[1].startswith("?,NaN")
