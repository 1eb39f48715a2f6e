"""What an owner moved, removed or made in the template's place: the edit stands, or is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.migration.projects import fresh, git, project_in

if TYPE_CHECKING:
    from pathlib import Path

GROWS = "src/leadflow/settings.py"  # the same path in each variant, with other content
SHARED = "src/leadflow/domain/pacing.py"  # the same content in each variant
HIGHER = "routes.yaml"  # of Standard and above


def test_what_the_template_changed_reaches_a_file_that_was_moved(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    git(living.folder, "mv", GROWS, "src/leadflow/config.py")
    moved = living.folder / "src/leadflow/config.py"
    moved.write_text(moved.read_text() + "\n# ours\n")
    living.commit("Moved")

    outcome = living.climb("standard")

    assert outcome.conflicts == ()
    assert moved.read_text() == (fresh("standard") / GROWS).read_text() + "\n# ours\n"
    assert not (living.folder / GROWS).exists()


def test_in_a_folder_that_was_moved_new_files_come_where_the_template_has_them(
    tmp_path: Path,
) -> None:
    living = project_in(tmp_path / "project")
    git(living.folder, "mv", "tests/entrypoints", "tests/commands")
    living.commit("Moved")

    outcome = living.climb("standard")

    assert outcome.conflicts == ()
    assert (living.folder / "tests/commands/test_send.py").is_file()
    assert (living.folder / "tests/entrypoints/test_cli_dead.py").is_file()


def test_a_file_that_was_removed_stays_so_where_the_template_did_not_change_it(
    tmp_path: Path,
) -> None:
    living = project_in(tmp_path / "project")
    git(living.folder, "rm", "--quiet", SHARED)
    living.commit("Removed")

    outcome = living.climb("standard")

    assert outcome.conflicts == ()
    assert not (living.folder / SHARED).exists()


def test_a_file_that_was_removed_and_that_the_template_changed_is_a_conflict(
    tmp_path: Path,
) -> None:
    living = project_in(tmp_path / "project")
    git(living.folder, "rm", "--quiet", GROWS)
    living.commit("Removed")

    outcome = living.climb("standard")

    assert outcome.conflicts == ((GROWS, "you removed it, and the template changed it"),)
    assert living.status()[GROWS] == "DU"
    assert (living.folder / GROWS).read_bytes() == (fresh("standard") / GROWS).read_bytes()


def test_a_file_made_where_the_new_template_has_one_is_a_conflict_with_both_in_it(
    tmp_path: Path,
) -> None:
    living = project_in(tmp_path / "project")
    (living.folder / HIGHER).write_text("# ours\n")
    living.commit("Ours")

    outcome = living.climb("standard")

    assert [conflict.path for conflict in outcome.conflicts] == [HIGHER]
    assert living.status()[HIGHER] == "AA"
    text = (living.folder / HIGHER).read_text()
    assert "# ours\n" in text
    assert (fresh("standard") / HIGHER).read_text() in text


def test_a_file_where_the_new_template_has_a_folder_is_kept_beside_it(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    (living.folder / "deploy").write_text("# ours\n")
    living.commit("Ours")

    outcome = living.climb("queue")

    (kept,) = outcome.kept
    assert kept.startswith("deploy~")
    assert (living.folder / kept).read_text() == "# ours\n"
    assert (living.folder / "deploy").is_dir()
    assert living.status()[kept] == "A "


def test_going_down_an_edited_file_is_kept_and_an_untouched_one_is_not(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project", "standard")
    routes = living.folder / HIGHER
    routes.write_text(routes.read_text() + "# ours\n")
    living.commit("Ours")
    before = routes.read_bytes()

    outcome = living.climb("direct")

    assert (outcome.kept, outcome.conflicts) == ((HIGHER,), ())
    assert routes.read_bytes() == before
    assert not (living.folder / "destinations.yaml").exists()


def test_an_edit_goes_up_the_whole_ladder_and_down_again(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    edited = living.folder / SHARED
    edited.write_text(edited.read_text() + "\n# ours\n")
    living.commit("Ours")
    before = {path: path.read_bytes() for path in living.paths()}

    for rung in ("standard", "queue", "direct"):
        assert living.climb(rung).conflicts == ()
        assert edited.read_text().endswith("# ours\n")
        living.commit(f"Now {rung}")

    assert {path: path.read_bytes() for path in living.paths()} == before


def test_comments_in_the_answers_file_stay_and_its_values_are_the_new_ones(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    file = living.folder / ".clay-arch.yml"
    file.write_text(file.read_text().replace("variant: direct\n", "# ours\nvariant: direct\n"))
    living.commit("Ours")

    assert living.climb("standard").conflicts == ()

    expected = (fresh("standard") / file.name).read_text()
    assert file.read_text() == expected.replace("variant:", "# ours\nvariant:")
