"""`clay-arch explore`, and the commands that its page hands out, run for real."""

from __future__ import annotations

import gzip
import json
import shlex
import stat
from typing import TYPE_CHECKING

import pytest

from clay_arch import __version__
from clay_arch.chooser.page import element_script, one_file
from clay_arch.chooser.table import compile_table
from tests.process import Command

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

MOST_BYTES = 25_000
ADDRESSES = {
    "direct": "#volume=900/month&plan=growth&infra=none",
    "standard": "#volume=5000&plan=growth&infra=https&credits_per_lead=0.5&actions_per_lead=2",
    "queue": "#volume=20000&plan=enterprise&infra=https,redis&sources=several&max_latency=300s",
    "blocked": "#volume=12000&plan=free&infra=redis&data_access=callback&retry=automatic",
}


@pytest.fixture(name="command")
def _command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_code_data_and_style_weigh_at_most_25_kilobytes_zipped(
    matrix: Matrix, facts: Facts
) -> None:
    script = element_script(compile_table(matrix, facts, tool_version=__version__))

    weight = len(gzip.compress(script.encode(), 9))

    print(f"chooser: {weight:,} bytes gzipped")  # noqa: T201 - the figure
    assert weight <= MOST_BYTES


def test_the_file_holds_the_very_script_of_the_site(matrix: Matrix, facts: Facts) -> None:
    table = compile_table(matrix, facts, tool_version=__version__)

    assert element_script(table) in one_file(table)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_copied_commands_give_the_recommendation_of_the_page(
    page: Page, explored: Path, command: Command, tmp_path: Path, address: str
) -> None:
    page.goto(explored.as_uri() + ADDRESSES[address])
    sentence = page.locator(".sentence").inner_text()
    new, *_, report = [code.inner_text() for code in page.locator(".command code").all()]

    scaffolded = command(*shlex.split(new)[1:])
    reported = command(*shlex.split(report)[1:], "--format", "json")

    assert (scaffolded.code, reported.code) == (0, 0), scaffolded.err + reported.err
    assert json.loads(reported.out)["recommendation"]["text"] == sentence
    (record,) = (tmp_path / "clay-leads" / "docs" / "adr").glob("0001-*.md")
    assert sentence in record.read_text(encoding="utf-8")


def test_explore_opens_the_file_in_the_browser_of_the_system(
    command: Command, tmp_path: Path
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n', encoding="utf-8")
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)

    ended = command("explore", env={"BROWSER": f"{browser} %s"})

    file = tmp_path / "clay-arch-explore.html"
    assert (ended.code, ended.out, ended.err) == (0, "", "wrote clay-arch-explore.html\n")
    assert (tmp_path / "opened").read_text(encoding="utf-8") == f"{file.as_uri()}\n"
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_explore_writes_to_standard_output_and_opens_nothing(
    command: Command, tmp_path: Path
) -> None:
    ended = command("explore", "--output", "-", env={"BROWSER": "false"})

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("</html>\n")
    assert list(tmp_path.iterdir()) == []


def test_explore_without_a_browser_says_what_to_open(command: Command, tmp_path: Path) -> None:
    ended = command("explore", env={"BROWSER": "", "PATH": "", "DISPLAY": ""})

    file = tmp_path / "clay-arch-explore.html"
    assert ended.code == 0
    assert ended.err == (
        f"wrote clay-arch-explore.html\nno browser found; open {file.as_uri()} yourself\n"
    )


@pytest.mark.parametrize(
    ("output", "reason"),
    [("missing/page.html", "No such file or directory"), (".", "Is a directory")],
)
def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(
    command: Command, tmp_path: Path, output: str, reason: str
) -> None:
    ended = command("explore", "--no-browser", "--output", output)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"Error: --output: cannot write {output}: {reason}\n"
    assert list(tmp_path.iterdir()) == []
