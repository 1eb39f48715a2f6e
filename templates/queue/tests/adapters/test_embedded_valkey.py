"""A project without a Redis: one server for its folder, for as long as anybody uses it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from harness.server import until
from leadflow.adapters import embedded_valkey
from leadflow.adapters.embedded_valkey import running_valkey

USER = """
import sys, pathlib
from leadflow.adapters.embedded_valkey import running_valkey
with running_valkey(pathlib.Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
SETTINGS = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "valkey"
    until(lambda: not answers(tmp_path / "valkey"), "stopped")


def does(url: str, *command: str) -> object:
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return client.execute_command(*command)


def answers(folder: Path) -> bool:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(folder / "valkey.sock"))
        return True
    return False


def server_of(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def is_another(url: str, before: int) -> bool:
    with suppress(redis.ConnectionError):
        return server_of(url) != before
    return False


def keeper_of(folder: Path) -> int:
    found = subprocess.check_output(
        ["pgrep", "-f", f"^{sys.executable} .*valkey_keeper.py {folder}"]
    )
    return int(found)


class User:
    """Another process of the project."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def url(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self) -> None:
        self.process.communicate()


def test_what_was_written_is_there_when_the_folder_is_used_again(folder: Path) -> None:
    with running_valkey(folder) as url:
        does(url, "SET", "lead", "kept")
    until(lambda: not answers(folder), "stopped")

    with running_valkey(folder) as url:
        assert does(url, "GET", "lead") == "kept"


def test_it_syncs_every_write_evicts_nothing_and_only_its_owner_reaches_it(folder: Path) -> None:
    with running_valkey(folder) as url, redis.Redis.from_url(url, decode_responses=True) as client:
        settings = client.config_get("*")

        assert {name: settings[name] for name in SETTINGS} == SETTINGS
        assert settings["port"] == "0"
        assert (folder / "valkey.sock").stat().st_mode & 0o077 == 0
        assert folder.stat().st_mode & 0o077 == 0


def test_many_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    users = [User(folder) for _ in range(6)]
    urls = {user.url() for user in users}

    (url,) = urls
    assert len({server_of(url) for _ in users}) == 1
    assert len(list(folder.glob("valkey.sock"))) == 1
    started = (folder / "valkey.log").read_text().count("Ready to accept connections")

    assert started == 1
    for user in users:
        user.end()


def test_the_server_outlives_a_killed_process_and_ends_with_the_last(folder: Path) -> None:
    first = User(folder)
    url = first.url()
    second = User(folder)
    second.url()
    before = server_of(url)

    first.kill()

    assert server_of(url) == before
    second.kill()
    until(lambda: not answers(folder), "stopped after its last user was killed")


def test_a_killed_server_is_started_again_with_everything_it_acknowledged(folder: Path) -> None:
    with running_valkey(folder) as url:
        does(url, "SET", "lead", "kept")

        killed = server_of(url)
        os.kill(killed, signal.SIGKILL)
        until(lambda: is_another(url, killed), "started again")

        assert does(url, "GET", "lead") == "kept"


def test_signals_to_a_whole_service_leave_the_server_to_who_still_uses_it(folder: Path) -> None:
    with running_valkey(folder) as url:
        keeper = keeper_of(folder)
        for ends in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(keeper, ends)

        assert does(url, "PING")


def test_a_server_whose_keeper_was_killed_is_taken_over(folder: Path) -> None:
    with running_valkey(folder) as url:
        does(url, "SET", "lead", "kept")
        keeper = keeper_of(folder)
        os.kill(keeper, signal.SIGKILL)
        abandoned = server_of(url)
        until(lambda: not embedded_valkey._is_kept(folder), "without a keeper")

        with running_valkey(folder) as same:
            assert same == url
            assert is_another(url, abandoned)
            assert does(url, "GET", "lead") == "kept"


def test_a_folder_whose_path_is_too_long_for_a_socket_works_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)

    with running_valkey(folder) as url:
        assert does(url, "PING")
        assert len(url) < 108
    path = Path(url.removeprefix("unix://"))
    until(lambda: not path.exists(), "stopped")
