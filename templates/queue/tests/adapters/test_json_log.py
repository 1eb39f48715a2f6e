"""The log: JSON, one line an event, in batches; no text of an exception, no value of a library."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import Any

import pytest

from leadflow.adapters.json_log import JsonLog
from leadflow.adapters.library_log import ReducedHandler

NOON = 1_795_435_200.25


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def a_log(stream: io.StringIO) -> JsonLog:
    return JsonLog(stream, now=lambda: NOON)


def test_a_line_has_time_level_event_and_what_is_known() -> None:
    stream = io.StringIO()

    a_log(stream).write("info", "callback", lead_id="lead-1", outcome=None, reason="", count=0)

    assert lines(stream) == [
        {
            "time": "2026-11-23T12:00:00.250+00:00",
            "level": "info",
            "event": "callback",
            "lead_id": "lead-1",
            "count": 0,
        }
    ]


@pytest.mark.parametrize("text", ['a "quote"', "line\nend", "Zoë\u2028", "\x00\x1b[31m", "\\"])
def test_whatever_the_text_it_stays_one_line_of_json(text: str) -> None:
    stream = io.StringIO()

    a_log(stream).write("info", "callback", reason=text)

    assert len(stream.getvalue().splitlines()) == 1
    assert lines(stream)[0]["reason"] == text
    assert stream.getvalue().isascii()


def test_while_a_loop_runs_lines_are_written_together_and_errors_at_once() -> None:
    stream = io.StringIO()
    log = a_log(stream)

    async def write() -> list[int]:
        counts = []
        for level in ("info", "warning", "error"):
            log.write(level, "event")
            counts.append(len(lines(stream)))
        return counts

    assert asyncio.run(write()) == [0, 0, 3]


def test_what_repeats_is_one_line_and_a_count() -> None:
    stream = io.StringIO()
    log = a_log(stream)

    async def flood() -> None:
        for _ in range(5_000):
            log.write("warning", "callback", outcome="unauthorized")
        log.write("info", "callback", outcome="accepted")

    asyncio.run(flood())
    log.flush()

    told = [(line["outcome"], line.get("repeated")) for line in lines(stream)]
    assert told == [("unauthorized", None), ("accepted", None), ("unauthorized", 4_999)]


def test_what_happens_to_many_leads_alike_is_one_line_that_names_them_all() -> None:
    stream = io.StringIO()
    log = a_log(stream)

    async def callbacks() -> None:
        for number in range(150):
            log.lead("info", "callback", outcome="accepted", reason="", lead_id=f"lead-{number}")
        log.lead("warning", "callback", outcome="late", reason="too old", lead_id="lead-x")

    asyncio.run(callbacks())
    log.flush()

    first, second, third = lines(stream)
    assert [first["outcome"], second["outcome"]] == ["accepted", "accepted"]
    named = f"{first['leads']} {second['leads']}".split()
    assert named == [f"lead-{number}" for number in range(150)]
    assert (third["level"], third["reason"], third["leads"]) == ("warning", "too old", "lead-x")


def test_a_flood_of_leads_is_cut_and_said() -> None:
    stream = io.StringIO()
    log = a_log(stream)

    async def flood() -> None:
        for number in range(10_005):
            log.lead("info", "callback", outcome="accepted", reason="", lead_id=f"lead-{number}")

    asyncio.run(flood())
    log.flush()

    assert sum(len(line.get("leads", "").split()) for line in lines(stream)) == 10_000
    assert (lines(stream)[-1]["event"], lines(stream)[-1]["count"]) == ("lines left out", 5)


def test_a_flood_is_cut_and_said() -> None:
    stream = io.StringIO()
    log = a_log(stream)

    async def flood() -> None:
        for number in range(10_005):
            log.write("info", "callback", number=number)

    asyncio.run(flood())
    log.flush()

    assert len(lines(stream)) == 10_001
    assert (lines(stream)[-1]["event"], lines(stream)[-1]["count"]) == ("lines left out", 5)


def test_of_a_fault_only_type_and_place_are_told() -> None:
    stream = io.StringIO()
    try:
        {"x": 1}["ada@acme.com"]
    except KeyError as fault:
        a_log(stream).failed("defect", fault)

    (line,) = lines(stream)
    assert line["reason"] == "KeyError"
    assert line["where"].startswith("test_json_log.py line ")
    assert "ada" not in stream.getvalue()


def test_what_a_library_logs_is_told_without_its_values() -> None:
    stream = io.StringIO()
    logger = logging.getLogger("a.library.of.the.tests")
    logger.propagate = False
    a_log(stream).take_over(logger.name)

    try:
        int("ada@acme.com")
    except ValueError:
        logger.exception("cannot send to %s", "ada@acme.com")
    logger.critical(ValueError("ada@acme.com"))

    first, second = lines(stream)
    assert (first["event"], first["message"]) == (logger.name, "cannot send to %s")
    assert (first["reason"], second["message"], second["level"]) == (
        "ValueError",
        "ValueError",
        "error",
    )
    assert "ada" not in stream.getvalue()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Task exception was never retrieved\nfuture: <Task ada>",
            "Task exception was never retrieved",
        ),
        ("Exception in callback finish(['ada@acme.com'])", "Exception in callback finish"),
    ],
)
def test_what_asyncio_writes_into_its_messages_is_left_out(text: str, told: str) -> None:
    stream = io.StringIO()
    record = logging.LogRecord("asyncio", logging.ERROR, "", 1, text, (), None)

    ReducedHandler(a_log(stream).write).emit(record)

    (line,) = lines(stream)
    assert (line["event"], line["message"]) == ("asyncio", told)


def test_a_reader_that_is_gone_stops_nobody() -> None:
    stream = io.StringIO()
    stream.close()

    a_log(stream).write("error", "callback")
