"""A file goes into the queue in batches: each is whole, and others store in between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress

from harness.intake import arrived, jobs_in, taken
from harness.stores import Store
from leadflow.adapters.database import Database
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_queued_intake import SqlQueuedIntake, sql_queued_intake
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat
from leadflow.domain.lead import Lead
from leadflow.domain.source import Source
from leadflow.use_cases.take_in import Taken

NOW = 1_795_000_000.25
FIRST, SECOND = ("ada", "grace"), ("mary", "ada")
SOURCES = "SELECT times FROM lead_source ORDER BY lead_seq"


def numbered(names: Sequence[str], *, start: int) -> list[NumberedLead]:
    return [(line, Lead(f"lead-{name}", {"name": name})) for line, name in enumerate(names, start)]


def opened(
    database: Database, *, digest: str = "d1", now: float = NOW
) -> AbstractContextManager[SqlQueuedIntake]:
    return sql_queued_intake(database, file="leads.csv", digest=digest, now=now)


def add(intake: SqlQueuedIntake, names: Sequence[str], *, start: int) -> list[Repeat]:
    return asyncio.run(intake.add(numbered(names, start=start)))


def read(database: Database, *, digest: str = "d1", now: float = NOW) -> tuple[int, list[Repeat]]:
    """The whole file, and what it tells of how much was there."""
    with opened(database, digest=digest, now=now) as intake:
        repeats = [*add(intake, FIRST, start=2), *add(intake, SECOND, start=4)]
        asyncio.run(intake.finish(IntakeCount(new=4 - len(repeats), duplicates=1, rejected=7)))
    return intake.taken, repeats


def ended_after_the_first_batch(database: Database) -> None:
    with suppress(KeyboardInterrupt), opened(database) as intake:
        add(intake, FIRST, start=2)
        raise KeyboardInterrupt


def queued(database: Database) -> list[str]:
    return [job.lead_id for job in jobs_in(database)]


def files(database: Database) -> list[str]:
    return [file for (file,) in database.execute("SELECT file FROM intake ORDER BY intake_id")]


def test_a_batch_is_stored_with_its_jobs_before_the_next_one_is_read(database: Database) -> None:
    ended_after_the_first_batch(database)

    assert queued(database) == ["lead-ada", "lead-grace"]
    assert database.execute(SOURCES).fetchall() == [(1,), (1,)]
    assert files(database) == ["leads.csv (not read to its end, d1)"]


def test_a_form_is_stored_between_two_batches(store: Store) -> None:
    with store.open() as database, store.open() as beside, opened(database) as intake:
        add(intake, FIRST, start=2)

        assert taken(beside, arrived(1)) == [Taken.NEW]
        assert add(intake, SECOND, start=4) == [Repeat(5, first_line=2)]


def test_the_same_file_again_counts_as_if_it_had_been_read_at_once(database: Database) -> None:
    ended_after_the_first_batch(database)
    database.execute("DELETE FROM outbox")  # the queue has them

    earlier, repeats = read(database, now=NOW + 60)

    assert (earlier, repeats) == (2, [Repeat(5, first_line=2)])
    assert queued(database) == ["lead-mary"]
    assert database.execute(SOURCES).fetchall() == [(1,), (1,), (1,)]
    assert files(database) == ["leads.csv"]
    account = SqlAccount(database).account()
    assert (account.waiting, account.duplicates, account.rejected) == (3, 1, 7)


def test_a_changed_file_of_the_same_name_is_a_reading_of_its_own(database: Database) -> None:
    ended_after_the_first_batch(database)

    earlier, repeats = read(database, digest="d2", now=NOW + 60)

    assert earlier == 0
    assert repeats == [Repeat(line, is_known=True) for line in (2, 3, 5)]
    assert queued(database) == ["lead-ada", "lead-grace", "lead-mary"]
    assert files(database) == ["leads.csv (not read to its end, d1)", "leads.csv"]


def test_a_known_lead_is_noted_once_however_often_its_reading_is_taken_up(
    database: Database,
) -> None:
    read(database)
    with suppress(KeyboardInterrupt), opened(database, digest="d2", now=NOW + 60) as intake:
        add(intake, FIRST, start=2)
        raise KeyboardInterrupt

    read(database, digest="d2", now=NOW + 120)

    assert database.execute(SOURCES).fetchall() == [(2,), (2,), (2,)]
    assert files(database) == ["leads.csv", "leads.csv"]


def test_what_was_sent_meanwhile_is_not_queued_again(database: Database) -> None:
    ended_after_the_first_batch(database)
    database.execute("DELETE FROM outbox")
    database.execute("UPDATE lead SET state = 'sent' WHERE lead_id = 'lead-ada'")
    taken(database, arrived(1, Source.WEB_FORM))

    read(database)

    assert "lead-ada" not in queued(database)
    assert SqlAccount(database).account().accepted == 4
