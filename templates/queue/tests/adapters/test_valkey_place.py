"""The server that the tests stand on: durable, killed and frozen at will, empty for each test."""

from __future__ import annotations

import pytest
import redis

from harness.valkey import ValkeyPlace


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_the_server_empty_and_durable(valkey: ValkeyPlace, turn: int) -> None:
    assert valkey.does("DBSIZE") == 0
    assert valkey.does("CONFIG", "GET", "maxmemory-policy") == {"maxmemory-policy": "noeviction"}

    valkey.does("SET", "turn", turn)
    valkey.does("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")


def test_what_was_written_survives_a_kill(valkey: ValkeyPlace) -> None:
    valkey.does("SET", "lead", "kept")

    valkey.kill()
    with pytest.raises(redis.ConnectionError):
        valkey.does("PING")
    valkey.restart()

    assert valkey.does("GET", "lead") == "kept"


def test_a_frozen_server_answers_nobody_until_it_is_resumed(valkey: ValkeyPlace) -> None:
    valkey.pause()
    with (
        redis.Redis.from_url(valkey.url, socket_timeout=0.2) as client,
        pytest.raises(redis.TimeoutError),
    ):
        client.ping()

    valkey.resume()

    assert valkey.does("PING")
