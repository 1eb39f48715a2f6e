"""The wizard's dialogue, with a person who has written down what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from clay_arch.decision.answers import Volume
from clay_arch.questions import QUESTIONS, question, questions_for
from clay_arch.wizard import Terminal, ask_missing

if TYPE_CHECKING:
    from clay_arch.decision.matrix import Matrix


class ScriptedPerson:
    """Types the given lines in order and remembers what was shown."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.shown: list[str] = []

    def ask(self, prompt: str) -> str:
        self.shown.append(prompt)
        return self.lines.pop(0)

    def say(self, text: str) -> None:
        self.shown.append(text)


OPEN = [""] * 6  # the questions that need no answer


def _ask(person: ScriptedPerson, **values: Any) -> dict[str, Any]:
    terminal: Terminal = person
    answered = ask_missing(values, terminal)
    assert person.lines == [], "the dialogue ended early"
    return answered


def test_only_what_is_missing_is_asked() -> None:
    person = ScriptedPerson("https", *OPEN, "")

    answered = _ask(person, volume=Volume(5_000), plan="growth")

    assert answered["infra"] == frozenset({"https"})
    assert not any("How many leads" in line for line in person.shown)


def test_what_is_left_open_is_no_answer() -> None:
    answered = _ask(ScriptedPerson("5k", "growth", "none", *OPEN, ""))

    assert set(answered) == {"volume", "plan", "infra"}


def test_a_choice_may_be_given_by_its_number() -> None:
    answered = _ask(ScriptedPerson("5k", "3", "2,3", *OPEN, ""))

    assert (answered["plan"], answered["infra"]) == ("growth", frozenset({"https", "redis"}))


def test_a_wrong_line_is_explained_and_asked_again() -> None:
    person = ScriptedPerson("5k/fortnight", "", "5k", "grwth", "growth", "none", *OPEN, "")

    answered = _ask(person)

    assert answered["volume"] == Volume(5_000)
    assert any("did you mean growth?" in line for line in person.shown)


def test_a_step_can_be_taken_back() -> None:
    answered = _ask(ScriptedPerson("5k", "<", "6k", "growth", "none", *OPEN, ""))

    assert answered["volume"] == Volume(6_000)


def test_going_back_from_the_first_question_stays_there() -> None:
    answered = _ask(ScriptedPerson("<", "5k", "growth", "none", *OPEN, ""))

    assert answered["volume"] == Volume(5_000)


def test_enter_keeps_the_value_that_was_given_before() -> None:
    answered = _ask(ScriptedPerson("5k", "growth", "<", "", "https", *OPEN, ""))

    assert answered["plan"] == "growth"


def test_an_answer_can_be_taken_back_to_open() -> None:
    person = ScriptedPerson("5k", "growth", "none", "csv", *OPEN[1:], "4", "-", "")

    answered = _ask(person)

    assert "data_access" not in answered
    assert any("[csv]" in line for line in person.shown)


def test_what_must_be_answered_cannot_be_left_open() -> None:
    person = ScriptedPerson("-", "", "5k", "growth", "none", *OPEN, "")

    answered = _ask(person)

    assert answered["volume"] == Volume(5_000)
    assert person.shown.count("  this one needs an answer") == 2


def test_the_summary_goes_back_to_the_last_question() -> None:
    answered = _ask(
        ScriptedPerson("5k", "growth", "none", *OPEN, "<", "<", "several", "<", "yes", "")
    )

    assert (answered["sources"], answered["own_keys"]) == ("several", True)


def test_brackets_stand_behind_the_question_and_before_its_options() -> None:
    person = ScriptedPerson("5k", "growth", "none", *OPEN, "")

    _ask(person)

    prompts = [line for line in person.shown if "/9 " in line]
    assert prompts[0].endswith("enrich?: ")
    assert prompts[1].splitlines()[0].endswith("on?")
    assert prompts[4].endswith("needed? [open]: ")
    assert prompts[5].splitlines()[0].endswith("failure? [open]")
    assert {p.splitlines()[-1] for p in prompts if "\n" in p} == {"  > "}


def test_an_answer_can_be_changed_in_the_summary() -> None:
    person = ScriptedPerson("5k", "growth", "none", *OPEN, "99", "1", "7k", "")

    answered = _ask(person)

    assert answered["volume"] == Volume(7_000)
    assert "  write a number from 1 to 9, < or nothing" in person.shown


@pytest.mark.parametrize("asked", [q for q in QUESTIONS if q.options], ids=lambda q: q.key)
def test_every_option_of_a_question_can_be_read(asked: Any) -> None:
    for option in asked.options:
        asked.read(option)


def test_the_options_are_those_of_the_matrix(matrix: Matrix) -> None:
    """Flags are made before a matrix is read; so the words stand twice, and must agree."""
    pieces = tuple(piece.id for piece in matrix.infrastructure)

    assert question("plan").options == tuple(plan.id for plan in matrix.plans)
    assert question("infra").options == ("none", *pieces)
    for factor in matrix.factors:
        assert set(question(factor.id).options) == set(factor.options)


def test_the_wizard_offers_the_words_of_the_matrix_in_use(matrix: Matrix) -> None:
    plans = (*matrix.plans, matrix.plans[0]._replace(id="gold"))
    person = ScriptedPerson("5k", "gold", "none", *OPEN, "")

    answered = ask_missing({}, person, questions_for(matrix._replace(plans=plans)))

    assert answered["plan"] == "gold"
