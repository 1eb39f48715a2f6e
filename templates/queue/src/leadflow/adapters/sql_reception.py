"""Leads that arrive one by one: each is stored with its source and its job, many in one commit.

Two processes may receive the same lead at once: the unique lead_id lets one of them store it, and
the other hears that it is known only after the first has committed. Each table is written in the
order of its keys, so that two processes never wait for each other in a circle.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two, insert_many
from leadflow.adapters.sql_crm_events import see
from leadflow.adapters.sql_readings import find_readings
from leadflow.use_cases.take_in import ArrivedLead, Taken

__all__ = ["receive"]

ADD = """
    INSERT INTO lead (lead_id, fields, intake_id, line)
    VALUES {rows}
        ON CONFLICT (lead_id) DO NOTHING
 RETURNING lead_id
"""
SEQS = "SELECT lead_id, seq FROM lead WHERE lead_id IN ({ids})"
NOTE_SOURCES = """
    INSERT INTO lead_source (lead_seq, source, first_at, last_at, times)
    VALUES {rows}
        ON CONFLICT (lead_seq, source) DO UPDATE
       SET times   = lead_source.times + excluded.times,
           last_at = excluded.last_at
"""
QUEUE = """
    INSERT INTO outbox (lead_id, source, queued_at)
    VALUES {rows}
        ON CONFLICT (lead_id) DO NOTHING
"""


def receive(database: Database, arrivals: Sequence[ArrivedLead]) -> list[Taken]:
    """Store these; one answer each."""
    counted = _without_repeated(database, arrivals)
    firsts = {arrived.lead.lead_id: arrived for arrived in reversed(counted)}
    ordered = [firsts[lead_id] for lead_id in sorted(firsts)]
    new = _add(database, ordered)
    _note_sources(database, counted, ordered)
    queued = [(a.lead.lead_id, a.source, a.arrived_at) for a in ordered if a.lead.lead_id in new]
    insert_many(database, QUEUE, queued)
    return _answers(arrivals, counted, new)


def _without_repeated(database: Database, arrivals: Sequence[ArrivedLead]) -> list[ArrivedLead]:
    """Leave out those whose event was taken before."""
    unseen = see(database, {a.event: a.arrived_at for a in arrivals if a.event is not None})
    left = []
    for arrived in arrivals:
        if arrived.event is None or arrived.event in unseen:
            left.append(arrived)
            unseen.discard(arrived.event or b"")  # once more in one batch is repeated, too
    return left


def _answers(
    arrivals: Iterable[ArrivedLead], counted: Iterable[ArrivedLead], new: set[str]
) -> list[Taken]:
    left = {id(arrived) for arrived in counted}
    answers = []
    for arrived in arrivals:
        lead_id = arrived.lead.lead_id
        if id(arrived) not in left:
            answers.append(Taken.REPEATED)
        elif lead_id in new:
            new.remove(lead_id)  # the same lead again in one batch is known, too
            answers.append(Taken.NEW)
        else:
            answers.append(Taken.KNOWN)
    return answers


def _add(database: Database, ordered: Sequence[ArrivedLead]) -> set[str]:
    readings = find_readings(database, ordered)
    rows = [
        (arrived.lead.lead_id, json.dumps(arrived.lead.fields, ensure_ascii=False), reading, 0)
        for arrived, reading in zip(ordered, readings, strict=True)  # 0: there are no lines
    ]
    return {lead_id for part in insert_many(database, ADD, rows) for (lead_id,) in part}


def _note_sources(
    database: Database, counted: Sequence[ArrivedLead], ordered: Sequence[ArrivedLead]
) -> None:
    seqs: dict[str, int] = {}
    for some in by_powers_of_two([arrived.lead.lead_id for arrived in ordered]):
        seqs |= dict(database.execute(SEQS.format(ids=marks(some)), some).fetchall())
    times = Counter((arrived.lead.lead_id, arrived.source) for arrived in counted)
    latest = {(a.lead.lead_id, a.source): a.arrived_at for a in counted}
    rows = [
        (seqs[lead_id], source, latest[lead_id, source], latest[lead_id, source], count)
        for (lead_id, source), count in sorted(times.items())
    ]
    insert_many(database, NOTE_SOURCES, rows)
