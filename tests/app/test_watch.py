"""Watching as a use case: findings one by one, states that survive, a run held against a stream."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import sextet
from sextet.app import watch as module
from sextet.app.watch import watch
from sextet.core.errors import ConfigError, DataError, RunError


def stream(rows: int, spikes: tuple[int, ...] = (700,), seed: int = 3) -> list[tuple[pd.Timestamp, float]]:
    draw = random.Random(seed)
    start, step = pd.Timestamp("2024-01-01"), pd.Timedelta(minutes=5)
    return [(start + row * step, draw.gauss(10, 1) + (50.0 if row in spikes else 0.0)) for row in range(rows)]


def test_it_is_offered_by_the_package() -> None:
    assert sextet.watch is watch and "watch" in sextet.__all__


def test_findings_come_while_the_stream_still_goes_on() -> None:
    taken = 0

    def rows() -> Iterator[tuple[pd.Timestamp, float]]:
        nonlocal taken
        for row in stream(2000):
            taken += 1
            yield row

    watching = watch(rows())
    alert = next(finding for finding in watching if finding.value > 50)
    assert taken == 701 and alert.stamp == str(stream(701)[-1][0]) and watching.counts()["rows"] == 701


def test_the_state_is_written_at_the_end_and_when_the_watch_breaks_off(tmp_path: Path) -> None:
    rows, state = stream(1500, spikes=(700, 1400)), tmp_path / "state.json"
    whole = [finding.alert for finding in watch(rows)]

    def broken() -> Iterator[tuple[pd.Timestamp, float]]:
        yield from rows[:900]
        raise OSError("the line is dead")

    found = []
    with pytest.raises(OSError, match="dead"):
        for finding in watch(broken(), state=state):
            found.append(finding.alert)
    found += [finding.alert for finding in watch(rows, state=state)]
    assert found == whole and len(set(found)) == len(found)
    again = watch(rows, state=state)
    assert list(again) == [] and again.counts()["passed"] >= 1500


def test_how_texts_are_written_can_be_told() -> None:
    lines = [f"{1 + row:02d}/01/2024,1.{row:03d}" for row in range(12)]
    told = watch(lines, every=True, columns={"dates": "day/month/year", "decimal": ","})
    assert [found.value for found in told] == [1000.0 + row for row in range(12)] and not told.heard.notes[1:]
    with pytest.raises(ConfigError, match="order of dates"):
        watch(lines, columns={"dates": "dmy"})


def test_a_watch_that_is_closed_keeps_its_state(tmp_path: Path) -> None:
    watching = watch(stream(1500, spikes=(700, 1400)), state=tmp_path / "state.json")
    next(watching)
    assert not (tmp_path / "state.json").exists()
    watching.close()
    assert (tmp_path / "state.json").exists() and list(watching) == []


def test_the_state_is_written_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SAVE_SECONDS", 0.0)
    state, seen = tmp_path / "state.json", []

    def rows() -> Iterator[tuple[pd.Timestamp, float]]:
        for row in stream(1100):
            seen.append(state.exists())
            yield row

    list(watch(rows(), state=state))
    assert seen[1] and not seen[0]


def test_a_run_is_held_against_the_stream(small_run: Path, frame: pd.DataFrame) -> None:
    later = frame.assign(ds=frame["ds"] + pd.Timedelta(hours=500))
    watching = watch(later, small_run, every=True, refresh=3)
    found = list(watching)
    assert watching.counts()["rows"] == len(found) == len(later)
    assert found[400].low < found[400].high


def test_what_is_refused(small_run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="risk"):
        watch([], risk=0.5)
    with pytest.raises(ConfigError, match="refresh"):
        watch([], small_run, refresh=100)
    with pytest.raises(ConfigError, match="--refresh 5 .* no run was given"):
        watch([], refresh=5)
    with pytest.raises(RunError):
        watch([], tmp_path / "no run")
    with pytest.raises(DataError, match="There is no file"):
        list(watch(tmp_path / "none.csv"))
    (tmp_path / "state").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="no state"):
        watch([], state=tmp_path / "state")


def test_a_zone_is_told_and_kept_in_the_state(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    utc = pd.date_range("2024-10-26 12:00", periods=24, freq="h", tz="UTC")
    rows = [(stamp, 1.0) for stamp in utc.tz_convert("Europe/Berlin").tz_localize(None)]
    twice = [str(stamp) for stamp, _ in rows].index("2024-10-27 02:00:00") + 1  # the second pass begins here
    first = watch(rows[:twice], state=state, columns={"tz": "Europe/Berlin"})
    assert list(first) == [] and first.counts()["rows"] == twice
    again = watch(rows[twice:], state=state, every=True)
    assert len(list(again)) == 24 - twice and again.counts()["duplicates"] == again.counts()["passed"] == 0
    whole = watch(rows, state=state)
    assert list(whole) == [] and whole.counts()["passed"] == 24 and whole.counts()["rows"] == 0
    blind = watch(rows)
    assert list(blind) == [] and blind.counts()["duplicates"] == 1
    with pytest.raises(ConfigError, match=r"--tz UTC: the state was written by a watch with the clock of Europe/Berl"):
        watch(rows, state=state, columns={"tz": "UTC"})
    with pytest.raises(ConfigError, match="Expected a time zone such as Europe/Berlin"):
        watch(rows, columns={"tz": "Berlin"})


def test_without_a_zone_none_are_loaded() -> None:
    code = (
        "import sys; from sextet import watch; list(watch(iter(['ds,y', '2024-01-01 00:00,1', '2024-01-01 01:00,2'])));"
        "sys.exit(any(name in sys.modules for name in ('zoneinfo', 'pyarrow', 'tensorflow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0
