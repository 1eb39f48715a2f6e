"""Only whoever has the secret is heard; replacing it refuses nobody, and guessing tells nothing."""

from __future__ import annotations

import random
import statistics
import time

import pytest

from harness.receiver import RunningReceiver
from harness.tokens import SECRETS, callback_body

GUESSES = 10_000
TRIES = 2_000
LONGEST_GAP = 0.05


@pytest.mark.case(53)
def test_ten_thousand_guesses_are_refused_without_a_word(receiver: RunningReceiver) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    body = callback_body()

    with receiver.caller() as caller:
        for _ in range(GUESSES):
            near = list(SECRETS[0])
            near[chance.randrange(len(near))] = chance.choice("abcXYZ-_09")
            guess = "".join(near)
            if guess in SECRETS:
                continue
            answer = caller.post(body, secret=guess)
            assert (answer.status, answer.body) == (401, b"")

    assert receiver.taken == []


@pytest.mark.case(53)
def test_while_the_secret_is_replaced_under_load_nobody_is_refused(
    receiver: RunningReceiver,
) -> None:
    with receiver.caller() as caller:
        answers = [
            caller.post(callback_body(number), secret=SECRETS[number % 2]).status
            for number in range(500)
        ]

    assert set(answers) == {200}


@pytest.mark.case(53)
@pytest.mark.long
def test_how_long_a_refusal_takes_does_not_tell_how_near_the_guess_was(
    receiver: RunningReceiver,
) -> None:
    body = callback_body()
    guesses = {"far": "x" * len(SECRETS[0]), "near": SECRETS[0][:-1] + "x"}
    took: dict[str, list[float]] = {name: [] for name in guesses}

    with receiver.caller() as caller:
        for _ in range(TRIES):
            for name, guess in guesses.items():
                began = time.perf_counter()
                caller.post(body, secret=guess)
                took[name].append(time.perf_counter() - began)

    far, near = (statistics.median(took[name]) for name in guesses)
    assert abs(far - near) / far < LONGEST_GAP
