"""A run's forecasts along a stream: the Rule-Based member alone, trained in a second, without TensorFlow."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from sextet.app.requests import TrainRequest
from sextet.app.train import train
from sextet.core.errors import ConfigError
from sextet.runtime.run import Run
from sextet.samples import synthetic
from sextet.watching.foretold import RunForecasts
from sextet.watching.judge import Foretold
from sextet.watching.watcher import Watcher

HORIZON = 6
Told = list[Foretold | None]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Two hourly series; the run knows their first 900 rows."""
    return synthetic(series=2, rows=1300, freq="h", seed=1).drop(columns="spike_label")


@pytest.fixture(scope="module")
def run(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out: Path = tmp_path_factory.mktemp("watching") / "run"
    known = frame.groupby("unique_id").head(900)
    train(TrainRequest(source=known, horizon=HORIZON, out=out, members="rule-based"))
    return Run.load(out)


def rows(frame: pd.DataFrame, name: str = "series_00", first: int = 900) -> list[tuple[str, float, float]]:
    late = frame[frame.unique_id == name].iloc[first:]
    seconds = late.ds.to_numpy().astype("datetime64[ns]").astype(np.int64) / 1e9
    return [(name, float(second), float(value)) for second, value in zip(seconds, late.y, strict=True)]


def told(forecasts: RunForecasts, stream: list[tuple[str, float, float]]) -> Told:
    return [forecasts(*row) for row in stream]


def test_the_first_rows_are_held_against_the_forecast_of_the_run(run: Run, frame: pd.DataFrame) -> None:
    found = told(RunForecasts(run), rows(frame)[:HORIZON])
    forecast = run.forecast()
    levels = list(forecast.levels)
    for step, (_, _, value) in enumerate(rows(frame)[:HORIZON]):
        expected, at = forecast.quantiles[0, step], found[step]
        assert at is not None
        assert at.low == pytest.approx(expected[levels.index(0.025)]) and at.high == pytest.approx(expected[-1])
        share = np.interp(value, expected, [NormalDist().inv_cdf(level) for level in levels])
        if expected[0] < value < expected[-1]:
            assert at.distance == pytest.approx(abs(share), abs=1e-5)
        else:
            assert at.distance >= 1.95


def test_most_rows_lie_in_the_interval_and_a_spike_does_not(run: Run, frame: pd.DataFrame) -> None:
    stream = rows(frame)
    found = told(RunForecasts(run), stream)
    inside = [at.low <= value <= at.high for at, (_, _, value) in zip(found, stream, strict=True) if at]
    assert len(inside) == len(stream) and 0.8 < np.mean(inside) <= 1
    name, second, value = stream[10]
    forecasts = RunForecasts(run)
    told(forecasts, stream[:10])
    spike = forecasts(name, second, value + 1000)
    assert spike is not None and spike.distance > 8


def test_a_forecast_made_every_row_is_of_one_step(run: Run, frame: pd.DataFrame) -> None:
    stream = rows(frame)[:60]
    often, seldom = told(RunForecasts(run, 1), stream), told(RunForecasts(run), stream)
    assert often[0] == seldom[0] and often != seldom


def test_gaps_missing_numbers_and_rows_known_already(run: Run, frame: pd.DataFrame) -> None:
    stream = rows(frame)
    forecasts = RunForecasts(run)
    assert told(forecasts, rows(frame, first=890)[:10]) == [None] * 10  # the run has seen them
    assert all(told(forecasts, [stream[0], *stream[4:9]]))  # three rows did not come
    empty = forecasts("series_00", stream[9][1], math.nan)
    assert empty is not None and empty.distance == 0.0
    line = forecasts.series["series_00"]
    assert sum(math.isnan(value) for value in line.y[-10:]) == 4
    far = forecasts("series_00", stream[9][1] + 3600.0 * 50_000, 1.0)
    assert far is None and len(line.y) <= 3  # a gap longer than the run looks back: it starts anew
    assert forecasts("series_00", stream[9][1] + 3600.0 * 50_001, 1.0) is not None


def test_memory_does_not_grow_with_the_stream(run: Run, frame: pd.DataFrame) -> None:
    forecasts = RunForecasts(run)
    told(forecasts, rows(frame))
    line = forecasts.series["series_00"]
    assert len(line.y) <= run.reach + 10 * HORIZON and len(line.cutoffs) <= 9


def test_a_series_never_seen_is_foretold_once_it_has_a_past(run: Run, frame: pd.DataFrame) -> None:
    stream = [("new", second, value) for _, second, value in rows(frame)]
    found = told(RunForecasts(run), stream)
    assert found[0] is None and all(found[HORIZON:])


def test_a_nameless_stream_of_one_series_is_the_only_one_of_the_run(frame: pd.DataFrame, tmp_path: Path) -> None:
    one = frame[frame.unique_id == "series_00"]
    train(TrainRequest(source=one.iloc[:900], horizon=HORIZON, out=tmp_path / "run", members="rule-based"))
    forecasts = RunForecasts(Run.load(tmp_path / "run"))
    _, second, value = rows(frame)[0]
    assert forecasts("", second, value) is not None


def test_it_goes_on_from_its_state(run: Run, frame: pd.DataFrame) -> None:
    stream = rows(frame)[:100]
    whole, first = RunForecasts(run, 1), RunForecasts(run, 1)
    expected = told(whole, stream)
    found = told(first, stream[:50])
    again = RunForecasts(run, 1)
    again.restore(json.loads(json.dumps(first.to_json(), allow_nan=False)))
    assert found + told(again, stream[50:]) == expected


def test_a_watch_with_a_run_alerts_on_what_the_run_did_not_expect(
    run: Run, frame: pd.DataFrame, tmp_path: Path
) -> None:
    watcher = Watcher(foretell=RunForecasts(run))
    stream = rows(frame)
    found = []
    for row, (name, second, value) in enumerate(stream):
        odd = value + (200.0 if row == 350 else 0.0)
        finding = watcher.take(name, str(row), second, odd)
        found += [finding] if finding else []
    alert = next(finding for finding in found if finding.stamp == "350")
    assert "expected by the forecast" in alert.reason and alert.high < stream[350][2] + 200
    watcher.save(tmp_path / "state")
    again = Watcher.load(tmp_path / "state", foretell=RunForecasts(run))
    assert again.foretell is not None and again.foretell.to_json() == watcher.foretell.to_json()


def test_what_is_refused(run: Run) -> None:
    for refresh in (0, HORIZON + 1):
        with pytest.raises(ConfigError, match=f"--refresh from 1 to the run's horizon {HORIZON}"):
            RunForecasts(run, refresh)
    with pytest.raises(ConfigError, match="needs the covariates wind"):
        RunForecasts(replace(run, history=replace(run.history, past_names=("wind",))))
