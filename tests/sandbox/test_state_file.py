"""What counts for life survives a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from clay_arch.sandbox import SandboxConfig, Switches, create_app

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = SandboxConfig(record_limit=2, switches=Switches(enrichment_seconds=0))


def post_once(path: Path) -> int:
    with TestClient(create_app(CONFIG, state_file=path)) as client:
        answer = client.post(CONFIG.webhook_paths[0], json={"email": "a@b.example"})
        client.get("/_sandbox/idle")
    return answer.status_code


@pytest.mark.fact("wire.record-limit")
def test_accepted_submissions_count_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.json"

    assert [post_once(path) for _ in range(3)] == [200, 200, 403]


def test_spent_meters_count_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    post_once(path)

    with TestClient(create_app(CONFIG, state_file=path)) as client:
        state = client.get("/_sandbox/state").json()

    assert (state["credits"]["spent"], state["actions"]["spent"]) == (6, 3)
    assert state["rows"]["made"] == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"accepted": []}'])
def test_a_file_that_is_none_of_ours_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)

    with pytest.raises(ValueError, match="is no state file"):
        create_app(CONFIG, state_file=path)

    assert path.read_text() == text
