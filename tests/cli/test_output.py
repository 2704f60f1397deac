"""What goes to the terminal: JSON, tables, progress, odd terminals."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from sextet.cli.output import PIPE_WIDTH, console, plain
from sextet.cli.progress import LINE_SECONDS, Lines, duration, listener
from sextet.cli.tables import number, print_leaderboard
from sextet.core.progress import Tick

WORDS = st.text(max_size=5)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
VALUES = st.recursive(
    LEAVES, lambda part: st.lists(part, max_size=3).map(tuple) | st.dictionaries(WORDS, part, max_size=3)
)


@given(VALUES)
def test_anything_becomes_json(value):
    text = json.dumps(plain(value), allow_nan=False)
    assert plain(json.loads(text)) == plain(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(1.5), 1.5),
        (np.float64("nan"), None),
        (np.int64(3), 3),
        (np.array([[1.0, np.inf]]), [[1.0, None]]),
        (np.datetime64("2024-01-01T00:05", "ns"), "2024-01-01T00:05:00"),
        (np.array(["2024-01-01", "NaT"], dtype="datetime64[D]"), ["2024-01-01T00:00:00", None]),
        (Path("a") / "b", str(Path("a/b"))),
        ({1: (True, None)}, {"1": [True, None]}),
    ],
)
def test_plain_values(value, expected):
    assert plain(value) == expected


def _tick(member: str = "gru", epoch: int = 1, step: int = 3, left: float = 125.0) -> Tick:
    return Tick(member=member, epoch=epoch, epochs=4, step=step, steps=10, loss=0.5, select=0.25, seconds_left=left)


def test_lines_are_few():
    now = [0.0]
    text = io.StringIO()
    lines = Lines(Console(file=text, width=200), clock=lambda: now[0])
    for _ in range(1000):
        lines.tick(_tick())
        now[0] += LINE_SECONDS / 100
    assert len(text.getvalue().splitlines()) == 10
    assert text.getvalue().splitlines()[0] == "  GRU: epoch 1/4, loss 0.5, select 0.25, 2 min 5 s left"
    lines.tick(_tick("lstm", step=2))
    assert text.getvalue().splitlines()[-1] == "  LSTM: epoch 1/4, loss 0.5, select 0.25"  # no time left yet
    lines.member_done("lstm", 61, 0.125)
    lines.member_done("rule-based", 0.2, float("nan"))
    assert text.getvalue().splitlines()[-1] == "  Rule-Based: done in 0 s"
    lines.note("a [b] c")
    assert text.getvalue().splitlines()[-3::2] == ["  LSTM: done in 1 min 1 s, select 0.125", "note: a [b] c"]


def _bars(**options: object) -> str:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=120, **options)
    with listener(console) as bars:
        bars.stage("reading data")
        bars.tick(_tick("GRU"))
        bars.tick(_tick("GRU", epoch=2, step=5, left=float("nan")))
        bars.note("one [gap]")
        bars.member_done("GRU", 3, 0.125)
        bars.stage("learning weights")
        bars.member_done("Rule-Based", 0.5, 0.25)
    return text.getvalue()


def test_bars_on_a_terminal():
    text = _bars(color_system=None)
    assert "epoch 2/4, loss 0.5, select 0.25" in text or "done in 3 s, select 0.125" in text
    last = [line for line in text.split("\n") if line.strip()]
    assert any("Rule-Based" in line and "done in 0 s" in line for line in last)
    assert any("learning weights" in line for line in last)
    assert "note: one [gap]" in text


def test_bars_without_unicode():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    console = Console(file=stream, force_terminal=True, width=80, color_system=None)
    with listener(console) as bars:
        bars.stage("reading data")
        bars.tick(_tick())
        bars.member_done("GRU", 3, 0.125)
    stream.flush()
    assert b"GRU" in raw.getvalue()


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (4800, "1 h 20 min")])
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_leaderboard_fits(leaderboard, width):
    text = io.StringIO()
    print_leaderboard(Console(file=text, width=width), leaderboard)
    lines = text.getvalue().splitlines()
    assert max(len(line) for line in lines) <= width
    assert "…" not in text.getvalue()
    assert any("* Ensemble" in line and "1.5" in line for line in lines)
    assert ("WAPE %" in "".join(lines[:4])) == (width >= 120)
    whole = " ".join(text.getvalue().split())
    assert "accuracy % = 100 x (1 - WAPE)" in whole
    assert ("Left out to fit" in whole) == (width < 200)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (14.53, "14.53"),
        (1.5, "1.500"),
        (0.00012344, "0.0001234"),
        (123456.7, "123,457"),
        (-2, "-2.000"),
        (0, "0.000"),
        (2.5e12, "2.500e+12"),
        (float("nan"), "-"),
        (float("inf"), "inf"),
        (None, "-"),
    ],
)
def test_numbers(value, text):
    assert number(value) == text


def test_no_colour_is_needed(leaderboard):
    coloured = io.StringIO()
    print_leaderboard(Console(file=coloured, width=120, force_terminal=True, highlight=False), leaderboard)
    codes = set(re.findall(r"\x1b\[([0-9;]*)m", coloured.getvalue()))
    assert codes <= {"0", "1", "2", "3"}  # bold, dim and italic, no colour


def test_no_test_part_no_leaderboard():
    text = io.StringIO()
    print_leaderboard(Console(file=text, width=80), [])
    assert "no test part" in text.getvalue()


# What a bare process does: no use case in it, so the interpreter's own streams are tested.
_SCRIPT = """
import sys, types
from sextet.cli import main
fake = types.ModuleType("sextet.app.show")
fake.summary = lambda run: {"horizon": 1, "notes": ["ü " * 40] * LINES}
sys.modules["sextet.app.show"] = fake
sys.argv = ["sextet", "show", "run"]
main.main()
"""


def _process(lines: int, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _SCRIPT.replace("LINES", str(lines))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )


def test_a_closed_pipe_is_no_error():
    process = _process(20_000)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    assert (process.wait(), said) == (0, b"")
    process.stderr.close()


def test_what_goes_to_a_file_is_not_padded(leaderboard, capsys):
    print_leaderboard(console(), leaderboard)
    said = capsys.readouterr().out
    assert "* Ensemble" in said and all(line == line.rstrip() for line in said.splitlines())
    assert max(map(len, said.splitlines())) <= PIPE_WIDTH


def test_a_terminal_without_utf8():
    out, err = _process(1, PYTHONIOENCODING="ascii", PYTHONUTF8="0").communicate()
    assert b"? ?" in out and err == b""


def test_starting_imports_nothing_heavy():
    heavy = "numpy pandas scipy pyarrow narwhals onnxruntime rich keras tensorflow".split()
    code = f"import sys, sextet.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
