"""The rivals on NAB against their definitions, and how files are split and read."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest

import nab
from sextet.evaluate.spikes import NAB_PROFILES
from sextet.watching.clock import Clock
from sextet.watching.watcher import Watcher


def file(values: list[float], windows: list[tuple[int, int]] | None = None) -> nab.NabFile:
    return nab.NabFile(path="x", stamps=[], values=np.array(values, dtype=float), windows=windows or [])


def test_the_windowed_gaussian_moves_by_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nab, "_WINDOW", 6)
    monkeypatch.setattr(nab, "_STEP", 3)
    values = np.random.default_rng(0).normal(size=30)
    found = nab.windowed_gaussian(file(values.tolist()))
    assert found[0] == 0.0
    for row, low, high in ((4, 0, 4), (6, 0, 6), (7, 0, 6), (8, 0, 6), (9, 3, 9), (11, 3, 9), (12, 6, 12)):
        mean, sd = values[low:high].mean(), values[low:high].std()
        expected = 1 - 0.5 * math.erfc(abs(values[row] - mean) / sd / math.sqrt(2))
        assert found[row] == pytest.approx(expected), row


def test_relative_entropy_alarms_on_a_histogram_not_seen_before() -> None:
    values = [1.0, 9.0] * 100 + [5.0] * 60 + [0.0, 10.0]
    found = nab.relative_entropy(file(values))
    assert found[:200].sum() == 0 and found[200:260].sum() >= 1
    assert nab.relative_entropy(file([3.0] * 100)).sum() == 0


def test_a_rival_gets_its_best_threshold() -> None:
    score = np.zeros(200)
    score[[50, 120, 150]] = 0.9, 0.5, 0.95
    scored = [(file(score.tolist(), [(50, 59), (150, 159)]), score)]
    cut = nab.best_threshold(scored, NAB_PROFILES["standard"])
    assert nab.total(scored, cut).hits == 2 and nab.total(scored, cut).false_alarms == 0


def test_an_alert_that_gets_worse_is_one_alarm() -> None:
    values = np.random.default_rng(0).normal(10, 1, size=1600)
    values[[1500, 1576]] = 15.0, 60.0
    stamps = [f"2024-01-{1 + row // 288:02d} {row % 288 // 12:02d}:{row % 12 * 5:02d}:00" for row in range(1600)]
    watcher, clock = Watcher(), Clock()
    events = {}
    for row, (stamp, value) in enumerate(zip(stamps, values.tolist(), strict=True)):
        second = clock.second(stamp)
        assert second is not None
        if finding := watcher.take("", stamp, second, value):
            events[row] = finding.event
    assert events[1500] == "start" and events[1576] == "worse"
    found = nab.watched(nab.NabFile(path="x", stamps=stamps, values=values, windows=[]))
    assert found == [row for row, event in events.items() if event == "start"]


def test_files_are_read_and_split(tmp_path: Path) -> None:
    names = [f"part/file_{number}.csv" for number in range(8)]
    (tmp_path / "data" / "part").mkdir(parents=True)
    (tmp_path / "labels").mkdir()
    for name in names[1:]:
        rows = [f"2024-01-01 0{hour}:00:00,{hour}" for hour in range(5)]
        (tmp_path / "data" / name).write_text("\n".join(["timestamp,value", *rows, rows[-1]]), encoding="utf-8")
    windows = [["2024-01-01 01:00:00.000000", "2024-01-01 04:00:00.000000"]]
    (tmp_path / "labels" / "combined_windows.json").write_text(json.dumps(dict.fromkeys(names, windows)))
    halves = {half: list(nab.files(tmp_path, half)) for half in nab.HALVES}
    assert sorted(f.path for part in halves.values() for f in part) == names[1:]
    for half, parity in (("even", 0), ("odd", 1)):
        assert all(hashlib.sha256(f.path.encode()).digest()[-1] % 2 == parity for f in halves[half])
    assert halves["even"][0].windows == [(1, 4)]  # the last stamp comes twice: its first row ends the window
