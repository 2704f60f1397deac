"""Forecast, show and report from a run's folder."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet.app.forecast import forecast
from sextet.app.report import write_report
from sextet.app.show import summary
from sextet.core.errors import ConfigError, DataError, RunError
from sextet.data.options import DataOptions
from sextet.runtime.reading import options_for
from sextet.runtime.run import Run
from sextet.spikes.alert_policy import AlertPolicy, Costs


def test_summary_is_plain_and_complete(small_run: Path) -> None:
    found = json.loads(json.dumps(summary(small_run)))
    assert (found["horizon"], found["series"], found["frequency"]) == (6, 2, "h")
    assert [member["name"] for member in found["members"]] == ["rule-based"]
    assert found["members"][0]["weight"] == 1.0
    assert {row["model"] for row in found["leaderboard"]} >= {"sextet", "ridge", "seasonal-naive"}


def test_a_damaged_file_is_named_by_every_use_case(small_run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(small_run, tmp_path / "copy"))
    (copy / "view.json").write_text("{}")
    for use_case in (summary, write_report):
        with pytest.raises(RunError, match=r"view\.json"):
            use_case(copy)
    (copy / "config.json").write_text("{}")
    with pytest.raises(RunError, match=r"config\.json"):
        forecast(copy)


def test_the_report_is_written_again_without_the_data(small_run: Path, tmp_path: Path) -> None:
    first = (small_run / "report.html").read_text(encoding="utf-8")
    again = write_report(small_run, tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == first
    assert "kW" in first


def test_data_of_another_frequency_is_refused(small_run: Path, frame: pd.DataFrame) -> None:
    daily = frame.assign(ds=pd.to_datetime("2020-01-01") + pd.to_timedelta(frame.groupby("unique_id").cumcount(), "D"))
    with pytest.raises(DataError, match="frequency of h; the rows of series .* 24 or more"):
        forecast(small_run, data=daily)


def test_future_data_needs_data(small_run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--data"):
        forecast(small_run, future_data=tmp_path / "f.csv")


def test_costs_that_raise_no_alert_are_told(small_run: Path, frame: pd.DataFrame) -> None:
    asked = Costs(miss=50, false_alarm=20)
    assert [note for note in forecast(small_run, costs=asked).notes if "no member of this run warns" in note]
    assert not [note for note in forecast(small_run).notes if "cost" in note]
    policy = AlertPolicy(threshold=0.3, events=7, curve=((0.3, 7, 1),))
    run = replace(Run.load(small_run), policy=policy)
    for data in (None, frame):
        told = [note for note in forecast(run, data=data, costs=asked).notes if "silence was cheapest" in note]
        assert len(told) == 1 and "cost 350" in told[0] and "370" in told[0]
    trained = replace(run, policy=policy.at_cost(asked))  # for these costs, so it is said without asking
    assert [note for note in forecast(trained).notes if "silence was cheapest" in note]


def test_data_are_read_as_in_training_unless_said_otherwise(small_run: Path) -> None:
    settings = {"data": {"id": "shop", "freq": "h", "past": ["a", "b"], "resample": None}}
    assert options_for(settings).past == ("a", "b")
    changed = options_for(settings, DataOptions(id="store", resample="h"))
    assert (changed.id, changed.freq, changed.resample, changed.past) == ("store", None, "h", ("a", "b"))


def test_other_column_names_and_resampling_at_forecast_time(small_run: Path, frame: pd.DataFrame) -> None:
    renamed = frame.rename(columns={"unique_id": "shop", "ds": "when", "y": "sold"})
    options = DataOptions(id="shop", time="when", target="sold")
    said = forecast(small_run, data=renamed, options=options)
    np.testing.assert_array_equal(said.quantiles, forecast(small_run, data=frame).quantiles)
    assert (said.cutoff == Run.load(small_run).forecast().cutoff).all()
