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
from sextet.app.watch import watch
from sextet.core.errors import ConfigError, DataError
from sextet.data.options import DataOptions
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
    with pytest.raises(ConfigError, match="--refresh 1; got 2.*price known ahead"):
        RunForecasts(replace(run, history=replace(run.history, future_names=("price",))), 2)


DRIVEN = 40.0  # what the price adds to the target for each unit


@pytest.fixture(scope="module")
def priced() -> pd.DataFrame:
    """One hourly series that follows a price, known ahead, and a wind, not known ahead, a row later."""
    random = np.random.default_rng(5)
    price, wind = random.integers(0, 2, 1100).astype(float), random.normal(0, 1, 1100)
    y = 100 + DRIVEN * price + 5 * np.roll(wind, 1) + random.normal(0, 1, 1100)
    stamps = pd.date_range("2024-01-01", periods=1100, freq="h")
    return pd.DataFrame({"unique_id": "a", "ds": stamps, "y": y, "wind": wind, "price": price})


@pytest.fixture(scope="module")
def driven(priced: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that knows the first 900 rows and both covariates."""
    out: Path = tmp_path_factory.mktemp("watching") / "driven"
    data = DataOptions(past=("wind",), future=("price",))
    known = priced.copy()
    known.loc[900:, ["y", "wind"]] = np.nan
    train(TrainRequest(source=known.head(900 + HORIZON), horizon=HORIZON, out=out, members="rule-based", data=data))
    return Run.load(out)


def fields(frame: pd.DataFrame) -> list[tuple[str, float, float, tuple[float, float]]]:
    seconds = frame.ds.to_numpy().astype("datetime64[ns]").astype(np.int64) / 1e9
    return [
        ("a", float(second), float(value), (float(wind), float(price)))
        for second, value, wind, price in zip(seconds, frame.y, frame.wind, frame.price, strict=True)
    ]


def test_covariates_come_with_the_rows(driven: Run, priced: pd.DataFrame) -> None:
    forecasts = RunForecasts(driven)
    assert forecasts.covariates == ("wind", "price") and forecasts.refresh == 1
    stream = fields(priced.iloc[900:])
    found = [forecasts(*row) for row in stream]
    # the first is the forecast of the run, which was told the price ahead
    assert found[0] is not None
    first = driven.forecast()
    levels = list(first.levels)
    assert found[0].low == pytest.approx(first.quantiles[0, 0, levels.index(0.025)], abs=1.0)
    line = forecasts.series["a"]
    assert len(line.x) == len(line.y) and line.x[-1] == stream[-1][3]
    # without what the stream says, the forecast is another one
    other = RunForecasts(driven)
    blind = [other(name, second, value, (wind, 1.0 - price)) for name, second, value, (wind, price) in stream]
    assert [one.low for one in blind if one] != [one.low for one in found if one]


def test_gaps_and_state_with_covariates(driven: Run, priced: pd.DataFrame) -> None:
    stream = fields(priced.iloc[900:960])
    whole, first = RunForecasts(driven), RunForecasts(driven)
    kept = stream[:20] + stream[23:]
    expected = [whole(*row) for row in kept]
    assert all(expected) and math.isnan(whole.series["a"].x[-len(stream) + 21][0])
    found = [first(*row) for row in kept[:30]]
    again = RunForecasts(driven)
    again.restore(json.loads(json.dumps(first.to_json(), allow_nan=False)))
    assert found + [again(*row) for row in kept[30:]] == expected


@pytest.mark.parametrize("kind", ["csv", "json", "frame"])
def test_a_watch_reads_them_by_name(driven: Run, priced: pd.DataFrame, tmp_path: Path, kind: str) -> None:
    late = priced.iloc[900:1000]
    if kind == "frame":
        data: object = late
    elif kind == "csv":
        data = late[["price", "y", "ds", "unique_id", "wind"]].to_csv(index=False).splitlines()
    else:
        data = late.assign(ds=late.ds.astype(str)).to_json(orient="records", lines=True).splitlines()
    watching = watch(data, driven, every=True)
    assert len(list(watching)) == 100 and watching.counts()["unreadable"] == 0
    line = watching._watcher.foretell.series["a"]  # type: ignore[union-attr]
    np.testing.assert_allclose(line.x[-1], late[["wind", "price"]].to_numpy()[-1], rtol=1e-6)


def test_a_stream_that_lacks_them_is_refused(driven: Run, priced: pd.DataFrame) -> None:
    late = priced.iloc[900:910]
    with pytest.raises(DataError, match="no column 'price'.*trained with it"):
        list(watch(late.drop(columns="price"), driven))
    for nameless in ([("2024-02-07 12:00", 1.0)], ["2024-02-07 12:00,1.0"]):
        with pytest.raises(DataError, match="trained with wind, price, which rows without names"):
            list(watch(nameless, driven))


BERLIN = "Europe/Berlin"


def hours(first: str, count: int) -> pd.DataFrame:
    """One hourly series in Berlin with a daily wave by its clock; stamps name the zone."""
    stamps = pd.date_range(first, periods=count, freq="h", tz=BERLIN)
    noise = np.random.default_rng(7).normal(0, 1, count)
    return pd.DataFrame({"unique_id": "a", "ds": stamps, "y": 50 + 20 * np.sin(stamps.hour * math.pi / 12) + noise})


def by_the_clock(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with stamps that name no zone."""
    return frame.assign(ds=frame.ds.dt.tz_localize(None))


@pytest.mark.parametrize("first", ["2024-09-20", "2024-02-23"])
@pytest.mark.parametrize("naive", [True, False])
def test_stamps_without_a_zone_are_by_the_clock_of_the_runs(first: str, naive: bool, tmp_path: Path) -> None:
    whole = hours(first, 1200)  # the clock is put back, or forward, about row 890
    data = DataOptions(tz=BERLIN) if naive else DataOptions()
    known = by_the_clock(whole) if naive else whole
    train(TrainRequest(source=known.iloc[:800], horizon=24, out=tmp_path / "run", members="rule-based", data=data))
    late = whole.iloc[800:]
    aware = watch(late, tmp_path / "run", every=True)
    expected = list(aware)
    assert len(expected) == 400 and aware.counts()["duplicates"] == aware.counts()["gaps"] == 0
    clock = by_the_clock(late)
    clock.to_csv(tmp_path / "late.csv", index=False)
    lines = clock.assign(ds=clock.ds.dt.strftime("%d.%m.%Y %H:%M")).to_csv(index=False, sep=";").splitlines()
    for stream in (clock, tmp_path / "late.csv", iter(lines)):
        watching = watch(stream, tmp_path / "run", every=True)
        found = list(watching)
        assert watching.counts() == aware.counts()
        for one, other in zip(found, expected, strict=True):
            assert (one.value, one.low, one.high, one.probability) == pytest.approx(
                (other.value, other.low, other.high, other.probability), nan_ok=True
            )


def test_daily_runs_are_by_date(tmp_path: Path) -> None:
    days = hours("2023-01-01", 24 * 600).iloc[::24]
    frame = by_the_clock(days).assign(ds=pd.date_range("2023-01-01", periods=600))
    data = DataOptions(tz=BERLIN)
    train(TrainRequest(source=frame.iloc[:400], horizon=7, out=tmp_path / "run", members="rule-based", data=data))
    rest = frame.iloc[400:]
    told = rest.assign(ds=rest.ds.dt.tz_localize(BERLIN))  # each midnight with its offset: 22:00 or 23:00 in UTC
    utc = told.assign(ds=told.ds.dt.tz_convert("UTC").map(str))
    for stamped, columns in ((rest, {}), (rest, {"tz": BERLIN}), (told, {}), (told, {"tz": BERLIN}), (utc, {})):
        watching = watch(stamped, tmp_path / "run", every=True, columns=columns)
        assert len(list(watching)) == 200 and watching.counts()["gaps"] == 0
        line = watching._watcher.foretell.series["a"]  # type: ignore[union-attr]
        last = line.run.history.frequency.stamps(np.array([line.first + len(line.y) - 1]))[0]
        assert last == frame.ds.iloc[-1].to_datetime64()


def test_a_zone_for_a_run_that_has_none_is_refused(run: Run) -> None:
    with pytest.raises(
        ConfigError, match=r"--tz Europe/Berlin: the times that the run was trained on have no time zon"
    ):
        watch([], run, columns={"tz": BERLIN})
