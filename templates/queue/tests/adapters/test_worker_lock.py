"""Any number of workers, or one run of `leadflow send`: the lock that both stand on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import ExitStack

import pytest

from harness.postgres import PASSWORD, Administrator
from leadflow.adapters.postgres_lock import hold, is_held
from leadflow.adapters.worker_lock import hold_among_workers
from leadflow.domain.errors import LedgerBusy

ROLE = "queue"


def test_workers_stand_beside_each_other_and_keep_a_run_away(postgres_url: str) -> None:
    with ExitStack() as workers:
        for _ in range(3):
            workers.enter_context(hold_among_workers(postgres_url, role=ROLE))

        assert is_held(postgres_url, role=ROLE)
        with pytest.raises(LedgerBusy), hold(postgres_url, role=ROLE):
            pass
    assert not is_held(postgres_url, role=ROLE)


def test_a_run_keeps_every_worker_away_until_it_ends(postgres_url: str) -> None:
    with (
        hold(postgres_url, role=ROLE),
        pytest.raises(LedgerBusy, match="`leadflow send` uses") as busy,
        hold_among_workers(postgres_url, role=ROLE),
    ):
        pass

    assert PASSWORD not in str(busy.value)
    with hold_among_workers(postgres_url, role=ROLE):
        pass


def test_another_role_is_not_in_the_way(postgres_url: str) -> None:
    with hold(postgres_url), hold_among_workers(postgres_url, role=ROLE):
        assert is_held(postgres_url)


def test_a_place_that_was_lost_is_noticed_and_taken_again(
    postgres_url: str, administrator: Administrator
) -> None:
    with hold_among_workers(postgres_url, role=ROLE) as held:
        administrator.ends_every_connection()
        asyncio.run(within_seconds(held.lost()))
        was_held = is_held(postgres_url, role=ROLE)

        held.take()

        assert not was_held
        assert is_held(postgres_url, role=ROLE)


def test_a_run_that_was_quicker_keeps_the_place(
    postgres_url: str, administrator: Administrator
) -> None:
    with hold_among_workers(postgres_url, role=ROLE) as held:
        administrator.ends_every_connection()
        with hold(postgres_url, role=ROLE), pytest.raises(LedgerBusy):
            held.take()


def test_a_place_that_is_held_is_not_lost(postgres_url: str) -> None:
    with hold_among_workers(postgres_url, role=ROLE) as held, pytest.raises(TimeoutError):
        asyncio.run(within_seconds(held.lost(), seconds=0.3))


async def within_seconds(waiting: Coroutine[None, None, None], *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        await waiting
