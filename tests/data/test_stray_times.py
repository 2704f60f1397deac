"""Rows decades away from the rest of their series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sextet.core.errors import DataError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel


def hourly(rows: int = 200, name: str = "a") -> pd.DataFrame:
    stamps = pd.date_range("2024-01-01", periods=rows, freq="h")
    return pd.DataFrame({"unique_id": name, "ds": stamps, "y": np.arange(rows, dtype=float)})


@pytest.mark.parametrize(("row", "year"), [(60, 2062), (60, 1900), (0, 2042), (199, 1924)])
def test_a_slip_in_a_year_is_refused_with_its_row(row: int, year: int) -> None:
    frame = pd.concat([hourly(name="b"), hourly()], ignore_index=True)
    frame.loc[200 + row, "ds"] = frame.ds[200 + row].replace(year=year)
    said = rf"row {200 + row} .*, column 'ds': {year}-.*series 'a', 2024-01.*slip in the year"
    with pytest.raises(DataError, match=said):
        read_panel(frame)


def test_so_are_a_few_together(tmp_path) -> None:
    frame = hourly()
    frame.loc[70:72, "ds"] = frame.ds[70:73] + pd.DateOffset(years=30)
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(DataError, match=r"a.csv, line 72, column 'ds'.* and 2 more beside it.*Correct them"):
        read_panel(tmp_path / "a.csv")


@pytest.mark.parametrize("pause", [30, 199])
def test_a_pause_is_none(pause: int) -> None:
    frame = hourly()
    frame.loc[197:, "ds"] += pd.Timedelta(hours=pause)
    assert read_panel(frame).known.tolist() == [200 + pause]


def test_long_gaps_between_many_rows_and_few_rows_in_all_are_no_slip() -> None:
    frame = hourly()
    frame.loc[100:, "ds"] += pd.Timedelta(days=400)
    assert read_panel(frame).known.tolist() == [200 + 9600]
    short = hourly(10)
    short.loc[9, "ds"] += pd.Timedelta(days=400)
    assert read_panel(short).series == 1


def test_irregular_readings_that_are_averaged_are_looked_at_too() -> None:
    frame = hourly()
    frame.loc[5, "ds"] = pd.Timestamp("1970-01-01")
    with pytest.raises(DataError, match="1970-01-01.*slip in the year"):
        read_panel(frame, DataOptions(resample="2h"))
