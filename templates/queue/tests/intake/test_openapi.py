"""docs/openapi-intake.yaml against the real server: no 5xx, and no answer that it does not name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.crm import MAPPINGS
from harness.intake import COLUMNS, RULES
from harness.intake_process import IntakeProcess, running_intake
from harness.tokens import SECRETS
from leadflow.domain.crm_event import Crm, kind_of, row_of
from leadflow.domain.lead import parse_lead
from leadflow.domain.submission import pick_fields

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi-intake.yaml"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def fuzz(intake: IntakeProcess, *options: str) -> subprocess.CompletedProcess[str]:
    command = [
        *(str(Path(sys.executable).with_name("st")), "--no-color", "run", str(DOCUMENT)),
        f"--url=http://127.0.0.1:{intake.running.port}",
        f"--checks={','.join(CHECKS)}",
        *("--phases=examples,coverage,fuzzing", "--continue-on-failure"),
        *("--max-examples=200", "--generation-deterministic"),
        *options,
    ]
    return subprocess.run(
        command,
        cwd=intake.running.folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def outcomes(intake: IntakeProcess) -> set[str]:
    lines = map(json.loads, intake.log.splitlines())
    return {line["outcome"] for line in lines if line["event"] == "intake"}


@pytest.mark.case(63)
def test_whatever_a_form_sends_gets_an_answer_that_the_document_names(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    with running_intake(tmp_path, database) as intake:
        proof = f"--header=Authorization: Bearer {SECRETS[0]}"

        proven = fuzz(intake, "--include-path=/api/leads", proof)
        stranger = fuzz(intake, "--include-path=/api/leads")

        assert proven.returncode == 0, proven.stdout
        assert stranger.returncode == 0, stranger.stdout
        wanted = {"taken", "known", "rejected", "unreadable", "wrong_type", "preflight"}
        assert wanted <= outcomes(intake)
        assert '"error"' not in intake.log


@pytest.mark.case(63)
def test_whatever_a_crm_sends_gets_an_answer_that_the_document_names(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    with running_intake(tmp_path, database, signs_events=1) as intake:
        done = fuzz(intake, "--include-path=/api/crm/events")

        assert done.returncode == 0, done.stdout
        assert {"events", "unreadable", "wrong_type", "signature_forged"} <= outcomes(intake)
        assert '"error"' not in intake.log


def test_the_examples_are_of_the_shape_of_the_real_thing() -> None:
    paths = yaml.safe_load(DOCUMENT.read_text())["paths"]

    def examples(path: str, media_type: str) -> dict[str, Any]:
        content = paths[path]["post"]["requestBody"]["content"][media_type]
        return {name: each["value"] for name, each in content["examples"].items()}

    for media_type in ("application/json", "application/x-www-form-urlencoded"):
        for lead in examples("/api/leads", media_type).values():
            assert parse_lead(pick_fields(lead.items(), COLUMNS), RULES)
    events = examples("/api/crm/events", "application/json")
    for crm, event in ((Crm.HUBSPOT, events["hubspot"][0]), (Crm.SALESFORCE, events["salesforce"])):
        assert kind_of(event, crm) in MAPPINGS[crm].kinds
        assert parse_lead(row_of(event, MAPPINGS[crm]), RULES)
