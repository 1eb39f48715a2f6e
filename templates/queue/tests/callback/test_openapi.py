"""docs/openapi.yaml against the real server: no 5xx, and no answer that it does not name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.receiver import RunningReceiver
from harness.tokens import SECRETS, token_for
from leadflow.domain.token import TOKEN, TOKEN_FIELD

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def fuzz(receiver: RunningReceiver, document: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("st")),
        "--no-color",
        "run",
        str(document),
        f"--url=http://127.0.0.1:{receiver.port}",
        f"--header=Authorization: Bearer {SECRETS[0]}",
        f"--checks={','.join(CHECKS)}",
        "--phases=examples,coverage,fuzzing",
        "--continue-on-failure",
        "--max-examples=200",
        "--generation-deterministic",
    ]
    return subprocess.run(
        command,
        cwd=receiver.folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def outcomes(receiver: RunningReceiver) -> set[str]:
    return {line["outcome"] for line in receiver.log if line["event"] == "callback"}


@pytest.mark.case(63)
def test_whatever_the_document_allows_or_forbids_gets_an_answer_it_names(
    receiver: RunningReceiver,
) -> None:
    done = fuzz(receiver, DOCUMENT)

    assert done.returncode == 0, done.stdout
    assert {"token_malformed", "unreadable", "wrong_type", "unauthorized"} <= outcomes(receiver)
    assert not [line for line in receiver.log if line["level"] == "error"]


@pytest.mark.case(63)
def test_the_same_holds_beyond_the_token(receiver: RunningReceiver) -> None:
    document = yaml.safe_load(DOCUMENT.read_text())
    fields = document["components"]["schemas"]["Enrichment"]["properties"]
    fields[TOKEN_FIELD] = {"type": "string", "enum": [token_for(n) for n in range(5)]}
    operation = document["paths"]["/api/clay/enriched"]["post"]
    del operation["requestBody"]["content"]["application/json"]["examples"]
    with_tokens = receiver.folder / "openapi.json"
    with_tokens.write_text(json.dumps(document))

    done = fuzz(receiver, with_tokens)

    assert done.returncode == 0, done.stdout
    assert {"accepted", "duplicate", "enrichment_refused"} <= outcomes(receiver)
    assert not [line for line in receiver.log if line["level"] == "error"]


def test_the_examples_are_of_the_shape_of_the_real_thing() -> None:
    document = yaml.safe_load(DOCUMENT.read_text())
    content = document["paths"]["/api/clay/enriched"]["post"]["requestBody"]["content"]
    examples: dict[str, Any] = content["application/json"]["examples"]

    assert all(TOKEN.fullmatch(each["value"][TOKEN_FIELD]) for each in examples.values())
