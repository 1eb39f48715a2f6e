"""The server that is connected to: it must keep what it is given, and say so."""

from __future__ import annotations

import asyncio
import time

import pytest

from harness.server import free_port
from harness.valkey import ValkeyPlace, started
from leadflow.adapters.redis_client import check_durability, open_redis
from leadflow.domain.errors import LedgerError, SettingsError


def checked(url: str, *, vouched: bool = False) -> str | None:
    async def check() -> str | None:
        async with open_redis(url) as client:
            return await check_durability(client, vouched=vouched)

    return asyncio.run(check())


def test_a_server_that_syncs_every_write_and_evicts_nothing_is_taken(valkey: ValkeyPlace) -> None:
    assert checked(valkey.url) is None
    assert checked(valkey.url, vouched=True) is None


@pytest.mark.case(42)
@pytest.mark.parametrize("vouched", [False, True])
@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("maxmemory-policy", "allkeys-lru", "noeviction"),
        ("maxmemory-policy", "volatile-ttl", "noeviction"),
        ("appendonly", "no", "yes"),
        ("appendfsync", "everysec", "always"),
        ("appendfsync", "no", "always"),
    ],
)
def test_a_server_that_forgets_is_refused_with_the_line_to_change(
    valkey: ValkeyPlace, *, name: str, value: str, wanted: str, vouched: bool
) -> None:
    valkey.does("CONFIG", "SET", name, value)

    with pytest.raises(SettingsError) as refused:
        checked(valkey.url, vouched=vouched)

    (problem,) = refused.value.problems
    assert f"`{name} {value}`" in problem
    assert f"set `{name} {wanted}`" in problem


@pytest.mark.case(42)
def test_all_that_is_wrong_is_said_at_once() -> None:
    with started(appendonly="no", maxmemory_policy="allkeys-lfu") as place:
        with pytest.raises(SettingsError) as refused:
            checked(place.url)

        assert len(refused.value.problems) == 2


@pytest.mark.case(42)
def test_a_user_who_may_not_read_the_settings_needs_somebody_to_vouch(valkey: ValkeyPlace) -> None:
    valkey.does("ACL", "SETUSER", "app", "on", ">secret", "~*", "&*", "+@all", "-config")
    url = valkey.url.replace("://", "://app:secret@")

    with pytest.raises(SettingsError, match="REDIS_DURABILITY=vouched") as refused:
        checked(url)
    sentence = checked(url, vouched=True)

    for setting in ("maxmemory-policy noeviction", "appendonly yes", "appendfsync always"):
        assert setting in str(refused.value)
    assert "secret" not in str(refused.value)
    assert sentence is not None
    assert "unchecked" in sentence


def test_a_user_who_may_read_those_three_and_no_more_is_enough(valkey: ValkeyPlace) -> None:
    valkey.does(
        "ACL", "SETUSER", "app", "on", ">secret", "~*", "-@all", "+ping", "+config|get", "+client"
    )

    assert checked(valkey.url.replace("://", "://app:secret@")) is None


def test_a_server_that_is_not_there_is_said_to_be_away_within_a_second() -> None:
    began = time.monotonic()

    with pytest.raises(LedgerError, match="no connection"):
        checked(f"redis://127.0.0.1:{free_port()}")

    assert time.monotonic() - began < 1.0
