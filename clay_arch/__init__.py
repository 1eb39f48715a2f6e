"""Recommends, proves and scaffolds the architecture of a Clay integration.

cli         the command line; commands holds what each command does
options     the flags, made of the questions
wizard      asks what is missing, on a terminal
report      a recommendation as text, markdown, JSON or decision record
migration   a living project to another template, by a merge in its own git
history     the templates of every release
scaffold    the only module that knows Copier
target      the folder that a project is written into, whole or not at all
load        files into values; document reads one YAML file and keeps its line numbers
questions   what is asked: flag, environment variable, file key and wizard step in one
written     how an answer is written: from a person's words to a value
decision    pure: which variant, why, what binds first, what would change it
errors      what can go wrong, and what the caller can do about it
sandbox     a local Clay; stands apart

As a library:

    from clay_arch import Answers, load_facts, load_matrix, parse_volume, recommend

    matrix = load_matrix()
    answers = Answers(parse_volume("5k"), "growth", frozenset({"https"}))
    recommend(matrix, load_facts(matrix), answers).decision.variant
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clay_arch.decision.answers import Answers, parse_volume
    from clay_arch.decision.recommend import Recommendation, recommend
    from clay_arch.load import load_facts, load_matrix

__version__ = "0.1.0"

__all__ = [
    "Answers",
    "Recommendation",
    "__version__",
    "load_facts",
    "load_matrix",
    "parse_volume",
    "recommend",
]

_HOMES = {
    "Answers": "clay_arch.decision.answers",
    "Recommendation": "clay_arch.decision.recommend",
    "load_facts": "clay_arch.load",
    "load_matrix": "clay_arch.load",
    "parse_volume": "clay_arch.decision.answers",
    "recommend": "clay_arch.decision.recommend",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `clay-arch --help` stays fast."""
    if name not in _HOMES:
        raise AttributeError(f"module clay_arch has no attribute {name}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
