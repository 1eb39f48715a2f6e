"""A good object is read as json.loads reads it; everything else is refused, and nothing breaks."""

from __future__ import annotations

import json
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.errors import ManyRows, Unreadable
from leadflow.domain.strict_json import read_object

CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
TEXTS = st.text(CHARACTERS, max_size=20)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=6)


@given(content=OBJECTS, is_ascii=st.booleans())
def test_a_good_object_is_read_as_python_reads_it(
    content: dict[str, object],
    is_ascii: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    raw = json.dumps(content, ensure_ascii=is_ascii).encode()

    assert read_object(raw, max_depth=1_000) == json.loads(raw)


PIECES = st.sampled_from(
    [*'{}[]",:', '{"a":', "\\", "\\u", "\\ud800", "\\u0000", "1e999", "-", "0", "9" * 30, "NaN"]
)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.lists(PIECES, max_size=20).map(lambda pieces: "".join(pieces).encode()),
    OBJECTS.map(lambda content: json.dumps(content).encode()),
)


@given(BODIES)
def test_any_bytes_are_an_object_that_can_be_stored_or_are_refused(raw: bytes) -> None:
    try:
        content = read_object(raw)
    except Unreadable:
        return

    stored = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()

    assert read_object(stored) == content


@pytest.mark.case(62)
@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(b"", "not JSON", id="nothing"),
        pytest.param(b"icp_score=85", "not JSON", id="a form"),
        pytest.param(b'{"a": 1', "not JSON", id="cut off"),
        pytest.param(b'{"a": 1} {"a": 2}', "not JSON", id="two objects"),
        pytest.param(b"{'a': 1}", "not JSON", id="single quotes"),
        pytest.param(b'{"a": 1,}', "not JSON", id="a comma too many"),
        pytest.param(b'{"a": 01}', "not JSON", id="a leading zero"),
        pytest.param(b'{"a": "x\ny"}', "not JSON", id="a newline inside a text"),
        pytest.param(b'{"a": "x\x00y"}', "not JSON", id="NUL as it is"),
        pytest.param(b'{"name": "Ada "the" Lovelace"}', "not JSON", id="unescaped quotes"),
        pytest.param(b'"text"', "not an object", id="a text"),
        pytest.param(b"null", "not an object", id="null"),
        pytest.param(b"85", "not an object", id="a number"),
        pytest.param(b"[]", "one row per call", id="an empty array"),
        pytest.param(b'[{"a": 1}, {"a": 2}]', "one row per call", id="an array of rows"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', "byte order mark", id="a byte order mark"),
        pytest.param('{"a": "ü"}'.encode("latin-1"), "not UTF-8", id="Latin-1"),
        pytest.param('{"a": 1}'.encode("utf-16"), "not UTF-8", id="UTF-16"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', "not UTF-8", id="a surrogate as it is"),
        pytest.param(b'{"a": 1, "a": 1}', "twice", id="a key twice"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', "twice", id="a key twice, once escaped"),
        pytest.param(b'{"b": {"a": 1, "a": 2}}', "twice", id="a key twice, further in"),
        pytest.param(b'{"a": NaN}', "NaN", id="NaN"),
        pytest.param(b'{"a": -Infinity}', "Infinity", id="minus infinity"),
        pytest.param(b'{"a": 1e999}', "too large", id="1e999"),
        pytest.param(b'{"a": 9223372036854775808}', "too large", id="65 bits"),
        pytest.param(b'{"a": ' + b"9" * 5_000 + b"}", "too large", id="5,000 digits"),
        pytest.param(b'{"a": ' + b"9" * 5_000 + b".5}", "too large", id="5,000 digits and a half"),
        pytest.param(b'{"a": "\\u0000"}', "NUL", id="NUL, escaped"),
        pytest.param(b'{"\\u0000": 1}', "NUL", id="NUL in a key"),
        pytest.param(b'{"a": "\\ud800"}', "half a character", id="half a pair"),
        pytest.param(b'{"a": "\\udc00"}', "half a character", id="the other half"),
        pytest.param(b'{"a": ["\\uDFFF\\uD800"]}', "half a character", id="a pair turned round"),
        pytest.param(b'{"\\ud800": 1}', "half a character", id="half a pair in a key"),
        pytest.param(b"[" * 100_000, "nested too deep", id="100,000 deep, cut off"),
        pytest.param(
            b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deep", id="50,000 objects deep"
        ),
    ],
)
def test_a_bad_body_is_refused_with_a_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as refused:
        read_object(raw)

    assert "Lovelace" not in refused.value.reason


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param(b'{"a": "\\ud83d\\ude00"}', "\U0001f600", id="both halves of a pair"),
        pytest.param(b'{"a": "\\\\u0000 \\\\ud800"}', "\\u0000 \\ud800", id="an escaped backslash"),
        pytest.param(b'{"a": -9223372036854775808}', -(2**63), id="64 bits"),
        pytest.param(b' \r\n{"a": 85.0}\t', 85.0, id="space around it"),
        pytest.param(b'{"a": "' + b"[{" * 50 + b'"}', "[{" * 50, id="brackets in a text"),
        pytest.param(b'{"a": [' + b"[]," * 50 + b"0]}", [*[[]] * 50, 0], id="many, not deep"),
    ],
)
def test_what_only_looks_bad_is_read(raw: bytes, value: object) -> None:
    assert read_object(raw) == {"a": value}


@pytest.mark.parametrize("leaf", [b"1", b"{}", b"[]", b'"x"'], ids=["1", "{}", "[]", "text"])
def test_depth_counts_objects_and_arrays_and_no_leaf(leaf: bytes) -> None:
    own = 1 if leaf in {b"{}", b"[]"} else 0

    def nested(depth: int) -> bytes:
        outer = depth - own
        return b'{"a":' * outer + leaf + b"}" * outer

    assert read_object(nested(20))
    with pytest.raises(Unreadable, match="nested too deep"):
        read_object(nested(21))


def test_an_array_is_told_apart_from_other_bad_bodies() -> None:
    with pytest.raises(ManyRows):
        read_object(b'[{"a": 1}]')
    with pytest.raises(Unreadable, match="twice"):
        read_object(b'[{"a": 1, "a": 2}]')


def test_a_good_body_costs_little_more_than_json_loads() -> None:
    body = {"company": "Acme", "icp_score": 85, "tech": ["a", "b"], "name": "Zoë"}
    raw = json.dumps(
        {f"{key}_{n}": value for key, value in body.items() for n in range(4)}
    ).encode()

    ours = min(timeit.repeat(lambda: read_object(raw), number=500, repeat=9))
    plain = min(timeit.repeat(lambda: json.loads(raw), number=500, repeat=9))
    print(f"strict {ours / 500 * 1e6:.1f} us, json.loads {plain / 500 * 1e6:.1f} us")

    assert ours < 4 * plain  # about 1.4 on a quiet machine
