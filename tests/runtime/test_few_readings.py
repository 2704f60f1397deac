"""Intervals of series never seen with few readings: as wide as hiding what is known of others shows to be right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.app.requests import TrainRequest
from sextet.app.train import train
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.metrics.quantile import coverage
from sextet.runtime.few_readings import doubt_notes, doubts, readings_before, widened
from sextet.runtime.run import Run

HORIZON, ROWS = 12, 24 * 25


def days(seed: int, rows: int = ROWS) -> pd.DataFrame:
    """Twelve hourly series of several levels with a daily wave of their own shape, and noise."""
    random, hours = np.random.default_rng(seed), np.arange(rows)
    parts = []
    for k in range(12):
        level = float(random.uniform(20, 500))
        wave = random.uniform(0.1, 0.3) * np.sin(2 * np.pi * (hours - random.uniform(6, 12)) / 24)
        y = level * (1 + wave + random.normal(0, 0.02, rows))
        stamps = pd.date_range("2024-01-01", periods=rows, freq="h")
        parts.append(pd.DataFrame({"unique_id": f"{seed}-{k}", "ds": stamps, "y": y}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Trained on twelve such series."""
    out = tmp_path_factory.mktemp("few") / "run"
    train(TrainRequest(source=days(1), horizon=HORIZON, out=out, members="rule-based"))
    return Run.load(Path(out))


def panel(data: pd.DataFrame, run: Run):
    from sextet.runtime.reading import fresh_panel

    return fresh_panel(run, data)


@pytest.mark.parametrize("count", [1, 2, 5, 12, 30])
def test_new_series_with_few_readings_are_covered(run: Run, count: int) -> None:
    parts, truth = [], {}
    for k, (name, whole) in enumerate(days(2).groupby("unique_id")):
        start = 100 + 2 * k  # every time of the day
        parts.append(whole.iloc[start : start + count])
        truth[name] = whole["y"].to_numpy()[start + count : start + count + HORIZON]
    said = run.forecast(panel(pd.concat(parts), run))
    target = np.array([truth[name] for name in said.ids])
    assert coverage(target, said.quantiles, 80, said.levels) > 0.5  # at most 0.35 without
    assert (np.diff(said.quantiles, axis=-1) >= 0).all()
    assert any("little is known of: 2-0" in note for note in said.notes)


def test_series_of_training_stay_to_the_bit_beside_a_new_one(run: Run) -> None:
    alone = run.forecast(panel(days(1), run))
    beside = run.forecast(panel(pd.concat([days(1), days(2).groupby("unique_id").head(2)]), run))
    at = [beside.ids.index(name) for name in alone.ids]
    np.testing.assert_array_equal(beside.quantiles[at], alone.quantiles)
    assert not any("little is known" in note for note in alone.notes)


def test_a_new_series_of_which_enough_is_known_is_left_as_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sextet.runtime.run.doubts", lambda *asked: pytest.fail("asked"))
    assert run.reach < ROWS
    run.forecast(panel(days(2), run))


def test_what_is_measured_is_what_is_lacking(run: Run) -> None:
    history = run.history
    normal = np.array([0.0 if level == 0.5 else np.sign(level - 0.5) for level in LEVELS])

    def answers(spread: float):
        def answer(hidden, windows: WindowIndex):
            starts = hidden.offsets[:-1]
            assert (windows.row == starts + 5).all() and (hidden.known == 5).all()
            assert np.isnan(hidden.y.reshape(len(starts), -1)[:, 5:]).all()  # nothing of what comes is told
            assert not set(hidden.ids) & set(run.scaler.ids)
            prepared = run.prepared(hidden)
            return np.tile(spread * normal, (len(windows), HORIZON, 1)), prepared.scaler

        return answer

    counts = np.array([5, 5])
    sure, wide = (doubts(counts, history, HORIZON, LEVELS, answers(spread), {}) for spread in (0.01, 3.0))
    assert sure[0] == sure[1] > 0.3 and wide.tolist() == [0.0, 0.0]
    short = replace(history, known=np.full(history.series, 5))
    assert doubts(counts, short, HORIZON, LEVELS, answers(0.01), {}).tolist() == [0.0, 0.0]


def test_not_every_number_of_readings_is_measured_and_none_twice(run: Run) -> None:
    known: dict[int, float] = {}
    asked: list[int] = []

    def answer(hidden, windows: WindowIndex):
        asked.append(int(hidden.known[0]))
        return run._as_unseen(hidden, windows)

    for count in range(1, 97):
        doubts(np.array([count]), run.history, HORIZON, LEVELS, answer, known)
    assert len(asked) == len(set(asked)) == len(known) < 30
    assert {1, 2, 3, 4, 8, 16, 24, 48, 72, 96} <= set(known)
    assert run.forecast(panel(days(2).groupby("unique_id").head(2), run)).notes and run._doubts
    assert replace(run, config=run.config)._doubts == {}  # another history or calibration is measured anew


def test_readings_are_counted_up_to_the_window(run: Run) -> None:
    index = WindowIndex(series=np.array([1, 1], np.int32), row=run.history.offsets[1] + np.array([0, 30]))
    assert readings_before(run.history, index).tolist() == [0, 30]


@given(st.lists(st.floats(-5, 5), min_size=len(LEVELS), max_size=len(LEVELS)), st.floats(0.0, 5.0))
def test_wider_quantiles_keep_median_and_order(values: list[float], doubt: float) -> None:
    z = np.sort(np.array(values)).reshape(1, 1, -1)
    wide = widened(z, LEVELS, np.array([doubt]))
    assert wide[0, 0, MEDIAN] == z[0, 0, MEDIAN] and (np.diff(wide) >= -1e-12).all()
    assert (np.abs(wide - wide[..., [MEDIAN]]) >= np.abs(z - z[..., [MEDIAN]]) - 1e-12).all()
    assert widened(z, LEVELS, np.zeros(1)) is z


def test_names_of_many_are_not_all_told() -> None:
    (note,) = doubt_notes([f"s{k}" for k in range(9)], np.ones(9))
    assert note.endswith("s0, s1, s2, s3, s4 and others.") and doubt_notes(["a"], np.zeros(1)) == []
