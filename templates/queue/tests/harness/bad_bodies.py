"""Bodies that Clay, a person's template or a stranger may send, and what each is answered.

The ideas come from public collections of naughty JSON and naughty strings; the bodies are ours.
"""

from __future__ import annotations

import codecs
import json

from harness.tokens import callback_body, callback_fields
from leadflow.domain.token import TOKEN_FIELD

__all__ = ["FIELDS", "VALUES", "WHOLE_BODIES", "body_with", "expected"]

GOOD = callback_body()
DEEP = 60_000

# What is wrong with the whole body -> the body and its answer.
WHOLE_BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "a space": (b" ", 400),
    "line ends": (b"\r\n\r\n", 400),
    "null": (b"null", 400),
    "true": (b"true", 400),
    "a number": (b"85", 400),
    "a text": (b'"callback"', 400),
    "an empty object": (b"{}", 422),
    "an empty array": (b"[]", 422),
    "an array of one row": (b"[" + GOOD + b"]", 422),
    "two objects": (GOOD + GOOD, 400),
    "two lines": (GOOD + b"\n" + GOOD, 400),
    "a letter behind": (GOOD + b"x", 400),
    "a comma behind": (GOOD + b",", 400),
    "NUL behind": (GOOD + b"\x00", 400),
    "a brace missing": (GOOD[:-1], 400),
    "only half of it": (GOOD[: len(GOOD) // 2], 400),
    "a brace too many": (GOOD + b"}", 400),
    "a comma at the end": (GOOD[:-1] + b",}", 400),
    "single quotes": (GOOD.replace(b'"', b"'"), 400),
    "no quotes around names": (b"{icp_score: 85}", 400),
    "a comment": (b"/* hello */" + GOOD, 400),
    "a comment to the end": (GOOD + b"// hello", 400),
    "a form": (b"icp_score=85&email=ada1%40acme-1.com", 400),
    "XML": (b"<row><icp_score>85</icp_score></row>", 400),
    "YAML": (b"icp_score: 85\nemail: ada1@acme-1.com\n", 400),
    "JSONP": (b"callback(" + GOOD + b")", 400),
    "a guard against hijacking": (b")]}',\n" + GOOD, 400),
    "a template that nobody filled in": (b'{"icp_score": {{ICP Score}}}', 400),
    "a value left out": (b'{"icp_score": , "title": "x"}', 400),
    "a byte order mark": (codecs.BOM_UTF8 + GOOD, 400),
    "UTF-16": (GOOD.decode().encode("utf-16"), 400),
    "UTF-16 without a mark": (GOOD.decode().encode("utf-16-le"), 400),
    "UTF-32": (GOOD.decode().encode("utf-32"), 400),
    "Latin-1": ('{"title": "Geschäftsführer"}'.encode("latin-1"), 400),
    "an overlong slash": (b'{"title": "\xc0\xaf"}', 400),
    "a surrogate in UTF-8": (b'{"title": "\xed\xa0\x80"}', 400),
    "a letter beyond Unicode": (b'{"title": "\xf5\x80\x80\x80"}', 400),
    "half a letter": (b'{"title": "\xe2\x82"}', 400),
    "only brackets": (b"[" * DEEP, 400),
    "only objects": (b'{"a":' * 20_000, 400),
    "brackets, closed": (b"[" * DEEP + b"]" * DEEP, 400),
    "an object 30 deep": (b'{"a":' * 30 + b"1" + b"}" * 30, 400),
    "a name twice": (b'{"icp_score": 10, "icp_score": 95}', 400),
    "a name twice, escaped": (b'{"icp_score": 10, "icp\\u005fscore": 95}', 400),
    "a name twice, further in": (b'{"a": {"b": 1, "b": 2}}', 400),
    "a token twice": (GOOD[:-1] + b', "correlation_token": "clt1.x"}', 400),
    "a quote that closes a value": (GOOD.replace(b"Head of", b'Head", "icp_score": "99'), 400),
    "a quote within a value": (GOOD.replace(b"Head of", b'The "Head" of'), 400),
    "a NUL in a name": (b'{"a\\u0000": 1}', 400),
    "an empty name": (b'{"": 1}', 422),
    "a name of the language": (b'{"__proto__": {"icp_score": 99}, "constructor": 1}', 422),
    "a very long name": (b'{"' + b"a" * 60_000 + b'": 1}', 422),
    "nine thousand names": (json.dumps({str(n): n for n in range(9_000)}).encode(), 422),
    "a name in other case": (GOOD.replace(b'"correlation_token"', b'"Correlation_Token"'), 422),
    "a name with a space": (GOOD.replace(b'"correlation_token"', b'" correlation_token"'), 422),
}

FIELDS = (TOKEN_FIELD, "email", "icp_score", "title")
OK, UNREADABLE, REFUSED = 200, 400, 422

# A value as it stands in the body -> what it is worth in a token, an e-mail, a score, a fact.
VALUES: dict[str, tuple[int, int, int, int]] = {
    "null": (REFUSED, OK, OK, OK),
    '""': (REFUSED, OK, OK, OK),
    '"  "': (REFUSED, OK, OK, OK),
    "true": (REFUSED, REFUSED, REFUSED, OK),
    "false": (REFUSED, REFUSED, REFUSED, OK),
    "0": (REFUSED, REFUSED, OK, OK),
    "100": (REFUSED, REFUSED, OK, OK),
    "-0": (REFUSED, REFUSED, OK, OK),
    "85.0": (REFUSED, REFUSED, OK, OK),
    "8.5e1": (REFUSED, REFUSED, OK, OK),
    '"85"': (REFUSED, REFUSED, OK, OK),
    '" 85 "': (REFUSED, REFUSED, OK, OK),
    '"085"': (REFUSED, REFUSED, OK, OK),
    "101": (REFUSED, REFUSED, REFUSED, OK),
    "-1": (REFUSED, REFUSED, REFUSED, OK),
    "85.5": (REFUSED, REFUSED, REFUSED, OK),
    '"85.5"': (REFUSED, REFUSED, REFUSED, OK),
    '"85%"': (REFUSED, REFUSED, REFUSED, OK),
    '"8_5"': (REFUSED, REFUSED, REFUSED, OK),
    '"+85"': (REFUSED, REFUSED, REFUSED, OK),
    '"0x55"': (REFUSED, REFUSED, REFUSED, OK),
    '"８５"': (REFUSED, REFUSED, REFUSED, OK),
    '"NaN"': (REFUSED, REFUSED, REFUSED, OK),
    '"Infinity"': (REFUSED, REFUSED, REFUSED, OK),
    '"true"': (REFUSED, REFUSED, REFUSED, OK),
    '"null"': (REFUSED, REFUSED, REFUSED, OK),
    '"undefined"': (REFUSED, REFUSED, REFUSED, OK),
    '"{{Work Email}}"': (REFUSED, REFUSED, REFUSED, OK),
    '"/Work Email"': (REFUSED, REFUSED, REFUSED, OK),
    "\"=cmd|' /C calc'!A0\"": (REFUSED, REFUSED, REFUSED, OK),
    '"\' OR 1=1 --"': (REFUSED, REFUSED, REFUSED, OK),
    '"<script>alert(1)</script>"': (REFUSED, REFUSED, REFUSED, OK),
    '"${jndi:ldap://x}"': (REFUSED, REFUSED, REFUSED, OK),
    '"%s%n%x"': (REFUSED, REFUSED, REFUSED, OK),
    '"../../etc/passwd"': (REFUSED, REFUSED, REFUSED, OK),
    '"a\\r\\nSet-Cookie: x"': (REFUSED, REFUSED, REFUSED, OK),
    '"\\u202eevil"': (REFUSED, REFUSED, REFUSED, OK),
    '"\\ufeff"': (REFUSED, REFUSED, REFUSED, OK),
    '"\\u200b"': (REFUSED, REFUSED, REFUSED, OK),
    '"\\ud83d\\ude00"': (REFUSED, REFUSED, REFUSED, OK),
    '"Zoë Straße ﷺ 田中"': (REFUSED, REFUSED, REFUSED, OK),
    '"' + "x" * 60_000 + '"': (REFUSED, REFUSED, REFUSED, OK),
    "[]": (REFUSED, REFUSED, REFUSED, OK),
    "{}": (REFUSED, REFUSED, REFUSED, OK),
    '["85"]': (REFUSED, REFUSED, REFUSED, OK),
    '{"value": 85}': (REFUSED, REFUSED, REFUSED, OK),
    "9223372036854775807": (REFUSED, REFUSED, REFUSED, OK),
    "1e308": (REFUSED, REFUSED, REFUSED, OK),
    "1e-400": (REFUSED, REFUSED, OK, OK),
    "9223372036854775808": (UNREADABLE,) * 4,
    "1" + "0" * 5_000: (UNREADABLE,) * 4,
    "1e999": (UNREADABLE,) * 4,
    "-1e999": (UNREADABLE,) * 4,
    "NaN": (UNREADABLE,) * 4,
    "Infinity": (UNREADABLE,) * 4,
    "-Infinity": (UNREADABLE,) * 4,
    "085": (UNREADABLE,) * 4,
    "+85": (UNREADABLE,) * 4,
    ".85": (UNREADABLE,) * 4,
    "85.": (UNREADABLE,) * 4,
    "0x55": (UNREADABLE,) * 4,
    "85,5": (UNREADABLE,) * 4,
    "undefined": (UNREADABLE,) * 4,
    "None": (UNREADABLE,) * 4,
    "True": (UNREADABLE,) * 4,
    "Ada": (UNREADABLE,) * 4,
    "'85'": (UNREADABLE,) * 4,
    '"\\ud800"': (UNREADABLE,) * 4,
    '"\\udc00\\ud800"': (UNREADABLE,) * 4,
    '"\\u0000"': (UNREADABLE,) * 4,
    '"\\x41"': (UNREADABLE,) * 4,
    '"a\tb"': (UNREADABLE,) * 4,
    '"a\nb"': (UNREADABLE,) * 4,
    '"a\x00b"': (UNREADABLE,) * 4,
    '"open': (UNREADABLE,) * 4,
    '"a"b"': (UNREADABLE,) * 4,
    "[" * 25 + "]" * 25: (UNREADABLE,) * 4,
}


def body_with(field: str, value: str, number: int) -> bytes:
    """Write a good body of a lead of its own, except for one value."""
    mark = "@value@"
    fields = {**callback_fields(number), field: mark}
    return json.dumps(fields).replace(f'"{mark}"', value).encode()


def expected(field: str, value: str) -> int:
    return VALUES[value][FIELDS.index(field)]
