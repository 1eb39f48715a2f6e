"""One run at a time on PostgreSQL."""

from __future__ import annotations

import pytest

from harness.postgres import Administrator
from leadflow.adapters import postgres_lock
from leadflow.domain.errors import LedgerBusy


@pytest.mark.parametrize("role", ["run", "serve"])
def test_a_lock_keeps_out_its_own_role_alone(postgres_url: str, role: str) -> None:
    other = {"run": "serve", "serve": "run"}[role]

    with postgres_lock.hold(postgres_url, role=role):
        assert postgres_lock.is_held(postgres_url, role=role)
        assert not postgres_lock.is_held(postgres_url, role=other)
        with postgres_lock.hold(postgres_url, role=other):
            pass
        with (
            pytest.raises(LedgerBusy, match=f"another .*{role}.* is using"),
            postgres_lock.hold(postgres_url, role=role),
        ):
            pass

    assert not postgres_lock.is_held(postgres_url, role=role)


def test_a_lock_is_free_again_when_its_connection_ends(
    postgres_url: str, administrator: Administrator
) -> None:
    with postgres_lock.hold(postgres_url):
        administrator.ends_every_connection()

        with postgres_lock.hold(postgres_url):
            assert postgres_lock.is_held(postgres_url)


def test_a_held_lock_lets_the_server_forget_old_rows(
    postgres_url: str, administrator: Administrator
) -> None:
    held = (
        "SELECT count(*), count(backend_xmin) FROM pg_stat_activity"
        " WHERE state = 'idle in transaction'"
    )

    with postgres_lock.hold(postgres_url):
        assert administrator.does(held) == (1, 0)
