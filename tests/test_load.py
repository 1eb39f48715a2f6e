"""A user's own file: every problem at once, with its line; nothing that could hang or explode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clay_arch.document import parse_document
from clay_arch.errors import FileProblems, InputError
from clay_arch.load import DATA, load_answers, load_facts, load_matrix, load_packaged
from clay_arch.questions import QUESTIONS, question

if TYPE_CHECKING:
    from pathlib import Path

    from clay_arch.decision.matrix import Matrix


def _problems(error: pytest.ExceptionInfo[FileProblems]) -> list[str]:
    return [line.split("/")[-1] for line in error.value.lines]


def _spoiled(folder: Path, name: str, *replacements: tuple[str, str]) -> Path:
    text = (DATA / f"{name}.yaml").read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["matrix", "facts", "troubles"])
def test_packaged_files_read_the_same_by_both_readers(name: str) -> None:
    """What is packaged holds no word that one YAML version takes for a date or a boolean."""
    content = (DATA / f"{name}.yaml").read_bytes()

    assert parse_document(name, content).content == load_packaged(name)


def test_a_copy_of_the_packaged_matrix_is_accepted(tmp_path: Path, matrix: Matrix) -> None:
    assert load_matrix(_spoiled(tmp_path, "matrix")) == matrix


def test_a_copy_of_the_packaged_facts_is_accepted(tmp_path: Path, matrix: Matrix) -> None:
    assert load_facts(matrix, _spoiled(tmp_path, "facts")) == load_facts(matrix)


def test_every_problem_of_a_matrix_is_reported_with_its_line(tmp_path: Path) -> None:
    path = _spoiled(
        tmp_path,
        "matrix",
        ("[1000, 10000)", "[1500, 10000)"),
        ("requires: [PLAN-1, PLAN-2, NET-1]", "requires: [PLAN-1, PLAN-7, NET-1]"),
    )
    lines = path.read_text().splitlines()
    rules = next(n for n, line in enumerate(lines, 1) if line.endswith("rules:"))
    requires = next(n for n, line in enumerate(lines, 1) if "PLAN-7" in line)

    with pytest.raises(FileProblems) as error:
        load_matrix(path)

    unknown, gap = _problems(error)
    assert unknown.startswith(f"matrix.yaml:{requires}: unknown rule id PLAN-7")
    assert gap.startswith(f"matrix.yaml:{rules}: gap in volume: no rule answers [1000, 1500)")


def test_a_wrong_type_is_reported_with_its_line(tmp_path: Path) -> None:
    path = _spoiled(tmp_path, "matrix", ('version: "1.0"', "version: [1]"))

    with pytest.raises(FileProblems) as error:
        load_matrix(path)

    assert _problems(error)[0].endswith("version: must be text, not a list")


def test_a_missing_fact_and_an_unknown_source_are_reported(tmp_path: Path, matrix: Matrix) -> None:
    path = _spoiled(
        tmp_path,
        "facts",
        ("{id: wire.rate, ", "{id: wire.speed, "),
        ("per month, source: PLAN", "per month, source: HEARSAY"),
    )

    with pytest.raises(FileProblems) as error:
        load_facts(matrix, path)

    text = "\n".join(_problems(error))
    assert "fact wire.rate is missing" in text
    assert "unknown source HEARSAY" in text


BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (BOMB.encode(), "f:1: anchors and aliases are not read"),
        (b"[" * 5_000, "f:1: nested deeper than 10 levels"),
        (b"volume: 5k\nplan: growth\nvolume: 6k\n", "f:3: key volume is given twice"),
        (b"volume: !!python/object:os.system 5k", "f:1: tags are not read"),
        (b"volume: '5k", "f:1: not YAML"),
        (b"volume: 5k\n---\nvolume: 6k", "f:2: not YAML"),
        (b"\xff\xfe", "f:1: not UTF-8"),
        (b"volume: \x00", "f:1: not YAML"),
        (b"", "f:1: empty"),
        (b"x" * 70_000, "f:1: larger than 64 KiB"),
        (b"a: 1\n? [a, b]\n: 2", "f:2: a key must be one plain word"),
        (b'"\\e[2J": 1\n"\\e[2J": 2', "f:2: key '\\x1b[2J' is given twice"),
    ],
    ids=[
        "bomb",
        "deep",
        "repeated",
        "tag",
        "open quote",
        "two documents",
        "bytes",
        "nul",
        "empty",
        "large",
        "key of several",
        "key of control characters",
    ],
)
def test_a_hostile_document_is_refused(content: bytes, expected: str) -> None:
    with pytest.raises(FileProblems) as error:
        parse_document("f", content)

    assert error.value.lines[0].startswith(expected)


def test_plain_words_stay_words() -> None:
    document = parse_document("f", b"[no, yes, 12:30, 0777, 2026-01-01, 1_000, 1e3]")

    assert document.content == ["no", "yes", "12:30", "0777", "2026-01-01", "1_000", "1e3"]


def test_a_byte_order_mark_is_no_content() -> None:
    assert parse_document("f", b"\xef\xbb\xbfvolume: 5").content == {"volume": 5}


def test_answers_are_read_as_the_flags_are(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("volume: 5,000\nplan: growth\ninfra: [https, redis]\nown_keys: true\n")

    values = load_answers(str(path), QUESTIONS)

    assert values["volume"].per_day == 5_000
    assert values["plan"] == "growth"
    assert values["infra"] == frozenset({"https", "redis"})
    assert values["own_keys"] is True


def test_a_bad_answer_in_a_file_is_reported_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("plan: growth\nvolume: 5k/fortnight\ninfra: [none, https]\n")

    with pytest.raises(FileProblems) as error:
        load_answers(str(path), QUESTIONS)

    assert [line.split(":")[1] for line in error.value.lines] == ["2", "3"]
    assert "5k/fortnight" in error.value.lines[0]


def test_an_unknown_key_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("volumen: 5k\n")

    with pytest.raises(FileProblems, match="volumen"):
        load_answers(str(path), QUESTIONS)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml"):
        load_answers(str(tmp_path / "nowhere.yaml"), QUESTIONS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plan: Growth", ("plan", "growth")),
        ("monthly_credits: 6,000", ("monthly_credits", 6_000)),
        ("actions_per_lead: '4'", ("actions_per_lead", 4)),
        ("own_keys: no", ("own_keys", False)),
        ("infra: https, redis", ("infra", frozenset({"https", "redis"}))),
    ],
)
def test_what_a_flag_takes_a_file_takes_too(
    tmp_path: Path, text: str, expected: tuple[str, object]
) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(text)

    assert load_answers(str(path), QUESTIONS) == dict([expected])


@pytest.mark.parametrize("text", ["max_latency: 300", "credits_per_lead: 1_0", "volume: -5"])
def test_what_a_flag_refuses_a_file_refuses_in_the_same_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(text)
    key, written = text.split(": ")

    with pytest.raises(InputError) as refused:
        question(key).read(written)

    with pytest.raises(FileProblems) as error:
        load_answers(str(path), QUESTIONS)
    assert error.value.lines == [f"{path}:1: {key}: {refused.value}"]


def test_a_day_that_no_calendar_holds_is_reported_with_its_line(
    tmp_path: Path, matrix: Matrix
) -> None:
    path = _spoiled(tmp_path, "facts", ('read_on: "2026-11-23"', 'read_on: "2026-02-31"'))
    lines = path.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "02-31" in line)

    with pytest.raises(FileProblems) as error:
        load_facts(matrix, path)

    assert _problems(error) == [f"facts.yaml:{number}: there is no 2026-02-31 in the calendar"]


def test_a_plan_of_ones_own_needs_facts_of_ones_own(matrix: Matrix) -> None:
    plans = (*matrix.plans, matrix.plans[0]._replace(id="gold"))

    with pytest.raises(InputError, match=r"lack plan\.gold\.price.*--facts"):
        load_facts(matrix._replace(plans=plans))
