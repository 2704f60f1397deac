"""Further data for a run: the columns that it was trained on, and none that is guessed in their place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sextet.core.errors import DataError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.data.trained_columns import TrainedColumns


def frame(**names: str) -> pd.DataFrame:
    """Two hourly series with a temperature; columns are called as `names` says."""
    stamps = pd.date_range("2024-01-01", periods=40, freq="h")
    parts = [
        pd.DataFrame({"meter": name, "at": stamps, "load": np.arange(40.0), "temp": 1.0}) for name in ("north", "south")
    ]
    return pd.concat(parts, ignore_index=True).rename(columns=names)


OPTIONS = DataOptions(past=("temp",))
PANEL = read_panel(frame(), OPTIONS)
TRAINED = TrainedColumns(names=PANEL.columns, series=PANEL.ids)


def read(data: pd.DataFrame, **said: Any):
    return read_panel(data, DataOptions(past=said.pop("past", ("temp",)), **said), trained=TRAINED)


def test_the_panel_knows_its_columns() -> None:
    assert PANEL.columns == {"id": "meter", "time": "at", "target": "load"}
    wide = frame().pivot(index="at", columns="meter", values="load").reset_index()
    assert read_panel(wide).columns == {"time": "at"}


def test_a_renamed_target_is_refused_with_what_is_there_and_what_to_do() -> None:
    with pytest.raises(DataError) as refused:
        read(frame(load="last"))
    text = str(refused.value)
    assert "no column 'load' for the target, as the run was trained on" in text
    assert "meter, at, last, temp" in text and text.endswith("name it: --target COL.")
    assert read(frame(load="last"), target="last").ids == ("north", "south")


@pytest.mark.parametrize(("role", "column"), [("id", "meter"), ("time", "at")])
def test_so_are_renamed_names_and_times(role: str, column: str) -> None:
    with pytest.raises(DataError, match=f"no column '{column}' for the .*--{role} COL"):
        read(frame(**{column: "other"}))
    np.testing.assert_array_equal(read(frame(**{column: "other"}), **{role: "other"}).y, PANEL.y)


def test_several_that_are_absent_are_told_at_once() -> None:
    with pytest.raises(DataError, match="'meter' for the names of the series and column 'load' for the target"):
        read(frame(load="last").drop(columns="meter"))


def test_the_usual_names_do_too() -> None:
    panel = read(frame(meter="unique_id", at="ds", load="y"))
    assert panel.ids == PANEL.ids and panel.columns["target"] == "y"


def test_a_column_of_training_goes_before_a_usual_name() -> None:
    data = frame().assign(y=-5.0)
    assert read(data).y.min() == 0.0


def test_a_wide_table_of_known_series_is_read_as_one() -> None:
    wide = frame().pivot(index="at", columns="meter", values="load").reset_index()
    assert read(wide, past=()).ids == ("north", "south")
    with pytest.raises(DataError, match="'meter' for the names of the series and column 'load'"):
        read(wide.rename(columns={"north": "a", "south": "b"}), past=())


def test_of_a_run_of_an_earlier_version_no_column_is_known() -> None:
    panel = read_panel(frame(load="last"), OPTIONS, trained=TrainedColumns(names={}, series=PANEL.ids))
    assert panel.ids == PANEL.ids
