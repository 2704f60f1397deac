"""How data were read, kept so that new data are read alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet.app.forecast import forecast
from sextet.app.requests import TrainRequest
from sextet.app.train import train
from sextet.core.errors import DataError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.runtime.reading import options_for, plain_options
from sextet.runtime.run import Run
from sextet.runtime.stored_panel import panel_from_arrays, panel_to_arrays


def test_the_order_of_dates_holds_for_new_data_that_could_be_read_both_ways(tmp_path: Path) -> None:
    trained, new = tmp_path / "trained.csv", tmp_path / "new.csv"
    trained.write_text(
        "ds,y\n" + "".join(f"{day:02d}/01/2024 {hour:02d}:00,1\n" for day in (1, 2) for hour in range(24))
    )
    new.write_text("ds,y\n" + "".join(f"03/01/2024 {hour:02d}:00,1\n" for hour in range(24)))
    panel = read_panel(trained)
    assert panel_from_arrays(panel_to_arrays(panel)).dates == "day/month/year"
    fresh = read_panel(new, options_for({"data": plain_options(DataOptions(), panel)}))
    assert str(fresh.stamps(0)[0]).startswith("2024-01-03T00:00")


def test_what_a_dot_meant_holds_for_new_data(tmp_path: Path) -> None:
    trained, new = tmp_path / "trained.csv", tmp_path / "new.csv"
    trained.write_text(
        "ds;y\n" + "".join(f"2024-01-{day:02d};{'1.036' if day % 2 else '990'}\n" for day in range(1, 29))
    )
    new.write_text("ds;y\n2024-01-29;1.353\n2024-01-30;1.580\n")
    panel = read_panel(trained)
    assert panel_from_arrays(panel_to_arrays(panel)).decimal == ","
    options = options_for({"data": plain_options(DataOptions(), panel)})
    fresh = read_panel(new, options)
    np.testing.assert_array_equal(fresh.y, [1353, 1580])
    assert not any("read as" in note for note in fresh.notes)
    np.testing.assert_array_equal(read_panel(new, options_for({"data": {}})).y, [1.353, 1.58])


def days(count: int, first: str = "2024-01-01") -> pd.DataFrame:
    stamps = pd.date_range(first, periods=count)
    return pd.DataFrame({"ds": stamps, "y": 10.0 + np.arange(count) % 7})


def trained(frame: pd.DataFrame, folder: Path) -> Run:
    train(TrainRequest(source=frame, horizon=3, out=folder / "run", members="rule-based"))
    return Run.load(folder / "run")


def test_the_only_series_of_a_run_needs_no_name(tmp_path: Path) -> None:
    named = trained(days(120).assign(unique_id="shop"), tmp_path)
    made = forecast(named, data=days(8, "2024-04-30"))
    assert made.ids == ("shop",) and str(made.cutoff[0]).startswith("2024-05-07")
    assert made.notes[0].startswith("Series 'y' was taken for 'shop', the only one of the run")
    same = forecast(named, data=days(8, "2024-04-30").assign(unique_id="shop"))
    np.testing.assert_array_equal(made.quantiles, same.quantiles)
    assert not any("was taken for" in note for note in same.notes)
    other = forecast(
        named, data=days(8, "2024-04-30").assign(unique_id="other")
    )  # it has a name, and it is another one
    assert other.ids == ("other",)


def test_weeks_that_begin_on_another_day_are_refused(tmp_path: Path) -> None:
    stamps = pd.date_range("2024-01-01", periods=120, freq="7D")
    weekly = pd.DataFrame({"ds": stamps, "y": 10.0 + np.arange(120) % 7})
    run = trained(weekly, tmp_path)
    later = weekly.assign(ds=weekly["ds"] + pd.Timedelta(weeks=8))
    assert str(forecast(run, data=later).cutoff[0]).startswith(str(later["ds"].iloc[-1])[:10])
    with pytest.raises(DataError) as refused:
        forecast(run, data=later.assign(ds=later["ds"] - pd.Timedelta(days=1)))
    text = str(refused.value)
    assert "Steps of W begin on another day than those that the run was trained on: 2024-02-25" in text
    assert "a Sunday, in the data" in text and "a Monday, in the run" in text


def test_forecasts_that_begin_before_the_others_are_named(tmp_path: Path) -> None:
    run = trained(pd.concat([days(120).assign(unique_id=name) for name in "ab"]), tmp_path)
    assert not any("begin where" in note for note in forecast(run).notes)
    new = [days(rows, "2024-04-30").assign(unique_id=name) for name, rows in (("a", 8), ("b", 3))]
    made = forecast(run, data=pd.concat(new))
    (note,) = (note for note in made.notes if "begin where" in note)
    assert note == (
        "Forecasts of 1 of 2 series begin where their own targets end, before those of the others (2024-05-08 00:00): "
        "'b' at 2024-05-03 00:00."
    )


def test_a_run_without_names_goes_on_with_a_series_that_has_one(tmp_path: Path) -> None:
    bare = trained(days(120), tmp_path)
    late = days(8, "2024-04-30")
    made = forecast(bare, data=late.assign(unique_id="shop"))
    np.testing.assert_array_equal(made.quantiles, forecast(bare, data=late).quantiles)
    two = pd.concat([late.assign(unique_id="shop"), late.assign(unique_id="mill")])
    assert forecast(bare, data=two).ids == ("shop", "mill")  # which of them it is, nobody says
