"""`clay-arch new`: a project in an empty folder, and nothing anywhere else. Fault case 66."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clay_arch.errors import InputError, TargetError
from clay_arch.scaffold import Project, scaffold, variants
from clay_arch.target import PARTIAL
from tests.process import TOOL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process import Command

pytestmark = pytest.mark.case(66)
DIRECT = ("--variant", "direct", "--name", "acme-leads")
ANSWERS = {
    "direct": ("--volume", "900/month", "--plan", "growth", "--infra", "none"),
    "standard": ("--volume", "5k", "--plan", "growth", "--infra", "https"),
    "queue": ("--volume", "20k", "--plan", "growth", "--infra", "https,redis"),
}
each_variant = pytest.mark.parametrize("variant", variants())


def _tree(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@each_variant
def test_a_named_variant_is_scaffolded(run: Command, tmp_path: Path, variant: str) -> None:
    ended = run("new", "demo", "--variant", variant, "--name", "acme-leads")

    assert (ended.code, ended.err) == (0, "")
    assert "make demo" in ended.out
    project = tomllib.loads((tmp_path / "demo" / "pyproject.toml").read_text())
    assert project["project"]["name"] == "acme-leads"
    assert (tmp_path / "demo" / "src" / "leadflow" / "__init__.py").is_file()
    assert not list((tmp_path / "demo").rglob("*.jinja"))


@each_variant
def test_a_recommendation_brings_its_decision_record(
    run: Command, tmp_path: Path, variant: str
) -> None:
    """It names every test of the project, and each of them is there."""
    ended = run("new", "demo", *ANSWERS[variant])

    assert ended.code == 0
    project = tmp_path / "demo"
    (record,) = (project / "docs" / "adr").glob("0*.md")
    assert record.name == f"0001-clay-integration-{variant}.md"
    text = record.read_text()
    assert "--plan growth --infra" in text
    named = set(re.findall(r"^\* `(tests/.+)`$", text, re.MULTILINE))
    assert named == {path.relative_to(project).as_posix() for path in project.rglob("test_*.py")}


@each_variant
def test_the_answers_file_of_the_project_records_variant_version_and_answers(
    run: Command, tmp_path: Path, variant: str
) -> None:
    run("new", "demo", "--variant", variant, "--name", "acme-leads")

    text = (tmp_path / "demo" / ".clay-arch.yml").read_text()
    recorded = yaml.safe_load(text)
    assert recorded["variant"] == variant
    assert recorded["clay_arch_version"] == "0.1.0"
    assert recorded["answers"]["project_name"] == "acme-leads"
    assert str(tmp_path) not in text


@each_variant
def test_the_next_steps_can_be_taken(run: Command, tmp_path: Path, variant: str) -> None:
    ended = run("new", "demo", "--variant", variant)

    makefile = (tmp_path / "demo" / "Makefile").read_text()
    for target in re.findall(r"^  make ([a-z-]+)", ended.out, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    for name in (".env.example", "docs/clay-setup.md", "README.md"):
        assert name in ended.out
        assert (tmp_path / "demo" / name).is_file()


def test_a_blocked_recommendation_asks_for_a_choice(run: Command, tmp_path: Path) -> None:
    ended = run("new", "demo", "--volume", "5k", "--plan", "free", "--infra", "none")

    assert ended.code == 2
    assert "--variant direct" in ended.err
    assert not (tmp_path / "demo").exists()


def test_dry_run_lists_the_files_and_writes_nothing(run: Command, tmp_path: Path) -> None:
    listed = run("new", "demo", *DIRECT, "--dry-run")
    assert not (tmp_path / "demo").exists()

    run("new", "demo", *DIRECT)

    assert listed.out.split() == sorted(_tree(tmp_path / "demo"))


def test_the_current_folder_can_be_the_target_when_it_is_empty(
    run: Command, tmp_path: Path
) -> None:
    ended = run("new", ".", *DIRECT)

    assert ended.code == 0
    assert (tmp_path / "README.md").is_file()
    assert not (tmp_path / PARTIAL).exists()


def test_two_projects_from_the_same_answers_are_equal_byte_for_byte(
    run: Command, tmp_path: Path
) -> None:
    run("new", "one", *DIRECT)
    run("new", "two", *DIRECT)

    assert _tree(tmp_path / "one") == _tree(tmp_path / "two")


@pytest.mark.parametrize(
    "name",
    [
        'a"b',
        "a'b",
        "a\nb",
        "a" * 300,
        "caf\u00e9",
        "\U0001f680",
        "",
        "-x",
        "A",
        "a b",
        "a/b",
        "{{7*7}}",
    ],
    ids=ascii,
)
def test_a_name_that_is_none_is_refused_and_nothing_written(
    run: Command, tmp_path: Path, name: str
) -> None:
    ended = run("new", "demo", "--variant", "direct", "--name", name)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "--name" in ended.err
    assert not (tmp_path / "demo").exists()


def test_an_unknown_variant_is_refused(run: Command, tmp_path: Path) -> None:
    ended = run("new", "demo", "--variant", "sideways", "--name", "acme")

    assert ended.code == 2
    assert "--variant" in ended.err
    assert not (tmp_path / "demo").exists()


def _not_empty(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")


def _file(path: Path) -> None:
    path.write_text("mine")


def _link(path: Path) -> None:
    (path.parent / "elsewhere").mkdir()
    path.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize("make", [_not_empty, _file, _link])
def test_a_target_that_cannot_be_used_is_left_as_it_is(
    run: Command, tmp_path: Path, make: object
) -> None:
    make(tmp_path / "demo")  # type: ignore[operator]
    before = _tree(tmp_path)

    ended = run("new", "demo", *DIRECT)

    assert ended.code == 4
    assert "demo" in ended.err
    assert ended.err.count("\n") == 1
    assert _tree(tmp_path) == before


@pytest.mark.parametrize("dest", ["x" * 300, "loop/x"])
def test_a_target_that_no_file_system_takes_is_refused(
    run: Command, tmp_path: Path, dest: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")

    ended = run("new", dest, *DIRECT)

    assert (ended.code, ended.err.count("\n")) == (4, 1)


def test_target_and_name_are_looked_at_before_anything_is_asked(
    run: Command, tmp_path: Path
) -> None:
    _not_empty(tmp_path / "full")

    assert run("new", "full").code == 4
    assert run("new", "full", *DIRECT, "--dry-run").code == 4
    wrong = run("new", "demo", "--name", "A B")
    assert (wrong.code, "--name" in wrong.err) == (2, True)


def test_without_a_terminal_a_variant_or_answers_must_be_given(run: Command) -> None:
    ended = run("new", "demo")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "Error: --variant must be given, or answers such as --volume; see --help\n"


def test_a_variable_is_an_answer_too(run: Command) -> None:
    ended = run("new", "demo", env={"CLAY_ARCH_VOLUME": "900/month"})

    assert ended.code == 2
    assert "--plan and --infra must be given" in ended.err


def test_a_target_that_leads_upwards_is_refused(run: Command, tmp_path: Path) -> None:
    ended = run("new", "../x", *DIRECT)

    assert ended.code == 4
    assert not (tmp_path.parent / "x").exists()


def test_a_target_that_cannot_be_written_to_is_refused(run: Command) -> None:
    ended = run("new", "/proc/demo", *DIRECT)

    assert ended.code == 4
    assert "/proc/demo" in ended.err
    assert ended.err.count("\n") == 1


def test_a_failure_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    project = Project(variant="direct", name="acme-leads", transport="webhook")
    target = tmp_path / "some" / "where" / "demo"

    with pytest.raises(TargetError, match="nothing was left there"):
        scaffold(project, target, extra={"README.md/inside-a-file": "cannot be"})

    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_can_be_repeated(run: Command, tmp_path: Path) -> None:
    """SIGKILL at several moments; the next run completes and equals an undisturbed one."""
    run("new", "reference", *DIRECT)
    reference = _tree(tmp_path / "reference")

    for number, delay in enumerate((0.3, 0.5, 0.6, 0.7, 0.8, 0.9)):
        target = tmp_path / f"killed{number}"
        words = [TOOL, "new", str(target), *DIRECT]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            if _tree(target) != reference:  # it may have been killed on its very last line
                assert run("new", str(target), *DIRECT).code == 0
        assert _tree(target) == reference


def test_entries_that_a_killed_run_had_moved_up_are_completed(tmp_path: Path) -> None:
    project = Project(variant="direct", name="acme-leads", transport="webhook")
    scaffold(project, tmp_path / "whole")
    half = tmp_path / "half"
    (half / PARTIAL).mkdir(parents=True)
    (half / "README.md").write_bytes((tmp_path / "whole" / "README.md").read_bytes())

    scaffold(project, half)

    assert _tree(half) == _tree(tmp_path / "whole")


def test_a_file_that_somebody_changed_after_a_killed_run_is_kept(tmp_path: Path) -> None:
    half = tmp_path / "half"
    (half / PARTIAL).mkdir(parents=True)
    (half / "README.md").write_text("mine")

    with pytest.raises(TargetError, match=r"README\.md"):
        scaffold(Project(variant="direct", name="acme", transport="csv"), half)

    assert _tree(half) == {"README.md": hashlib.sha256(b"mine").hexdigest()}


def test_a_full_disk_is_told_in_one_line(run: Command, tmp_path: Path) -> None:
    """A small file system of its own, which only root may mount; elsewhere this is skipped."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system, and only on Linux")
    try:
        ended = run("new", str(folder / "demo"), *DIRECT)
        left = list(folder.iterdir())
    finally:
        subprocess.run(["umount", str(folder)], check=True)

    assert ended.code == 4
    assert ended.err.count("\n") == 1
    assert left == []


hostile = st.text(
    st.characters(blacklist_categories=["Cs"]) | st.sampled_from(list("\"'\\\n\r\t{}%#[]=")),
    max_size=130,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    variant=st.sampled_from(variants()),
    name=st.from_regex(r"[a-z][a-z0-9-]{0,40}", fullmatch=True),
    description=hostile,
)
def test_any_answer_is_refused_or_parses_and_round_trips(
    tmp_path_factory: pytest.TempPathFactory, variant: str, name: str, description: str
) -> None:
    target = tmp_path_factory.mktemp("any") / "demo"
    try:
        project = Project(variant=variant, name=name, transport="webhook", description=description)
    except InputError:
        return

    scaffold(project, target)

    table = tomllib.loads((target / "pyproject.toml").read_text())["project"]
    recorded = yaml.safe_load((target / ".clay-arch.yml").read_text())
    assert (table["name"], table["description"]) == (name, description)
    answers = recorded["answers"]
    assert (answers["project_name"], answers["description"]) == (name, description)
