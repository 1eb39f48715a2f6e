"""The same change of variant by Copier's own command: one template, and a question for which."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from clay_arch.scaffold import template_of
from tests.migration.lines import lost_lines, write_lines
from tests.migration.native import ANSWERS, ANSWERS_FILE, _copier
from tests.migration.projects import LADDER, Living, git

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
    _copier("copy", *ANSWERS, "--data", f"variant={start}", str(template), "project", cwd=folder)
    living = Living(folder / "project")
    git(living.folder, "init", "--quiet", "--initial-branch=main")
    living.commit("As it was made")
    record = living.folder / ".copier-answers.yml"
    untouched = record.read_bytes()
    marks = [mark for mark in write_lines(living) if record.name not in mark]
    record.write_bytes(untouched)
    living.commit("The owner's lines")
    _copier("update", *ANSWERS, "--data", f"variant={end}", cwd=living.folder)
    return lost_lines(living, marks), len(marks)


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
