"""What `leadflow secrets` and `leadflow serve --help` say about leads on their way in."""

from __future__ import annotations

import json
import re

from harness.workspace import ROOT, Workspace


def test_the_secrets_of_intake_are_made_and_accepted_as_they_are_printed(
    workspace: Workspace,
) -> None:
    done = workspace.leadflow("secrets")
    (workspace.folder / ".env").write_text(done.stdout, encoding="utf-8")
    workspace.environ["CRM_EVENTS_FILE"] = str(ROOT / "crm_events.yaml")
    workspace.environ["INTAKE_OPEN"] = "false"

    doctor = workspace.leadflow("doctor")

    assert re.search(r"(?m)^INTAKE_SECRETS=[A-Za-z0-9_-]{43}$", done.stdout)
    assert re.search(r"(?m)^SALESFORCE_EVENT_SECRET=[A-Za-z0-9_-]{43}$", done.stdout)
    assert re.search(r"(?m)^ok +forms: with a secret of INTAKE_SECRETS$", doctor.stdout)
    assert re.search(r"(?m)^ok +CRM events: .*salesforce", doctor.stdout)


def test_each_secret_is_another_one(workspace: Workspace) -> None:
    made = json.loads(workspace.leadflow("secrets", "--format", "json").stdout)

    assert len(made) == len(set(made.values())) == 4


def test_the_help_of_serve_names_every_door(workspace: Workspace) -> None:
    told = workspace.leadflow("serve", "--help").stdout

    for path in ("/api/clay/enriched", "/api/leads", "/api/crm/events", "/readyz", "/metrics"):
        assert f"  {path} " in told
