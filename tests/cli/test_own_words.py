"""A matrix of one's own decides what may be answered; the printed command asks for it again."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from clay_arch.load import DATA

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process import Command

WORDS = ("recommend", "--volume", "5k", "--plan", "growth", "--infra", "https")


def _own(folder: Path, *changes: tuple[str, str], name: str = "own.yaml") -> str:
    text = (DATA / "matrix.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text)
    return name


def _line(holding: str) -> str:
    text = (DATA / "matrix.yaml").read_text()
    return next(line for line in text.splitlines(keepends=True) if holding in line)


def _without_retry() -> tuple[str, str]:
    text = (DATA / "matrix.yaml").read_text()
    start, end = text.index("  - id: retry"), text.index("  - id: crm_sync")
    return text[start:end], ""


def _document(run: Command, *words: str, **more: Any) -> dict[str, Any]:
    ended = run(*words, "--format", "json", **more)
    assert (ended.code, ended.err) == (0, "")
    document: dict[str, Any] = json.loads(ended.out)
    return document


NO_IN_APP = (("[manual, in-app, automatic]", "[manual, automatic]"), (_line("RET-2"), ""))
NO_REDIS = (
    ("  - {id: redis, title: Redis}\n", ""),
    ("    infrastructure: redis\n", "    infrastructure: https\n"),
)


@pytest.mark.parametrize(
    ("changes", "words", "sentence"),
    [
        (NO_IN_APP, ("--retry", "in-app"), "--retry: 'in-app' is not one of manual, automatic"),
        ((_without_retry(),), ("--retry", "manual"), "--retry: 'manual' cannot be given"),
        (NO_REDIS, ("--infra", "redis"), "--infra: 'redis' is not one of none, https"),
        ((), ("--plan", "grwth"), "--plan: 'grwth' is not one of free, "),
    ],
    ids=["option", "factor", "piece", "plan"],
)
def test_an_answer_that_the_matrix_does_not_know_is_refused_by_flag(
    run: Command,
    tmp_path: Path,
    changes: tuple[tuple[str, str], ...],
    words: tuple[str, ...],
    sentence: str,
) -> None:
    own = _own(tmp_path, *changes)
    assert run("matrix", "check", own).code == 0

    ended = run(*WORDS, *words, "--matrix", own)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith(f"Error: {sentence}")


def test_options_that_only_the_own_matrix_knows_can_be_given(run: Command, tmp_path: Path) -> None:
    several, by_hand = _line("SRC-2"), _line("RET-1")
    never = by_hand.replace("RET-1", "RET-4").replace("manual,", "never,")
    redis = "  - {id: redis, title: Redis}\n"
    own = _own(
        tmp_path,
        ("[one, several]", "[one, few, several]"),
        (several, several + several.replace("SRC-2", "SRC-3").replace("several,", "few,")),
        ("[manual, in-app, automatic]", "[manual, in-app, automatic, never]"),
        (by_hand, by_hand + never),
        (redis, redis + redis.replace("redis", "kafka")),
    )
    words = (*WORDS, "--infra", "kafka", "--retry", "never", "--matrix", own)

    document = _document(run, *words, env={"CLAY_ARCH_SOURCES": "few"})

    command = shlex.split(document["command"])
    assert command[command.index("--sources") :][:2] == ["--sources", "few"]
    assert document["recommendation"]["variant"] == "queue"
    assert _document(run, *command[1:]) == document


def test_a_plan_that_only_the_own_matrix_knows_can_be_given(run: Command, tmp_path: Path) -> None:
    gold = "  - {id: free, title: Free, generation: modern}\n"
    own = _own(
        tmp_path,
        (gold, gold + gold.replace("free", "gold").replace("Free", "Gold")),
        ("plan: [growth,", "plan: [growth, gold,"),
    )
    facts = (DATA / "facts.yaml").read_text()
    lines = [line for line in facts.splitlines() if "{id: plan.growth." in line]
    added = "\n".join(line.replace("plan.growth.", "plan.gold.") for line in lines)
    facts = facts.replace("\nfacts:\n", f"\nfacts:\n{added}\n")
    (tmp_path / "facts.yaml").write_text(facts)
    words = ("recommend", "--volume", "5k", "--plan", "gold", "--infra", "https")

    without = run(*words, "--matrix", own)
    document = _document(run, *words, "--matrix", own, "--facts", "facts.yaml")

    assert without.code == 2
    assert "--facts" in without.err
    assert document["inputs"]["plan"] == "gold"


def test_the_wrapped_command_runs_again_though_a_path_holds_dashes(
    run: Command, tmp_path: Path
) -> None:
    own = _own(tmp_path, name="a --plan free --infra none b.yaml")

    shown = run(*WORDS, "--matrix", own).out

    start = shown.index("clay-arch recommend")
    command = shown[start:].split("\n\n")[0]
    assert "\\\n" in command
    words = shlex.split(command.replace("\\\n", " "))
    assert words[-2:] == ["--matrix", own]
    assert run(*words[1:]).out == shown


@pytest.mark.parametrize("flag", ["--own-keys", "--no-own-keys"])
def test_a_stated_flag_is_printed_and_wins_over_the_variable_again(run: Command, flag: str) -> None:
    other = {"--own-keys": "no", "--no-own-keys": "yes"}[flag]

    document = _document(run, *WORDS, flag, env={"CLAY_ARCH_OWN_KEYS": other})

    assert document["command"].endswith(f" {flag}")


def _many(count: int) -> str:
    """A matrix with that many options in each of four factors."""
    text = (DATA / "matrix.yaml").read_text()
    kept, rest = text.split("  - id: data_access\n")
    latency = rest[rest.index("  - id: max_latency\n") : rest.index("  - id: retry\n")]
    factors = (_factor(id_, count) for id_ in ("data_access", "retry", "crm_sync", "sources"))
    requirements = rest[rest.index("requirements:") :].replace("crm_sync: native", "crm_sync: o0")
    return f"{kept}{''.join(factors)}{latency}{requirements}"


def _factor(id_: str, count: int) -> str:
    rules = "".join(
        f"      - {{id: {id_[:3].upper()}-{n}, when: o{n},"
        f" simplest: {('queue', 'direct')[n % 2]}, because: so}}\n"
        for n in range(count)
    )
    options = ", ".join(f"o{n}" for n in range(count))
    return f"  - id: {id_}\n    title: T\n    options: [{options}]\n    rules:\n{rules}"


def test_a_matrix_of_very_many_cells_is_proved_and_sampled(run: Command, tmp_path: Path) -> None:
    (tmp_path / "many.yaml").write_text(_many(60))

    ended = run("matrix", "check", "many.yaml")

    cells = 3 * 8 * 4 * 3 * 61**4  # volumes, plans, infrastructure, latencies, needs
    assert (ended.code, ended.err) == (0, "")
    assert re.search(rf"{cells:,} cells, .* \((4\d|50),\d{{3}} of them decided", ended.out)
