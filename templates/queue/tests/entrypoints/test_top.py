"""`leadflow top`: frames that fit, and a terminal that is given back as it was."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import pytest

from harness.live_terminal import LiveTerminal, on_live_terminal
from harness.snapshots import AWAY, BUSY
from harness.workspace import ROOT
from leadflow.domain.snapshot import DestinationLine, GateLine, GateState, Snapshot
from leadflow.entrypoints.top_text import Line, Tone, age, clip, paint
from leadflow.entrypoints.top_view import frame

LEFT = "\x1b[?25h\x1b[?1049l"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PROGRAM = [sys.executable, "-m", "harness.top_program", "--every", "0.2"]
ENVIRON = {"PYTHONPATH": f"{ROOT}/src:{ROOT}/tests", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def text(snapshot: Snapshot, *, width: int = 80, height: int = 50) -> str:
    return "\n".join(line.text for line in frame(snapshot, width=width, height=height))


def live(
    columns: int = 80, rows: int = 24, *, options: Sequence[str] = (), **environ: str
) -> AbstractContextManager[LiveTerminal]:
    command = [*PROGRAM, *options]
    return on_live_terminal(command, columns=columns, rows=rows, environ={**ENVIRON, **environ})


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (40, 10), (7, 3), (200, 2)])
@pytest.mark.parametrize("snapshot", [BUSY, AWAY, Snapshot(at=0.0)], ids=["busy", "away", "empty"])
def test_a_frame_fits(snapshot: Snapshot, width: int, height: int) -> None:
    lines = frame(snapshot, width=width, height=height)

    assert len(lines) <= height
    assert max(len(line.text) for line in lines) <= width


def test_at_80_by_24_everything_is_there_and_nothing_is_cut() -> None:
    lines = frame(BUSY, width=80, height=23)

    assert [line.text for line in lines[1:]] == text(BUSY, width=500, height=500).split("\n")[1:]
    for part in ("12,041 waiting", "40 m 50 s", "3 dead", "1f3a", "outreach", "warehouse"):
        assert part in text(BUSY)


def test_what_does_not_fit_is_said_to_be_missing() -> None:
    lines = frame(BUSY, width=80, height=10)

    assert lines[-1].text == f"... {len(frame(BUSY, width=80, height=99)) - 9} more lines"


def test_what_is_wrong_stands_out() -> None:
    tones = {line.text.split()[0]: line.tone for line in frame(BUSY, width=80, height=50)}

    assert (tones["crm"], tones["outreach"]) == (Tone.PLAIN, Tone.BAD)
    assert (tones["closed:"], tones["...1f3a"], tones["...77c0"]) == (
        Tone.GOOD,
        Tone.BAD,
        Tone.WARN,
    )


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (GateLine(GateState.OPEN, 12.0, "5 failures in a row"), "open, 12 s left; 5 failures in"),
        (GateLine(GateState.CONDEMNED, detail="older"), "condemned; older; `leadflow gate init`"),
        (GateLine(GateState.ISOLATED, detail="a test"), "isolated; a test; `leadflow gate close`"),
        (GateLine(GateState.PAUSED, 3.0), "paused, 3 s left"),
    ],
)
def test_a_gate_that_is_not_closed_says_what_it_waits_for(gate: GateLine, words: str) -> None:
    assert words in text(BUSY._replace(gate=gate), width=200)


def test_the_rate_is_what_was_sent_between_two_looks() -> None:
    full, used = BUSY.webhooks
    later = BUSY._replace(at=BUSY.at + 2, webhooks=(full, used._replace(used=used.used + 9)))

    lines = [line.text for line in frame(later, width=80, height=50, before=BUSY)]

    assert "GATE   4.5 leads/s to Clay" in lines


def test_words_of_others_move_no_cursor() -> None:
    evil = BUSY._replace(gate=GateLine(GateState.ISOLATED, detail="\x1b[2J\n\a"))

    assert "\x1b" not in text(evil)
    assert "\\x1b[2J\\n\\x07" in text(evil)


def test_a_wide_letter_takes_two_columns_and_is_never_cut_in_half() -> None:
    assert clip("日本語", 5) == "日本"
    assert clip("e\u0301a", 1) == "e\u0301"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59, "59 s"), (61, "1 m 01 s"), (3_600, "1 h 00 m"), (90_061, "1 d 01 h")],
)
def test_an_age_is_told_in_two_units(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_a_tone_is_shown_only_in_colour() -> None:
    line = Line("x", Tone.BAD)

    assert (paint(line, has_color=True), paint(line, has_color=False)) == ("\x1b[31mx\x1b[0m", "x")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_on_a_terminal_it_draws_on_and_on_until_q(columns: int, rows: int) -> None:
    with live(columns, rows) as terminal:
        terminal.until(lambda: len(terminal.frames) >= 3)
        terminal.child.send("q")
        terminal.until(lambda: LEFT in terminal.shown)
        modes = terminal.modes
        code = terminal.wait()

    first, *_, last = terminal.frames
    assert code == 0
    assert modes == terminal.modes_before
    assert first[0].endswith("23:10:01 UTC")
    assert "GATE   5.0 leads/s to Clay" in [line.rstrip() for line in last]
    assert len(last) <= rows
    assert max(map(len, last)) <= columns
    assert last[-1] == "q ends"
    assert terminal.shown.startswith("\x1b[?1049h\x1b[?25l")
    assert terminal.shown.rstrip().endswith(LEFT)


def interrupt(terminal: LiveTerminal) -> None:
    terminal.child.send("\x03")


def terminate(terminal: LiveTerminal) -> None:
    terminal.child.kill(signal.SIGTERM)


@pytest.mark.parametrize("end", [interrupt, terminate])
def test_ctrl_c_and_a_signal_end_it_as_cleanly(end: Callable[[LiveTerminal], None]) -> None:
    with live() as terminal:
        terminal.until(lambda: terminal.frames)
        end(terminal)
        terminal.until(lambda: LEFT in terminal.shown)
        modes = terminal.modes
        code = terminal.wait()

    assert code == 0
    assert modes == terminal.modes_before
    assert "Traceback" not in terminal.shown
    assert terminal.shown.rstrip().endswith(LEFT)


def test_q_does_not_wait_for_a_server_that_has_fallen_silent() -> None:
    with live(SILENT="1") as terminal:
        terminal.until(lambda: "\x1b[?25l" in terminal.shown)
        terminal.child.send("q")

        assert terminal.wait() == 0


def test_a_resize_is_drawn_at_once() -> None:
    with live(options=["--every", "3600"]) as terminal:
        terminal.until(lambda: terminal.frames)
        terminal.child.setwinsize(12, 60)
        terminal.until(lambda: len(terminal.frames) >= 2)
        terminal.child.send("q")
        terminal.wait()

    assert len(terminal.frames[-1]) == 12
    assert max(map(len, terminal.frames[-1])) == 60


def test_no_color_is_heeded() -> None:
    with live(NO_COLOR="1") as plain, live() as coloured:
        plain.until(lambda: plain.frames)
        coloured.until(lambda: coloured.frames)

    assert COLOUR.search(coloured.shown)
    assert not COLOUR.search(plain.shown)


@pytest.mark.parametrize("options", [[], ["--once"]])
def test_where_there_is_no_terminal_one_frame_is_printed(options: list[str]) -> None:
    done = subprocess.run(
        [*PROGRAM, *options],
        env={**ENVIRON, "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    assert "\x1b" not in done.stdout
    assert done.stdout.count("leadflow  ") == 1
    assert "warehouse" in done.stdout


def test_once_on_a_terminal_prints_one_frame_below_the_prompt() -> None:
    with live(options=["--once"]) as terminal:
        code = terminal.wait()

    assert code == 0
    assert "\x1b[?1049h" not in terminal.shown
    assert "12,041 waiting" in terminal.shown


def test_a_long_name_does_not_push_the_numbers_out_of_line() -> None:
    name = "a-destination-with-quite-a-long-name-40ch"
    long = BUSY._replace(destinations=(DestinationLine(name[:40], 1, 2.0, 0, 0),))

    assert "closed" in text(long)
