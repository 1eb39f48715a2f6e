"""Group commit: durable on return, nothing lost, nothing done twice, nobody left waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from threading import Event
from typing import Any

import pytest

from harness.received import NOW, add_leads, arrival
from harness.stores import Store
from leadflow.adapters.committed import CommittedInbox
from leadflow.adapters.database import Database, Rows
from leadflow.adapters.group_commit import GroupCommit, group_commit
from leadflow.domain.errors import LedgerBusy, LedgerError
from leadflow.domain.inbox import Acceptance

PATIENCE_SECONDS = 10


class Answer:
    """Nothing to say."""

    rowcount = 0

    def fetchone(self) -> Any:
        return None

    def fetchall(self) -> list[Any]:
        return []

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class FakeDatabase:
    """Keeps what was executed, once it is committed. Its commits can be held up, and can fail."""

    name = "fake"
    skip_locked = ""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.may_commit = Event()
        self.may_commit.set()
        self.is_committing = Event()
        self.faults: list[Exception] = []
        self._written: list[str] = []

    @property
    def rows(self) -> list[str]:
        return [row for commit in self.commits for row in commit]

    @contextmanager
    def opened(self) -> Iterator[Database]:
        yield self

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._written = []
        yield
        self.is_committing.set()
        assert self.may_commit.wait(PATIENCE_SECONDS)
        if self.faults:
            raise self.faults.pop(0)
        self.commits.append(self._written)

    def execute(self, query: str, _values: Sequence[object] = ()) -> Rows:
        self._written.append(query)
        return Answer()

    def execute_many(self, query: str, rows: Iterable[Sequence[object]]) -> int:
        raise NotImplementedError

    def stream(self, query: str, values: Sequence[object] = ()) -> Iterator[Any]:
        raise NotImplementedError

    def is_sound(self) -> bool:
        return True


def write(row: str) -> Callable[[Database], str]:
    def work(database: Database) -> str:
        database.execute(row)
        return row.upper()

    return work


def fail(_database: Database) -> None:
    raise OverflowError("too large")


def write_all(database: Database, rows: Sequence[str]) -> list[str]:
    if "bad" in rows:
        raise OverflowError("too large")
    database.execute("+".join(rows))
    return [row.upper() for row in rows]


async def writes(writer: GroupCommit, rows: Iterable[str]) -> list[asyncio.Task[str]]:
    """Hand the rows over, and go on as soon as the writer has them."""
    return await started(writer.run(write(row)) for row in rows)


async def started(runs: Iterable[Coroutine[Any, Any, str]]) -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(run) for run in runs]
    await asyncio.sleep(0)
    return tasks


async def held_up(database: FakeDatabase, writer: GroupCommit) -> asyncio.Task[str]:
    """Have one commit under way that does not end, so that what comes next gathers."""
    database.may_commit.clear()
    (first,) = await writes(writer, ["first"])
    await asyncio.to_thread(database.is_committing.wait, PATIENCE_SECONDS)
    return first


def test_what_gathers_during_a_commit_shares_the_next() -> None:
    database = FakeDatabase()

    async def scenario() -> list[str]:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            others = await writes(writer, ["a", "b", "c"])
            database.may_commit.set()
            return await asyncio.gather(first, *others)

    assert asyncio.run(scenario()) == ["FIRST", "A", "B", "C"]
    assert database.commits == [["first"], ["a", "b", "c"]]


def test_nobody_goes_on_before_the_commit() -> None:
    database = FakeDatabase()

    async def scenario() -> bool:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            was_done = first.done()
            database.may_commit.set()
            await first
            return was_done

    assert asyncio.run(scenario()) is False


def test_a_transaction_holds_so_many_works_and_no_more() -> None:
    database = FakeDatabase()

    async def scenario() -> None:
        async with group_commit(database.opened, max_batch=3) as writer:
            first = await held_up(database, writer)
            others = await writes(writer, "abcdefg")
            database.may_commit.set()
            await asyncio.gather(first, *others)

    asyncio.run(scenario())

    assert [len(commit) for commit in database.commits] == [1, 3, 3, 1]


def test_the_same_work_is_done_for_all_at_once_before_others_and_in_order() -> None:
    database = FakeDatabase()

    async def scenario() -> list[str]:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            other = await writes(writer, ["settle"])
            same = await started(
                writer.run_with_others(write_all, row, order=row) for row in ("lead-b", "lead-a")
            )
            database.may_commit.set()
            return await asyncio.gather(first, *other, *same)

    assert asyncio.run(scenario()) == ["FIRST", "SETTLE", "LEAD-B", "LEAD-A"]
    assert database.commits[1] == ["lead-a+lead-b", "settle"]


def test_of_the_same_work_one_that_fails_by_itself_fails_alone() -> None:
    database = FakeDatabase()

    async def scenario() -> list[object]:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            rows = ("a", "bad", "c")
            same = await started(writer.run_with_others(write_all, row, order=row) for row in rows)
            others = await writes(writer, ["d"])
            database.may_commit.set()
            return list(await asyncio.gather(first, *same, *others, return_exceptions=True))

    _, a, bad, c, d = asyncio.run(scenario())

    assert isinstance(bad, OverflowError)
    assert [a, c, d] == ["A", "C", "D"]
    assert database.commits[1:] == [["a", "c", "d"]]


def test_one_that_fails_by_itself_fails_alone() -> None:
    database = FakeDatabase()

    async def scenario() -> list[object]:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            bad = asyncio.create_task(writer.run(fail))
            others = await writes(writer, ["a", "b"])
            database.may_commit.set()
            return list(await asyncio.gather(first, bad, *others, return_exceptions=True))

    first, bad, *others = asyncio.run(scenario())

    assert isinstance(bad, OverflowError)
    assert [first, *others] == ["FIRST", "A", "B"]
    assert database.rows == ["first", "a", "b"]


def test_when_the_store_is_at_fault_all_hear_of_it_and_the_next_may_succeed() -> None:
    database = FakeDatabase()

    async def scenario() -> tuple[list[object], str]:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            database.faults = [LedgerError("disk full")]
            others = await writes(writer, ["a", "b"])
            database.may_commit.set()
            answers = await asyncio.gather(first, *others, return_exceptions=True)
            return list(answers), await writer.run(write("later"))

    answers, later = asyncio.run(scenario())

    assert [str(answer) for answer in answers] == ["disk full", "A", "B"]
    assert later == "LATER"


def test_two_processes_that_wanted_the_same_rows_are_no_failure() -> None:
    database = FakeDatabase()
    database.faults = [LedgerBusy("deadlock")]

    async def scenario() -> str:
        async with group_commit(database.opened) as writer:
            return await writer.run(write("a"))

    assert asyncio.run(scenario()) == "A"
    assert database.rows == ["a"]


@pytest.mark.parametrize("defect", [RuntimeError, KeyError])
def test_a_commit_with_a_defect_leaves_nobody_waiting(defect: type[Exception]) -> None:
    database = FakeDatabase()

    async def scenario() -> list[object]:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            others = await writes(writer, ["a", "b"])
            database.faults = [defect("commit"), defect("commit")]
            database.may_commit.set()
            return list(await asyncio.gather(first, *others, return_exceptions=True))

    assert [type(answer) for answer in asyncio.run(scenario())] == [LedgerError] * 3


def test_a_thread_that_dies_leaves_nobody_waiting() -> None:
    database = FakeDatabase()

    class Death(BaseException):
        """What no handler catches."""

    def die(_database: Database) -> None:
        raise Death

    async def scenario() -> list[object]:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            dying = asyncio.create_task(writer.run(die))
            others = await writes(writer, ["a", "b"])
            database.may_commit.set()
            runs = (first, dying, *others)
            answers: list[object] = [*await asyncio.gather(*runs, return_exceptions=True)]
            assert not writer.is_alive
            with pytest.raises(LedgerError, match="start this program again"):
                await writer.outlived()
            with pytest.raises(LedgerError, match="start this program again"):
                await writer.run(write("later"))
            return answers

    answers = asyncio.run(scenario())

    assert answers[0] == "FIRST"
    assert [type(answer) for answer in answers[1:]] == [LedgerError] * 3


def test_too_many_at_once_hear_at_once_that_we_are_busy() -> None:
    database = FakeDatabase()

    async def scenario() -> None:
        async with group_commit(database.opened, max_waiting=2) as writer:
            first = await held_up(database, writer)
            others = await writes(writer, ["a", "b"])
            with pytest.raises(LedgerBusy, match="try again"):
                await writer.run(write("c"))
            database.may_commit.set()
            await asyncio.gather(first, *others)
            assert await writer.run(write("d")) == "D"

    asyncio.run(scenario())

    assert database.rows == ["first", "a", "b", "d"]


def test_a_work_is_done_once_although_its_waiter_went_away() -> None:
    database = FakeDatabase()

    async def scenario() -> None:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            gone, stays = await writes(writer, ["a", "b"])
            gone.cancel()
            database.may_commit.set()
            await asyncio.gather(first, stays)
            assert gone.cancelled()
            assert await writer.run(write("c")) == "C"

    asyncio.run(scenario())

    assert database.rows == ["first", "a", "b", "c"]


def test_stopping_finishes_what_was_taken_and_takes_nothing_more() -> None:
    database = FakeDatabase()

    async def scenario() -> list[str]:
        async with group_commit(database.opened, max_batch=2) as writer:
            first = await held_up(database, writer)
            others = await writes(writer, ["a", "b", "c"])
            stopping = asyncio.create_task(writer.stop())
            await asyncio.sleep(0)
            with pytest.raises(LedgerBusy, match="being closed"):
                await writer.run(write("d"))
            database.may_commit.set()
            await stopping
            return await asyncio.gather(first, *others)

    assert asyncio.run(scenario()) == ["FIRST", "A", "B", "C"]
    assert database.rows == ["first", "a", "b", "c"]


def test_stopping_leaves_a_store_that_has_fallen_silent() -> None:
    database = FakeDatabase()

    async def scenario() -> bool:
        async with group_commit(database.opened) as writer:
            first = await held_up(database, writer)
            await writer.stop(seconds=0.01)
            is_alive = writer.is_alive
            database.may_commit.set()
            assert await first == "FIRST"
            return is_alive

    assert asyncio.run(scenario())


def test_a_store_that_does_not_open_is_heard_of_at_once() -> None:
    @contextmanager
    def closed() -> Iterator[Database]:
        raise LedgerError("no such folder")
        yield

    async def scenario() -> None:
        async with group_commit(closed):
            pass

    with pytest.raises(LedgerError, match="no such folder"):
        asyncio.run(scenario())


def test_what_was_accepted_is_seen_by_another_connection(store: Store) -> None:
    leads = range(200)
    with store.open() as database:
        add_leads(database, leads)
    arrivals = [arrival(number) for number in leads]

    async def scenario() -> list[Acceptance]:
        async with group_commit(partial(_opened, store)) as writer:
            inbox = CommittedInbox(writer)
            answers = await asyncio.gather(*(inbox.accept(one) for one in (*arrivals, *arrivals)))
            await inbox.quarantine(b"{", reason="not JSON", now=NOW)
            with store.open() as other:
                assert other.execute("SELECT count(*) FROM inbox").fetchone()[0] == len(leads)
                assert other.execute("SELECT count(*) FROM quarantine").fetchone()[0] == 1
            return answers

    answers = asyncio.run(scenario())

    assert answers.count(Acceptance.NEW) == len(leads)
    assert answers.count(Acceptance.DUPLICATE) == len(leads)


def test_a_value_that_no_store_can_hold_fails_alone(store: Store) -> None:
    with store.open() as database:
        add_leads(database, [1, 2])
    good, bad = arrival(1), arrival(2)._replace(issued_at=2**70)

    async def scenario() -> list[object]:
        async with group_commit(partial(_opened, store)) as writer:
            inbox = CommittedInbox(writer)
            runs = (inbox.accept(bad), inbox.accept(good))
            return list(await asyncio.gather(*runs, return_exceptions=True))

    failure, success = asyncio.run(scenario())

    assert isinstance(failure, OverflowError)
    assert success is Acceptance.NEW


def _opened(store: Store) -> AbstractContextManager[Database]:
    return store.open()
