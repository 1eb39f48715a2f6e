"""`leadflow secrets`: fresh every time, strong, and accepted as settings as they are printed."""

from __future__ import annotations

import json
import re

from harness.workspace import Workspace


def test_what_is_printed_can_be_put_into_dotenv_as_it_is(workspace: Workspace) -> None:
    for name in ("CLAY_CALLBACK_SECRETS", "CLAY_TOKEN_KEYS"):
        workspace.environ.pop(name, None)
    done = workspace.leadflow("secrets")
    (workspace.folder / ".env").write_text(done.stdout, encoding="utf-8")

    doctor = workspace.leadflow("doctor")

    assert done.returncode == 0
    assert re.search(r"(?m)^ok +callback secret: one is accepted$", doctor.stdout)
    assert re.search(r"(?m)^ok +token key: k[0-9a-f]{6} signs", doctor.stdout)


def test_no_two_are_alike_and_each_holds_32_random_bytes(workspace: Workspace) -> None:
    first, second = (
        json.loads(workspace.leadflow("secrets", "--format", "json").stdout) for _ in range(2)
    )

    assert not set(first.values()) & set(second.values())
    assert len(first["CLAY_CALLBACK_SECRETS"]) == 43
    assert re.fullmatch(r"[a-z0-9]{1,8}:[A-Za-z0-9_-]{43}", first["CLAY_TOKEN_KEYS"])


def test_secrets_are_made_even_where_settings_are_wrong(workspace: Workspace) -> None:
    workspace.environ["CLAY_CALLBACK_SECRETS"] = "short"

    assert workspace.leadflow("secrets").returncode == 0
