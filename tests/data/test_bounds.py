"""Ends of parts said as rows or as dates, by the data's clock."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.data.bounds import as_bound, end_rows
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.data.split import SplitConfig, fitting_series, make_split, part_windows


def hourly(starts: dict[str, str], rows: int = 400, tz: str | None = None) -> pd.DataFrame:
    """Hourly series by name, each from its own start."""
    parts = [
        pd.DataFrame(
            {"unique_id": name, "ds": pd.date_range(start, periods=rows, freq="h", tz=tz), "y": np.arange(rows)}
        )
        for name, start in starts.items()
    ]
    return pd.concat(parts)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2024-01-03", "2024-01-03 23:00"),
        ("2024/01/03", "2024-01-03 23:00"),
        ("2024-01-03 05:00", "2024-01-03 05:00"),
        ("2024-01-03T05:30", "2024-01-03 05:00"),
        ("2024-01", "2024-01-31 23:00"),
        ("2024 Q1", "2024-03-31 23:00"),
    ],
)
def test_a_date_is_the_last_stamp_that_belongs(text: str, last: str) -> None:
    panel = read_panel(hourly({"a": "2024-01-01", "b": "2024-01-02 07:00"}, rows=3000), DataOptions())
    rows = end_rows(panel, text, "train_end")
    for s in range(panel.series):
        assert panel.stamps(s)[rows[s] - 1] == np.datetime64(last)


@given(row=st.integers(0, 399), minutes=st.integers(0, 59))
def test_dates_and_rows_agree(row: int, minutes: int) -> None:
    panel = read_panel(hourly({"a": "2024-01-01"}), DataOptions())
    stamp = pd.Timestamp("2024-01-01") + pd.Timedelta(hours=row, minutes=minutes)
    assert end_rows(panel, str(stamp), "train_end").tolist() == end_rows(panel, row + 1, "train_end").tolist()


@pytest.mark.parametrize(
    ("freq", "text", "rows"), [("MS", "2010-12", 12), ("B", "2010-01-09", 6), ("YS", "2011-06-01", 2)]
)
def test_other_frequencies(freq: str, text: str, rows: int) -> None:
    frame = pd.DataFrame({"ds": pd.date_range("2010-01-01", periods=40, freq=freq), "y": np.arange(40.0)})
    assert end_rows(read_panel(frame, DataOptions()), text, "train_end").tolist() == [rows]


def test_dates_are_by_the_clock_of_the_data() -> None:
    panel = read_panel(hourly({"a": "2024-06-01"}), DataOptions(tz="Europe/Berlin"))
    assert end_rows(panel, "2024-06-02", "train_end").tolist() == [48]
    assert end_rows(panel, "2024-06-02 21:00Z", "train_end").tolist() == [48]
    with pytest.raises(ConfigError, match=r"test_end: .* names a time zone"):
        end_rows(read_panel(hourly({"a": "2024-06-01"}), DataOptions()), "2024-06-02 21:00+02:00", "test_end")


@pytest.mark.parametrize("text", ["soon", "03/04/2024", "2024-13-01", "12.5", "-5", "2024-02-30"])
def test_what_is_no_date_is_refused(text: str) -> None:
    panel = read_panel(hourly({"a": "2024-01-01"}), DataOptions())
    with pytest.raises(ConfigError, match="train_end: expected a number of rows, or a date"):
        end_rows(panel, text, "train_end")


def test_what_counts_as_a_bound() -> None:
    assert (as_bound(" 8640 "), as_bound(np.int64(3)), as_bound(None), as_bound("")) == (8640, 3, None, None)
    assert as_bound(datetime.date(2024, 1, 3)) == "2024-01-03"
    assert as_bound(pd.Timestamp("2024-01-03 05:00")) == "2024-01-03 05:00:00"


def test_parts_end_at_the_same_stamp_in_every_series() -> None:
    panel = read_panel(hourly({"a": "2024-01-01", "b": "2024-01-04"}), DataOptions())
    config = SplitConfig(train_end="2024-01-08", validation_end="2024-01-12", test_end="2024-01-14", step=24)
    split = make_split(panel, config, 24)
    assert len(set((split.train + panel.first).tolist())) == len(set((split.test + panel.first).tolist())) == 1
    index = part_windows(panel, split, "test", 24, step=24)
    assert index.series.tolist() == [0, 0, 1, 1]
    assert str(panel.stamps(0)[index.row[0]])[:16] == "2024-01-13T00:00"


def test_a_series_may_end_before_the_test_does_and_not_begin_after_training() -> None:
    frame = pd.concat([hourly({"a": "2024-01-01"}), hourly({"late": "2024-01-13"}, rows=150)])
    panel = read_panel(frame, DataOptions())
    config = SplitConfig(train_end="2024-01-08", validation_end="2024-01-12", test_end="2024-01-31")
    assert fitting_series(panel, config, 24).tolist() == [True, False]
    with pytest.raises(
        ConfigError,
        match=r"--train-end 2024-01-08 .* before the data of series 'late' begin, at 2024-01-13 .*--skip-short",
    ):
        make_split(panel, config, 24)


def test_rows_and_dates_do_not_mix() -> None:
    with pytest.raises(ConfigError, match="all as rows or all as dates; got 100, 2024-01-12"):
        SplitConfig(train_end=100, validation_end="2024-01-12")


def test_counted_windows_are_the_last_of_each_series() -> None:
    panel = read_panel(pd.concat([hourly({"a": "2024-01-01"}), hourly({"b": "2024-01-01"}, rows=300)]), DataOptions())
    split = make_split(panel, SplitConfig(windows=3, step=12, validation=0.25), 24)
    assert (split.test - split.calibrate).tolist() == [48, 48]
    assert (split.calibrate - split.train).tolist() == [88, 72]  # a quarter of 352; never below three horizons
    index = part_windows(panel, split, "test", 24, step=12)
    assert np.bincount(index.series).tolist() == [3, 3]
    assert (index.row[[2, 5]] + 24 - panel.offsets[1:]).tolist() == [0, 0]
    ended = make_split(panel, SplitConfig(windows=3, step=12, test_end=200), 24)
    assert ended.test.tolist() == [200, 200]
    with pytest.raises(ConfigError, match="where the test begins"):
        SplitConfig(windows=3, validation_end=100)
    with pytest.raises(ConfigError, match="at least 1 window"):
        SplitConfig(windows=0)
