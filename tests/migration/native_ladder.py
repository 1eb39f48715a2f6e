"""The same change of variant by Copier's own command: one template, and a question for which."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from clay_arch.scaffold import template_of
from tests.migration.native import ANSWERS_FILE, lost_between
from tests.migration.projects import LADDER, git

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["copier_changes_variant"]

QUESTION = """
variant:
  type: str
  default: direct
"""


def copier_changes_variant(start: str, end: str, folder: Path) -> tuple[list[str], int]:
    """The owner's lines that `copier update --data variant=` loses, and how many there were."""
    template = folder / "template"
    _publish(template)
    flags = [("--data", f"variant={variant}") for variant in (start, end)]
    return lost_between(template, *flags, folder=folder)


def _publish(template: Path) -> None:
    for variant in LADDER:
        shutil.copytree(
            template_of(variant),
            template / variant,
            ignore=shutil.ignore_patterns("__pycache__", ".*_cache", "copier.yml", ".hypothesis"),
        )
        (template / variant / ANSWERS_FILE).write_text("{{ _copier_answers|to_nice_yaml }}")
    questions = (template_of("direct") / "copier.yml").read_text(encoding="utf-8")
    whole = questions.replace('_subdirectory: ""', '_subdirectory: "{{ variant }}"') + QUESTION
    assert whole.count("{{ variant }}") == 1
    (template / "copier.yml").write_text(whole, encoding="utf-8")
    git(template, "init", "--quiet", "--initial-branch=main")
    git(template, "add", "--all", "--force")
    git(template, "commit", "--quiet", "--message", "1.0.0")
    git(template, "tag", "v1.0.0")
