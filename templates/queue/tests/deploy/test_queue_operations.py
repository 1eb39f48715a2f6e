"""docs/queue-operations.md against what it speaks of: alerts, states of the gate, commands."""

from __future__ import annotations

import re

import click
import pytest
import yaml

from harness.deploy_files import DEPLOY
from harness.workspace import ROOT
from leadflow.entrypoints.cli import cli
from leadflow.entrypoints.gate_view import STATES

TEXT = (ROOT / "docs/queue-operations.md").read_text(encoding="utf-8")
SHARED = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
ALERTS = [
    rule["alert"]
    for group in yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
COMMANDS = sorted(set(re.findall(r"leadflow ([a-z]+(?: (?:[a-z]+\b(?!\.))?)?)", TEXT)))
HEADING = re.compile(r"(?m)^#+ (.+)$")


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_its_answer(alert: str) -> None:
    assert f"`{alert}`" in TEXT or alert in SHARED


def test_every_alert_that_is_answered_is_there() -> None:
    assert set(re.findall(r"`(Leadflow\w+)`", TEXT)) <= set(ALERTS)


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_gate_has_its_answer(state: str) -> None:
    assert re.search(rf"(?m)^\|.*`{state}`", TEXT)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_there(command: str) -> None:
    name, _, below = command.strip().partition(" ")
    found = cli.commands[name]

    if isinstance(found, click.Group) and below:
        assert below in found.commands


def test_every_link_leads_somewhere() -> None:
    anchors = {heading.lower().replace(" ", "-") for heading in HEADING.findall(TEXT)}
    for file, anchor in re.findall(r"\]\(([\w.-]*)(?:#([\w-]+))?\)", TEXT):
        assert not file or (ROOT / "docs" / file).is_file(), file
        assert not anchor or anchor in anchors, anchor
