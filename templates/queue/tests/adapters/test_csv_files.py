"""CSV files as they come: every line ends as a row or as a rejection with its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow.adapters.csv_files import open_csv
from leadflow.domain.errors import FileRefused, LeadRejected

HEADER = b"email,first_name,last_name\n"


def read(path: Path, content: bytes, **options: str) -> list[tuple[int, list[str] | str]]:
    path.write_bytes(content)
    with open_csv(path, **options) as file:
        rows: list[tuple[int, list[str] | str]] = [(1, file.header)]
        rows += [(n, str(row) if isinstance(row, LeadRejected) else row) for n, row in file]
    return rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"]
)
def test_the_byte_order_mark_tells_the_encoding(path: Path, encoding: str) -> None:
    text = "email,first_name\njürgen@acme.de,Jürgen\n"
    marked = {
        "utf-16-le-bom": ("\ufeff" + text).encode("utf-16-le"),
        "utf-16-be-bom": ("\ufeff" + text).encode("utf-16-be"),
    }

    rows = read(path, marked.get(encoding) or text.encode(encoding))

    assert rows == [(1, ["email", "first_name"]), (2, ["jürgen@acme.de", "Jürgen"])]


def test_an_unmarked_encoding_is_never_guessed(path: Path) -> None:
    content = "email,first_name\nj@acme.de,Jürgen\n".encode("latin-1")

    with pytest.raises(FileRefused, match="--encoding latin-1"):
        read(path, content)

    assert read(path, content, encoding="latin-1")[1] == (2, ["j@acme.de", "Jürgen"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", [(1, [])], id="empty"),
        pytest.param(HEADER, [(1, ["email", "first_name", "last_name"])], id="header only"),
    ],
)
def test_a_file_without_rows_is_no_error(
    path: Path, content: bytes, expected: list[tuple[int, list[str]]]
) -> None:
    assert read(path, content) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(b"a@b.de,A,B\rc@d.de,C,D\r", [(2, "a@b.de"), (3, "c@d.de")], id="lone CR"),
        pytest.param(b"a@b.de,A,B\r\nc@d.de,C,D", [(2, "a@b.de"), (3, "c@d.de")], id="CRLF"),
        pytest.param(b"\n\na@b.de,A,B\n\n", [(4, "a@b.de")], id="empty lines"),
        pytest.param(b'a@b.de,"A\nA",B\nc@d.de,C,D\n', [(2, "a@b.de"), (4, "c@d.de")], id="break"),
        pytest.param(b'"a@b.de","A ""x""",B\n', [(2, "a@b.de")], id="doubled quotes"),
    ],
)
def test_rows_carry_the_number_of_their_first_line(
    path: Path, lines: bytes, expected: list[tuple[int, str]]
) -> None:
    rows = read(path, HEADER + lines)[1:]

    assert [(line, row[0]) for line, row in rows] == expected


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(b"a@b.de,A", "has 2 fields; the header has 3", id="too short"),
        pytest.param(b"a@b.de,A,B,C", "has 4 fields; the header has 3", id="too long"),
        pytest.param(b"a@b.de,A\0,B", "holds a NUL character", id="NUL"),
        pytest.param(
            b"a@b.de," + b"x" * 32_769 + b",B", "a field is longer than 32,768", id="long field"
        ),
        pytest.param(
            b"a@b.de," + b"x" * 3_000_000 + b",B", "is longer than 1,048,576", id="long line"
        ),
        pytest.param(b'a@b.de,"A"x,B', "is not CSV: ", id="text after a quote"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number_and_the_file_goes_on(
    path: Path, bad: bytes, reason: str
) -> None:
    rows = read(path, HEADER + b"a@b.de,A,B\n" + bad + b"\nc@d.de,C,D\n")[1:]

    assert rows[0] == (2, ["a@b.de", "A", "B"])
    assert rows[1][0] == 3
    assert str(rows[1][1]).startswith(reason)
    assert rows[2] == (4, ["c@d.de", "C", "D"])


@pytest.mark.parametrize("lines_after", [1, 19, 30])
def test_an_unclosed_quote_stops_the_file_and_names_its_line(path: Path, lines_after: int) -> None:
    content = HEADER + b'a@b.de,"A,B\n' + b"c@d.de,C,D\n" * lines_after

    with pytest.raises(FileRefused, match=r"line 2: the row spans"):
        read(path, content)


def test_a_quoted_field_may_span_twenty_lines(path: Path) -> None:
    rows = read(path, HEADER + b'a@b.de,"' + b"x\n" * 19 + b'",B\n')

    assert rows[1][0] == 2


def test_another_delimiter_is_an_option(path: Path) -> None:
    rows = read(path, b"email;first_name\na@b.de;A\n", delimiter=";")

    assert rows[1] == (2, ["a@b.de", "A"])


def test_a_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused), open_csv(tmp_path):
        pass
