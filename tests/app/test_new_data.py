"""What new data may look like: fewer columns than in training, other series, values that a transform refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet import Ensemble
from sextet.app.forecast import forecast
from sextet.app.requests import TrainRequest
from sextet.app.train import train
from sextet.app.update import update
from sextet.core.errors import DataError
from sextet.data.options import DataOptions
from sextet.runtime.run import Run
from sextet.runtime.run_folder import RunFolder
from sextet.samples import synthetic


@pytest.fixture()
def copy(small_run: Path, tmp_path: Path) -> Path:
    """A copy of the run to change."""
    return Path(shutil.copytree(small_run, tmp_path / "copy"))


def _later(frame: pd.DataFrame, hours: int) -> pd.DataFrame:
    return frame.assign(ds=frame["ds"] + pd.Timedelta(hours=hours))


@pytest.mark.parametrize("resample", [None, "2h"])
def test_weights_and_labels_are_not_asked_of_new_data(tmp_path: Path, resample: str | None) -> None:
    frame = synthetic(series=2, rows=500, freq="h", seed=1).assign(weight=1.0)
    options = DataOptions(weight="weight", spike_label="spike_label", resample=resample)
    out = tmp_path / "run"
    train(TrainRequest(source=frame, horizon=6, out=out, members="rule-based", data=options))
    bare = _later(frame[["unique_id", "ds", "y"]], 100)
    said = forecast(out, data=bare)
    np.testing.assert_array_equal(said.quantiles, forecast(out, data=_later(frame, 100)).quantiles)
    update(out, data=bare)
    with pytest.raises(DataError, match="has no column 'other'"):
        forecast(out, data=bare, options=DataOptions(weight="other"))


def test_an_update_of_one_series_keeps_the_history_of_the_others(copy: Path, frame: pd.DataFrame) -> None:
    before = Run.load(copy).forecast()
    first, second = frame["unique_id"].unique()
    update(copy, data=_later(frame[frame["unique_id"] == second], 50))
    after = Run.load(copy).forecast()
    assert set(after.ids) == {first, second}
    moved = {name: after.cutoff[after.ids.index(name)] - before.cutoff[before.ids.index(name)] for name in before.ids}
    assert moved == {first: np.timedelta64(0, "h"), second: np.timedelta64(50, "h")}


def test_a_target_that_the_transform_cannot_take_is_named(frame: pd.DataFrame, tmp_path: Path) -> None:
    one = frame[frame["unique_id"] == frame["unique_id"].iloc[0]]
    one = one.assign(y=one["y"] - one["y"].min() + 1.0)
    out = tmp_path / "run"
    train(TrainRequest(source=one, horizon=6, out=out, members="rule-based", transform="boxcox"))
    wrong = _later(one, 10)
    wrong.loc[wrong.index[-3], "y"] = -5.0
    with pytest.raises(DataError, match="needs targets above 0; .* has -5"):
        forecast(out, data=wrong)


def test_an_update_while_a_run_is_read_is_no_damage(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = RunFolder.json
    updated = []

    def slow(self: RunFolder, name: str) -> object:
        found = read(self, name)
        if not updated:  # between the manifest and the state: another process renews the state
            updated.append(name)
            other = RunFolder(copy)
            names = [file for file in other.manifest["files"] if file != other.state]
            other.seal(names, other.write_state(other.arrays(other.state)))
        return found

    monkeypatch.setattr(RunFolder, "json", slow)
    assert Run.load(copy).forecast().ids
    assert updated


def test_truth_is_scored_as_it_is_where_forecasts_are_never_negative(frame: pd.DataFrame, tmp_path: Path) -> None:
    one = frame[frame["unique_id"] == frame["unique_id"].iloc[0]]
    below = one.assign(y=-10.0 - np.arange(len(one)) % 2)
    out = tmp_path / "run"
    done = train(TrainRequest(source=below, horizon=6, out=out, members="rule-based", nonnegative=True))
    row = next(row for row in done.leaderboard if row["model"] == "sextet")
    assert row["mae"] == pytest.approx(10.5, abs=0.05)  # zero, against -10 and -11


def test_a_series_as_sparse_as_in_training_is_read(frame: pd.DataFrame, tmp_path: Path) -> None:
    sparse = frame[(frame["unique_id"] == frame["unique_id"].iloc[0]) | (frame["ds"].dt.hour % 3 == 0)]
    out = tmp_path / "run"
    train(TrainRequest(source=sparse, horizon=6, out=out, members="rule-based"))
    later = _later(sparse, 24)
    assert len(forecast(out, data=later).ids) == 2
    with pytest.raises(DataError, match="6 or more steps"):
        forecast(out, data=later[later["ds"].dt.hour % 6 == 0])


def test_times_of_a_zone_are_refused_where_training_had_none(small_run: Path, frame: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="no time zone; those of the data are in UTC"):
        forecast(small_run, data=frame.assign(ds=frame["ds"].dt.tz_localize("UTC")))


def test_a_lone_column_of_another_name_is_not_taken_for_the_target(frame: pd.DataFrame, tmp_path: Path) -> None:
    out = tmp_path / "run"
    named = frame.rename(columns={"y": "load"})
    train(TrainRequest(source=named, horizon=6, out=out, members="rule-based"))
    state = RunFolder(out).state
    renamed = _later(frame, 100).rename(columns={"y": "other"})
    for use in (
        lambda data: forecast(out, data=data),
        lambda data: update(out, data=data),
        Ensemble.load(out).forecast,
    ):
        with pytest.raises(DataError, match="no column 'load' for the target"):
            use(renamed)
    assert RunFolder(out).state == state
    said = update(out, data=renamed, options=DataOptions(target="other"))
    assert said.weights and RunFolder(out).state != state
    assert Run.load(out).settings["data"]["columns"] == {"id": "unique_id", "time": "ds", "target": "load"}
