"""A fuzzer that watches which lines it reaches makes up callbacks: none breaks the receiver."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.bad_bodies import VALUES, WHOLE_BODIES
from harness.fuzzed_bodies import PLACES, check_everywhere
from harness.workspace import ROOT

SECONDS = 60
LONGEST_BODY = 4_096
FEWEST_RUNS = 10_000
BODIES = [*(body for body, _ in WHOLE_BODIES.values()), *map(str.encode, VALUES)]


@pytest.mark.case(62)
def test_each_bad_body_that_we_know_is_stored_or_kept_in_whatever_place_it_stands() -> None:
    for body in BODIES:
        check_everywhere(body)


@pytest.mark.long
@pytest.mark.case(62)
@pytest.mark.skipif(
    find_spec("atheris") is None,
    reason="NOT TESTED: atheris is not installed; it has wheels for Linux on x86-64 only",
)
def test_a_minute_of_made_up_bodies_breaks_nothing_and_each_is_stored_or_kept(
    tmp_path: Path,
) -> None:
    seed = random.randrange(1, 1_000_000)
    print(f"seed {seed}")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, body in enumerate(BODIES):
        (corpus / str(number)).write_bytes(body)
    options = {"max_total_time": SECONDS, "max_len": LONGEST_BODY, "timeout": 10, "seed": seed}

    with (tmp_path / "said").open("w+b") as file:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "harness.fuzzer", str(corpus)),
                *(f"-{name}={value}" for name, value in options.items()),
            ],
            cwd=tmp_path,  # where it leaves a body that breaks something
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"},
            stdout=file,
            stderr=subprocess.STDOUT,
            timeout=5 * SECONDS,
            check=False,
        )
    said = (tmp_path / "said").read_text(errors="replace")

    assert done.returncode == 0, said[-5_000:]
    runs = int(said.rpartition("Done ")[2].split()[0])
    print(f"{runs:,} runs of {len(PLACES)} bodies")
    assert runs >= FEWEST_RUNS
