"""Covariates that lack values: refused over the horizon, told of in the history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sextet.core.errors import DataError
from sextet.data.covariate_gaps import gap_notes
from sextet.data.fitting import read_to_fit
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.data.split import SplitConfig

HORIZON = 4
OPTIONS = DataOptions(future=("temp",), tz="Europe/Berlin")


def frame(rows: int = 30, ahead: int = HORIZON) -> pd.DataFrame:
    """Two hourly series in Berlin up to the night in which the clock is put back, the target missing ahead."""
    history = pd.date_range(end="2024-10-26 23:00", periods=rows, freq="h")
    night = pd.DatetimeIndex(["2024-10-27 00:00", "2024-10-27 01:00", "2024-10-27 02:00", "2024-10-27 02:00"])
    stamps = history.append(night[:ahead])
    y = np.r_[np.arange(float(rows)), np.full(ahead, np.nan)]
    parts = [pd.DataFrame({"unique_id": name, "ds": stamps, "y": y, "temp": 1.0}) for name in ("a", "b")]
    return pd.concat(parts, ignore_index=True)


def read(data: pd.DataFrame, options: DataOptions = OPTIONS):
    return read_panel(data, options, horizon=HORIZON)


def of_b(data: pd.DataFrame) -> np.ndarray:
    return np.flatnonzero(data["unique_id"] == "b")


def test_a_hole_in_the_horizon_is_refused_with_column_series_and_first_stamp() -> None:
    data = frame()
    read(data)
    data.loc[of_b(data)[[-4, -2]], "temp"] = np.nan
    with pytest.raises(DataError) as refused:
        read(data)
    text = str(refused.value)
    assert "the future covariate 'temp' of series 'b' has no value at 2024-10-27 00:00 CEST and at 1 more" in text
    assert "each of the 4 steps until 2024-10-27 02:00 CET." in text and "--future-data" in text


def test_the_last_steps_alone_are_not_enough_in_a_file_of_its_own() -> None:
    data = frame()
    history, ahead = data[data["y"].notna()], data[data["y"].isna()].drop(columns="y")
    read(history, replace(OPTIONS, future_data=ahead))
    with pytest.raises(DataError, match="'temp' of series 'a' has no value at 2024-10-27 00:00 CEST and at 1 more"):
        read(history, replace(OPTIONS, future_data=ahead.groupby("unique_id").tail(2)))


def test_one_that_ends_early_is_refused_by_the_clock_of_the_data() -> None:
    data = frame()
    data.loc[of_b(data)[-2:], "temp"] = np.nan
    with pytest.raises(DataError, match="ends at 2024-10-27 01:00 CEST, .* needs it until 2024-10-27 02:00 CET"):
        read(data)


def test_of_a_series_that_stopped_before_the_others_it_is_said() -> None:
    data = frame()
    stopped = data.drop(index=of_b(data)[-12:])
    with pytest.raises(DataError) as refused:
        read(stopped.assign(y=stopped["y"].fillna(1.0).where(stopped["unique_id"] == "b", stopped["y"])))
    text = str(refused.value)
    assert "'temp' of series 'b' ends at 2024-10-26 15:00 CEST" in text
    assert "or leave the series out, if it is no more or goes on under another name: its targets end at " in text
    assert "2024-10-26 15:00 CEST, 8 steps before the last of others." in text


def test_holes_in_the_history_are_counted_and_said() -> None:
    data = frame()
    assert not any("covariate" in note for note in read(data).notes)
    data.loc[of_b(data)[3:10], "temp"] = np.nan
    data["wind"] = np.where(data["unique_id"] == "a", 1.0, np.nan)
    panel = read(data, replace(OPTIONS, past=("wind",)))
    told = [note for note in panel.notes if "covariate" in note]
    assert told == gap_notes(panel)
    assert "'wind' has no value in 30 of 60 rows of the history" in told[0] and "the mean where" in told[0]
    assert "'temp' has no value in 7 of 60 rows of the history: each is taken as the last value before it" in told[1]
    assert [note[: note.index(" rows")] for note in gap_notes(panel, 24)] == [
        "The covariate 'wind' has no value in 24 of 48", "The covariate 'temp' has no value in 4 of 48"
    ]  # fmt: skip
    assert gap_notes(panel, 10_000)[0].startswith("The covariate 'wind' has no value in 30 of 60 rows that the forec")


def test_many_columns_are_not_all_named() -> None:
    data = frame(ahead=0)
    names = [f"x{k}" for k in range(8)]
    for name in names:
        data[name] = np.where(data.index < 5, np.nan, 1.0)
    notes = gap_notes(read(data, DataOptions(past=tuple(names), tz="Europe/Berlin")))
    assert len(notes) == 6 and notes[-1] == "So it is with 3 more covariates."


def test_a_covariate_that_is_missing_altogether_is_still_taken_as_its_mean() -> None:
    data = frame()
    data.loc[of_b(data), "temp"] = np.nan
    assert any("'temp' has no value in 30 of 60 rows" in note for note in read(data).notes)


@pytest.mark.parametrize("flag", ["past", "future"])
def test_one_without_a_value_in_the_history_is_refused_in_training(flag: str) -> None:
    data = frame(rows=200).drop(columns="temp")
    data["temp"] = np.where(np.isnan(data.y), 5.0, np.nan)
    options = DataOptions(**{flag: ("temp",)}, tz="Europe/Berlin")
    with pytest.raises(DataError, match=rf"{flag} covariate 'temp' has no value in any row with a target.*--{flag}"):
        read_to_fit(data, options, SplitConfig(), HORIZON)
    data.loc[of_b(data), "temp"] = 1.0
    assert read_to_fit(data, options, SplitConfig(), HORIZON).series == 2


def test_but_the_rows_of_the_horizon_have_to_be_there() -> None:
    data = frame()
    data.loc[of_b(data), "temp"] = np.nan
    with pytest.raises(DataError, match="'temp' of series 'b' ends at 2024-10-27 01:00 CEST, .* needs it until"):
        read(data.drop(index=of_b(data)[-2:]))
