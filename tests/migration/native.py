"""The same update by Copier's own command, as a project without clay-arch would get it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.migration.lines import lost_lines, write_lines
from tests.migration.projects import ENVIRONMENT, Living, git
from tests.migration.releases import FIRST, SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.migration.releases import Release

__all__ = ["ANSWERS_FILE", "copier_update_loses", "lost_between"]

ANSWERS_FILE = "{{_copier_conf.answers_file}}.jinja"  # Copier's own record, which is not edited
ANSWERS = ("--data", "project_name=acme-leads", "--data", "clay_arch_version=99.0.0")


def copier_update_loses(
    first: Release, second: Release, variant: str, folder: Path
) -> tuple[list[str], int]:
    """The owner's lines that `copier update` loses, and how many there were."""
    template = folder / "template"
    template.mkdir(parents=True)
    git(template, "init", "--quiet", "--initial-branch=main")
    for release in (first, second):
        _publish(release, variant, template)
    return lost_between(
        template, ("--vcs-ref", f"v{FIRST}"), ("--vcs-ref", f"v{SECOND}"), folder=folder
    )


def lost_between(
    template: Path, before: Sequence[str], after: Sequence[str], *, folder: Path
) -> tuple[list[str], int]:
    """The owner's lines that `copier update` loses between two sets of flags, and their number."""
    living = Living(folder / "project")
    _copier("copy", *before, *ANSWERS, str(template), "project", cwd=folder)
    git(living.folder, "init", "--quiet", "--initial-branch=main")
    living.commit("As it was made")
    record = living.folder / ".copier-answers.yml"
    untouched = record.read_bytes()
    marks = [mark for mark in write_lines(living) if record.name not in mark]
    record.write_bytes(untouched)
    living.commit("The owner's lines")
    _copier("update", *after, *ANSWERS, cwd=living.folder)
    return lost_lines(living, marks), len(marks)


def _publish(release: Release, variant: str, template: Path) -> None:
    """One commit and one tag for each release, as Copier wants it."""
    for entry in template.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    shutil.copytree(release.template(variant), template, dirs_exist_ok=True)
    (template / ANSWERS_FILE).write_text("{{ _copier_answers|to_nice_yaml }}", encoding="utf-8")
    git(template, "add", "--all", "--force")
    git(template, "commit", "--quiet", "--message", release.version)
    git(template, "tag", f"v{release.version}")


def _copier(command: str, *words: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "copier", command, "--defaults", "--quiet", *words],
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
