"""A run of data in a time zone, up to the day before the clock is put back: what is told is by that clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet import Ensemble
from sextet.app.forecast import forecast
from sextet.app.requests import TrainRequest
from sextet.app.show import summary
from sextet.app.train import train
from sextet.combine.explain import explain
from sextet.data.options import DataOptions
from sextet.runtime.run_folder import RunFolder

BERLIN = "Europe/Berlin"


@pytest.fixture(scope="module")
def run(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its last known row is 22:00 by the clock of Berlin, its horizon of six hours goes over the change."""
    last = pd.Timestamp("2024-10-26 22:00")
    out = tmp_path_factory.mktemp("zoned") / "run"
    moved = frame.assign(ds=frame["ds"] + (last - frame["ds"].max()))
    request = TrainRequest(source=moved, horizon=6, out=out, members="rule-based", data=DataOptions(tz=BERLIN))
    train(request)
    return out


def test_an_explanation_joins_the_forecast(run: Path) -> None:
    model = Ensemble.load(run)
    said, told = model.forecast(), model.explain()
    assert said["ds"].dtype == told["ds"].dtype == pd.DatetimeTZDtype("ns", BERLIN)
    both = told.merge(said, on=["unique_id", "ds"])
    assert len(both) == len(told)
    sums = both.groupby(["unique_id", "ds"])["contribution"].sum().to_numpy()
    np.testing.assert_allclose(sums, said.sort_values(["unique_id", "ds"])["sextet"], rtol=1e-4)


def test_an_explanation_in_json_has_offsets(run: Path) -> None:
    stamps = list(dict.fromkeys(row["ds"] for row in explain(forecast(run)).rows()))
    assert stamps[:2] == ["2024-10-26T23:00:00+02:00", "2024-10-27T00:00:00+02:00"]
    assert stamps[3:5] == ["2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"]


def test_a_summary_names_series_and_offset(run: Path, frame: pd.DataFrame) -> None:
    last = summary(run)["last"]
    assert set(last) == set(frame["unique_id"]) and set(last.values()) == {"2024-10-26T22:00:00+02:00"}


@pytest.mark.parametrize("windows", [1, 2])
def test_cutoffs_of_a_cross_validation_are_in_the_zone(run: Path, frame: pd.DataFrame, windows: int) -> None:
    moved = frame.assign(ds=frame["ds"] + (pd.Timestamp("2024-10-26 22:00") - frame["ds"].max()))
    said = Ensemble.load(run).cross_validation(moved, windows=windows)
    assert said["cutoff"].dtype == said["ds"].dtype == pd.DatetimeTZDtype("ns", BERLIN)
    assert (said["ds"] - said["cutoff"]).min() == pd.Timedelta("1h")


def test_the_stored_view_is_told_by_the_clock(run: Path) -> None:
    view = RunFolder(run).json("view.json")
    assert view["zone"]["name"] == BERLIN
    assert "After 2024-10-26 22:00 CEST" in view["explanation"]["series"][0]["sentence"]
