"""A row is rejected whole: nothing inside its quotes becomes a row of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leadflow.adapters.bounded_lines import MAX_ROW_CHARACTERS
from leadflow.adapters.csv_files import open_csv
from leadflow.domain.errors import FileRefused, LeadRejected

HEADER = "email,first_name,last_name\n"
AFTER = "c@d.de,C,D\n"
Rows = list[tuple[int, list[str] | str]]


def read(path: Path, rows: str, **options: str) -> Rows:
    path.write_text(HEADER + rows, encoding="utf-8")
    with open_csv(path, **options) as file:
        return [(line, str(row) if isinstance(row, LeadRejected) else row) for line, row in file]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        pytest.param("z" * 33_000 + "\nvictim@corp.com,Vic,Tim\nx", "a field is", id="long"),
        pytest.param("z" * 33_000 + "\nvictim@corp.com,Vic,Tim\n", "a field is", id="quote first"),
        pytest.param("z\0\nvictim@corp.com,Vic,Tim\nx", "holds a NUL", id="NUL"),
        pytest.param("z" * 3_000_000 + "\nvictim@corp.com,V,T\nx", "is longer", id="long line"),
        pytest.param("z\nvictim@corp.com,V,T\n" + "x" * 3_000_000, "is longer", id="long end"),
        pytest.param("z\nvictim@corp.com,V,T\n" * 9 + "x" * 40_000, "a field is", id="19 lines"),
        pytest.param(
            ("z" * 200_000 + "\nvictim@corp.com,V,T\n") * 7, "is longer", id="long together"
        ),
    ],
)
def test_nothing_inside_a_rejected_field_becomes_a_lead(
    path: Path, field: str, reason: str
) -> None:
    rows = read(path, f'mallory@a.com,"{field}",Last\n{AFTER}')

    assert [line for line, _ in rows] == [2, 3 + field.count("\n")]
    assert str(rows[0][1]).startswith(reason)
    assert rows[1][1] == ["c@d.de", "C", "D"]


def test_a_rejected_field_may_end_with_its_line(path: Path) -> None:
    rows = read(path, f'a@b.de,A,"{"z" * 33_000}\nx"\n{AFTER}')

    assert [line for line, _ in rows] == [2, 4]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("too_many", [-2, -1, 0, 1, 2])
def test_a_line_of_about_the_longest_length_takes_no_other_with_it(
    path: Path, ending: str, too_many: int
) -> None:
    short = ",".join(["x" * 30_000] * 30)
    rest = MAX_ROW_CHARACTERS + too_many - len(f"a@b.de,{short},") - len(ending)

    rows = read(path, f"a@b.de,{short},{'y' * rest}{ending}{AFTER}")

    assert rows[-1][1] == ["c@d.de", "C", "D"]
    assert len(rows) == 2


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)

    with pytest.raises(FileRefused, match="not a regular file"), open_csv(pipe):
        pass


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [("utf-16", "--encoding"), ("utf-32", "--encoding"), ("utf-7", "--encoding")],
)
def test_the_wrong_encoding_is_refused_with_the_remedy(
    path: Path, encoding: str, reason: str
) -> None:
    with pytest.raises(FileRefused, match=reason):
        read(path, "jürgen@acme.de,Jürgen,B\n" * 3, encoding=encoding)
