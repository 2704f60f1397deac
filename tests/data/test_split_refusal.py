"""Where series cannot be cut as asked, the option at fault is named, and what would do does."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from data_panels import make_panel

from sextet.core.errors import ConfigError, DataError, SextetError
from sextet.data.fitting import read_to_fit
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.data.split import BOUNDS, SplitConfig, make_split, part_windows

H = 6
OPTIONS = {"--windows": "windows", **{f"--{name.replace('_', '-')}": name for name in BOUNDS}}


def hourly(rows: int = 240, tz: str | None = None, **starts: str) -> pd.DataFrame:
    """Hourly series by name, each from its own start."""
    stamps = {name: pd.date_range(start, periods=rows, freq="h", tz=tz) for name, start in starts.items()}
    return pd.concat([pd.DataFrame({"unique_id": name, "ds": ds, "y": 1.0}) for name, ds in stamps.items()])


def refused(asked: dict[str, Any], data: pd.DataFrame, **options: Any) -> str:
    """The message, of reading and cutting."""
    with pytest.raises(SextetError) as caught:
        make_split(read_to_fit(data, DataOptions(**options), SplitConfig(**asked), H), SplitConfig(**asked), H)
    assert isinstance(caught.value, DataError | ConfigError)
    return str(caught.value)


@pytest.mark.parametrize(
    ("asked", "option", "need"),
    [
        ({"windows": 5000, "step": H}, "--windows 5000, 6 rows apart", 30030),
        ({"windows": 300}, "--windows 300", 335),
        ({"windows": 202}, "--windows 202, 1 rows apart", 237),
        ({"test_end": 9000}, "--test-end 9000", 9000),
        ({"train_end": 100, "validation_end": 150, "test_end": 9000}, "--test-end 9000", 9000),
        ({"validation_end": 238}, "--validation-end 238 with a test of 6 rows", 244),
        ({"train_end": 230}, "--train-end 230 with a validation of 18 rows and a test of 6 rows", 254),
        ({"train_end": 230, "test": 0.0}, "--train-end 230 with a validation of 18 rows needs", 248),
    ],
)
def test_the_option_that_asks_for_too_many_rows_is_named_and_what_would_do_does(
    asked: dict[str, Any], option: str, need: int
) -> None:
    data = pd.concat([hourly(a="2024-01-01"), hourly(rows=231, b="2024-01-01")])
    text = refused(asked, data)
    assert f"Series 'b' has 231 rows of history; {option}" in text and f"needs at least {need} to train" in text
    assert "shorter horizon" not in text
    assert ("--skip-short" in text) == (need <= 240)  # else no series would be left
    alone = refused(asked, data[data["unique_id"] == "b"], skip_short=True)
    assert "the longest has 231 rows" in alone
    for said in (text, alone):
        name, most = re.search(r"Give (--[a-z-]+) (\d+) or less", said).groups()  # type: ignore[union-attr]
        panel = read_panel(data, DataOptions())
        make_split(panel, SplitConfig(**{**asked, OPTIONS[name]: int(most)}), H)
        if name != "--test-end":
            with pytest.raises(SextetError):
                make_split(panel, SplitConfig(**{**asked, OPTIONS[name]: int(most) + 1}), H)


def test_data_too_short_for_the_horizon_itself_need_more_rows() -> None:
    text_of_short = "Give a longer history or a shorter horizon."
    for asked in ({}, {"windows": 1}, {"windows": 4}, {"test_end": 90}, {"validation_end": 90}, {"train_end": 90}):
        assert text_of_short in refused(asked, hourly(rows=26, a="2024-01-01"))


def test_windows_that_leave_nothing_to_train_on_are_named() -> None:
    text = refused({"windows": 90, "test_end": 100}, hourly(a="2024-01-01"))
    assert "with --windows 90, --test-end 100" in text and "Give fewer than 90 windows" in text


@pytest.mark.parametrize("skip_short", [False, True])
def test_dates_beyond_the_data_are_told_with_where_the_data_end(skip_short: bool) -> None:
    data = hourly(a="2024-03-01", b="2024-02-01")
    text = refused({"train_end": "2025-03-20", "validation_end": "2025-03-21"}, data, skip_short=skip_short)
    assert "--train-end 2025-03-20 and --validation-end 2025-03-21 are dates after which the data of series" in text
    assert "the data end at 2024-03-10 23:00. Give earlier dates." in text and "apart" not in text
    assert "--skip-short" not in text  # no series would be left


def test_a_series_that_ends_too_early_may_be_left_out() -> None:
    data = hourly(a="2024-03-01", b="2024-02-01")
    asked = {"train_end": "2024-03-04", "validation_end": "2024-03-08"}
    text = refused(asked, data)
    assert "the data of series 'b' have no row" in text and "or leave such series out with --skip-short." in text
    assert read_to_fit(data, DataOptions(skip_short=True), SplitConfig(**asked), H).ids == ("a",)


def test_the_end_of_the_data_itself_leaves_nothing_and_dates_before_them_are_told_too() -> None:
    data = hourly(a="2024-03-01")
    text = refused({"train_end": "2024-03-05", "validation_end": "2024-03-10"}, data)
    assert text.startswith("--validation-end 2024-03-10 is a date after which") and "--skip-short" not in text
    text = refused({"train_end": "2023-03-05", "validation_end": "2024-03-08"}, data)
    assert "--train-end 2023-03-05 is a date before the data of series 'a' begin, at 2024-03-01 00:00" in text
    text = refused({"train_end": "2024-03-08", "validation_end": "2024-03-08 02:00"}, data)
    assert "Move --train-end, --validation-end or --test-end apart" in text  # these lie inside, too close


def test_where_the_data_end_is_told_by_their_clock() -> None:
    asked = {"train_end": "2025-03-20", "validation_end": "2025-03-21"}
    assert "the data end at 2024-06-10 23:00" in refused(asked, hourly(a="2024-06-01"), tz="Europe/Berlin")


def test_without_a_test_the_last_part_ends_where_a_series_does() -> None:
    panel = read_panel(hourly(a="2024-03-01", b="2024-03-01"), DataOptions())
    config = SplitConfig(train_end="2024-03-04", validation_end="2024-04-01", test=0.0)
    split = make_split(panel, config, H)
    assert split.calibrate.tolist() == split.test.tolist() == [240, 240]
    index = part_windows(panel, split, "calibrate", H)
    np.testing.assert_array_less(index.row + H - 1, panel.offsets[index.series + 1])


def test_the_shortest_series_is_named() -> None:
    with pytest.raises(DataError, match=r"'s1' has 240 rows .*\(2 series are too short\)"):
        make_split(make_panel([range(250), range(240), range(300)]), SplitConfig(test_end=290), H)
