"""What a run's history teaches a watch: it judges from the first row, and passes over rows that the run holds."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet.app.requests import TrainRequest
from sextet.app.train import train
from sextet.app.watch import watch
from sextet.core.errors import ConfigError
from sextet.runtime.run import REHEARSED, Run
from sextet.samples import synthetic
from sextet.watching.foretold import RunForecasts
from sextet.watching.rehearsal import foretold

HORIZON, KNOWN = 6, 900


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Three hourly series; the run knows the first 900 rows of two."""
    return synthetic(series=3, rows=1300, freq="h", seed=1).drop(columns="spike_label")


@pytest.fixture(scope="module")
def run(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out: Path = tmp_path_factory.mktemp("rehearsal") / "run"
    known = frame[frame.unique_id != "series_02"].groupby("unique_id").head(KNOWN)
    train(TrainRequest(source=known, horizon=HORIZON, out=out, members="rule-based"))
    return Run.load(out)


def late(frame: pd.DataFrame, name: str = "series_00", first: int = KNOWN) -> pd.DataFrame:
    return frame[frame.unique_id == name].iloc[first:].copy()


def test_a_run_holds_more_than_a_forecast_reads(run: Run) -> None:
    assert run.history.known.tolist() == [run.reach + REHEARSED] * 2


def test_the_past_is_the_history_and_its_end_is_foretold(run: Run, frame: pd.DataFrame) -> None:
    forecasts = RunForecasts(run)
    past = forecasts.past("series_00")
    given = frame[frame.unique_id == "series_00"].iloc[KNOWN - len(past) : KNOWN]
    np.testing.assert_array_equal([row.value for row in past], given.y)
    seconds = given.ds.to_numpy().astype("datetime64[ns]").astype(np.int64) / 1e9
    np.testing.assert_array_equal([row.second for row in past], seconds)
    assert [row.told is not None for row in past] == [False] * run.reach + [True] * REHEARSED
    told = [(row, row.told) for row in past if row.told is not None]
    assert 0.8 < np.mean([one.low <= row.value <= one.high for row, one in told]) <= 1
    assert forecasts.until("series_00") == seconds[-1] + 3600.0
    assert forecasts.until("series_02") == -math.inf and forecasts.past("series_02") == []


def test_rehearsing_changes_nothing_of_the_forecasts(run: Run, frame: pd.DataFrame) -> None:
    rehearsed, plain = RunForecasts(run), RunForecasts(run)
    rehearsed.past("series_00")
    rows = [("series_00", row.ds.timestamp(), row.y) for row in late(frame).head(20).itertuples()]
    assert [rehearsed(*row) for row in rows] == [plain(*row) for row in rows]


def test_the_first_rows_are_judged(run: Run, frame: pd.DataFrame) -> None:
    rows = late(frame)
    rows.iloc[3, rows.columns.get_loc("y")] += 200.0
    found = list(watch(rows.head(10), run, every=True))
    assert len(found) == 10 and all(math.isfinite(one.low) and math.isfinite(one.high) for one in found)
    assert [one.event for one in found][:4] == ["", "", "", "start"]
    assert "expected by the forecast" in found[3].reason and found[3].severity == "critical"


def test_few_of_the_first_rows_are_alerts(run: Run, frame: pd.DataFrame) -> None:
    for name in ("series_00", "series_01"):
        alerts = list(watch(late(frame, name).head(150), run))
        assert len(alerts) <= 2


def test_rows_that_the_run_holds_are_passed_over(run: Run, frame: pd.DataFrame) -> None:
    whole, rest = (watch(late(frame, first=first), run, every=True) for first in (0, KNOWN))
    assert list(whole) == list(rest)
    assert whole.counts() == {**rest.counts(), "held": KNOWN}
    back = watch(pd.concat([late(frame).head(5), late(frame, first=0).head(3)]), run)
    assert list(back) == [] and back.counts()["held"] == 3 and back.counts()["late"] == 0


def test_a_gap_after_the_history_is_none_of_the_stream(run: Run, frame: pd.DataFrame) -> None:
    watching = watch(late(frame, first=KNOWN + 100).head(50), run, every=True)
    assert len(list(watching)) == 50 and watching.counts()["gaps"] == watching.counts()["astray"] == 0


def test_a_watch_goes_on_from_its_state(run: Run, frame: pd.DataFrame, tmp_path: Path) -> None:
    rows = late(frame)
    expected = list(watch(rows, run, every=True))
    state = tmp_path / "state"
    found = list(watch(rows.head(70), run, every=True, state=state))
    second = watch(rows, run, every=True, state=state)
    found += second
    assert [one.stamp for one in found] == [one.stamp for one in expected]
    # a forecast is made anew where it goes on, so that a few rows after are told from nearer
    assert sum(one != other for one, other in zip(found, expected, strict=True)) < 330
    assert second.counts()["passed"] == 70 and second.counts()["held"] == 0


def test_a_series_never_seen_is_judged_by_the_forecast_alone(run: Run, frame: pd.DataFrame) -> None:
    rows = late(frame, "series_02")
    rows.iloc[80, rows.columns.get_loc("y")] += 500.0
    found = list(watch(rows.head(100), run, every=True))
    starts = [row for row, one in enumerate(found) if one.event == "start"]
    assert 80 in starts and len(starts) <= 2
    assert all(math.isfinite(one.low) for one in found[HORIZON:])


def test_what_quantiles_tell_of_values() -> None:
    levels = (0.025, 0.5, 0.975)
    quantiles = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [np.nan, 1.0, 2.0], [0.0, 1.0, 2.0]])
    inside, missing, unsure, far = foretold(quantiles, np.array([1.0, np.nan, 1.0, 1e9]), levels)
    assert inside is not None and (inside.low, inside.high) == pytest.approx((0.0, 2.0)) and inside.distance == 0.0
    assert missing is not None and missing.distance == 0.0
    assert unsure is None and far is not None and far.distance == 40.0


def test_a_state_belongs_to_its_run(run: Run, frame: pd.DataFrame, tmp_path: Path) -> None:
    rows = late(frame).head(40)
    list(watch(rows, run, state=tmp_path / "state"))
    list(watch(late(frame).head(60), replace(run, history=run.history), state=tmp_path / "state"))
    with pytest.raises(
        ConfigError, match="written by a watch with a run of 2 series, step h .*; this one is with no run"
    ):
        watch(rows, state=tmp_path / "state")
    list(watch(rows, state=tmp_path / "bare"))
    with pytest.raises(ConfigError, match="with no run; this one is with a run of 2 series"):
        watch(rows, run, state=tmp_path / "bare")
    old = json.loads((tmp_path / "bare").read_text())
    del old["run"]  # of an earlier version
    (tmp_path / "bare").write_text(json.dumps(old))
    watch(rows, run, state=tmp_path / "bare")


def test_a_first_row_years_ahead_of_the_run_is_set_aside(run: Run, frame: pd.DataFrame) -> None:
    rows = late(frame)
    slip = rows.head(1).assign(ds=rows.ds.iloc[0] + pd.DateOffset(years=60))
    watching = watch(pd.concat([slip, rows]), run, every=True)
    assert list(watching) == list(watch(rows, run, every=True)) and watching.counts()["astray"] == 1
