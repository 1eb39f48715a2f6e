"""routes.yaml and do-not-contact.txt: read strictly, and every problem with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow.adapters.do_not_contact import load_do_not_contact
from leadflow.adapters.routes_file import load_routing
from leadflow.domain.errors import FileRefused, LeadflowError, RoutingError
from leadflow.domain.routing import may_contact, route

ROOT = Path(__file__).parents[2]
DESTINATIONS = ("crm", "outreach", "nurture", "database")
SMALL = """\
routes:
  - name: hot
    when: {icp_score: {at_least: 90}, country: {one_of: [no, Norway]}}
    to: [crm]
always: [database]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "routes.yaml"


def refusal(file: Path, content: str | bytes) -> list[str]:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(RoutingError) as refused:
        load_routing(file, destinations=DESTINATIONS)
    assert str(refused.value).splitlines() == [str(p) for p in refused.value.problems]
    return [str(problem) for problem in refused.value.problems]


def test_the_file_that_comes_along_can_be_read_with_the_destinations_beside_it() -> None:
    routing = load_routing(ROOT / "routes.yaml", destinations=DESTINATIONS)

    assert routing.routes


def test_a_small_file_routes(file: Path) -> None:
    file.write_text(SMALL)

    routing = load_routing(file, destinations=DESTINATIONS)

    assert route({"country": "NO"}, 90, routing) == ("hot", ("crm", "database"))
    assert route({"country": "no"}, 89, routing) == ("none", ("database",))
    assert route({"country": "no"}, None, routing) == ("unscored", ("database",))


def test_a_byte_order_mark_and_other_line_ends_do_no_harm(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())

    assert load_routing(file, destinations=DESTINATIONS).routes[0].name == "hot"


def test_every_problem_names_its_line(file: Path) -> None:
    found = refusal(
        file,
        """\
routes:
  - name: hot
    when:
      icp_score: {at_least: 180}
    to: [crm, outreech]

  - when: {work_email: {is: valid}}
    to: []
alway: [database]
""",
    )

    assert found == [
        "routes.yaml:1: lacks always; add it",
        "routes.yaml:4: routes[1].when.icp_score.at_least: must be a number from 0 to 100",
        "routes.yaml:5: routes[1].to[2]: there is no such name; did you mean outreach?",
        "routes.yaml:7: routes[2]: lacks name; add it",
        (
            "routes.yaml:7: routes[2].when.work_email.is: there is no such name; "
            "did you mean valid_email?"
        ),
        "routes.yaml:8: routes[2].to: names no destination; add one",
        "routes.yaml:9: alway: unknown key; did you mean always?",
    ]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param("", ["routes.yaml:1: empty"], id="empty"),
        pytest.param("# nothing\n", ["routes.yaml:1: empty"], id="a comment"),
        pytest.param(
            "a: [1\n", ["routes.yaml:2: not YAML: did not find expected ',' or ']'"], id="syntax"
        ),
        pytest.param("a: 1\n\tb: 2\n", ["routes.yaml:2: not YAML"], id="a tab"),
        pytest.param("a: \x07\n", ["routes.yaml:1: not YAML: a character"], id="a bell"),
        pytest.param("a: ü\n".encode("latin-1"), ["routes.yaml:1: not UTF-8"], id="Latin-1"),
        pytest.param("a: 1\n" * 20_000, ["routes.yaml:1: larger than 64 KiB"], id="too large"),
        pytest.param(
            "a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}\n",
            [
                "routes.yaml:3: this key stands here already",
                "routes.yaml:4: this key stands here already",
            ],
            id="two keys twice",
        ),
        pytest.param("? [a, b]\n: 1\n", ["routes.yaml:1: a key must be one word"], id="a list key"),
        pytest.param(
            "a: &x [1]\nb: *x\nc: !!python/name:os.system\n",
            [
                "routes.yaml:1: anchors and aliases are not read",
                "routes.yaml:2: anchors and aliases are not read",
                "routes.yaml:3: tags are not read",
            ],
            id="anchor, alias and tag",
        ),
        pytest.param("[" * 5_000, ["routes.yaml:1: nested deeper than 10 levels"], id="deep"),
        pytest.param(
            "a: 1\n---\nb: 2\n", ["routes.yaml:2: not YAML: but found another"], id="two documents"
        ),
    ],
)
def test_what_is_no_strict_yaml_is_refused(
    file: Path, content: str | bytes, found: list[str]
) -> None:
    problems = refusal(file, content)

    assert len(problems) == len(found)
    for problem, beginning in zip(problems, found, strict=True):
        assert problem.startswith(beginning)


def test_ten_levels_are_read_and_eleven_are_not(file: Path) -> None:
    assert "levels" not in refusal(file, "[" * 10 + "]" * 10)[0]
    assert "levels" in refusal(file, "[" * 11 + "]" * 11)[0]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LeadflowError, match=r"nowhere\.yaml: cannot be read: No such file"):
        load_routing(tmp_path / "nowhere.yaml", destinations=DESTINATIONS)


def test_the_do_not_contact_file_that_comes_along_can_be_read() -> None:
    assert load_do_not_contact(ROOT / "do-not-contact.txt") is not None


def test_do_not_contact_holds_addresses_and_domains_in_any_spelling(tmp_path: Path) -> None:
    file = tmp_path / "do-not-contact.txt"
    file.write_bytes(
        "\ufeff# asked on the phone\r\nAda@Acme.com # by mail\r\n\r\n@bücher.de\r\n".encode()
    )

    names = load_do_not_contact(file)

    assert names == {"ada@acme.com", "xn--bcher-kva.de"}
    assert not may_contact({"email": "x@bücher.de"}, names)


def test_a_line_that_cannot_be_read_stops_everything_and_is_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "do-not-contact.txt"
    file.write_text("ada@acme.com\nAda Lovelace\nacme.com\nbob at acme\n")

    with pytest.raises(FileRefused, match=r"on line 2, 4$") as refused:
        load_do_not_contact(file)

    assert "Lovelace" not in str(refused.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not UTF-8"])
def test_without_the_list_nobody_is_contacted(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "do-not-contact.txt"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(FileRefused, match=r"do-not-contact\.txt"):
        load_do_not_contact(file)
