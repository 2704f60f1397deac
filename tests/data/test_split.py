"""The split of time: no target of an earlier part lies in a later one, and every part holds a window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from data_panels import make_panel
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError, DataError
from sextet.data.local_stamps import minute_text
from sextet.data.split import PARTS, SplitConfig, make_split, part_windows, required_rows


@given(
    lengths=st.lists(st.integers(60, 400), min_size=1, max_size=4),
    horizon=st.integers(1, 10),
    test=st.sampled_from([0.0, 0.1, 0.3]),
    validation=st.sampled_from([0.05, 0.2, 0.4]),
)
def test_parts_follow_each_other_and_hold_windows(
    lengths: list[int], horizon: int, test: float, validation: float
) -> None:
    panel = make_panel([range(n) for n in lengths])
    split = make_split(panel, SplitConfig(test=test, validation=validation), horizon, 24)
    end_before = np.zeros(len(lengths), np.int64)
    for part in PARTS:
        index = part_windows(panel, split, part, horizon)
        first, last = split.bounds(part)
        assert (first == end_before).all() and (last >= first).all()
        cutoff = index.row - panel.offsets[index.series]
        assert (cutoff >= first[index.series]).all()
        assert (cutoff + horizon <= last[index.series]).all()
        if part != "test" or test > 0:
            assert set(index.series.tolist()) == set(range(len(lengths)))
        end_before = last
    assert (end_before == panel.known).all()


def test_explicit_bounds_give_the_published_number_of_windows() -> None:
    panel = make_panel([range(17420)])
    split = make_split(panel, SplitConfig(train_end=8640, validation_end=11520, test_end=14400), 96, 336)
    test = part_windows(panel, split, "test", 96)
    assert len(test) == 2785 and test.row[0] == 11520
    assert split.train.tolist() == [8640] and split.test.tolist() == [14400]
    assert (split.select - split.train).tolist() == [1440]
    assert (split.calibrate - split.weigh).tolist() == [720]


def test_rows_after_the_history_are_not_split() -> None:
    panel = make_panel([range(100)], ahead=10)
    assert make_split(panel, SplitConfig(), 5).test.tolist() == [100]


def test_a_series_just_long_enough_and_one_too_short() -> None:
    config = SplitConfig()
    need = required_rows(config, 7)
    make_split(make_panel([range(need)]), config, 7)
    with pytest.raises(DataError, match=rf"'s1' has {need - 1} rows.*at least {need} .*--skip-short"):
        make_split(make_panel([range(need), range(need - 1)]), config, 7)


@pytest.mark.parametrize(
    ("series", "said"),
    [(1, f"Series {make_panel([range(9)]).ids[0]!r} has no target"), (2, "None of 2 series has a target")],
)
def test_a_part_that_lies_in_a_gap_is_refused_with_its_ends(series: int, said: str) -> None:
    panel = make_panel([range(1000)] * series)
    y = panel.y.copy()
    for s in range(series):
        y[s * 1000 + 700 : s * 1000 + 860] = np.nan
    with pytest.raises(DataError) as caught:
        make_split(replace(panel, y=y), SplitConfig(), 8)
    stamps = panel.stamps(0)
    low, high = (minute_text(stamps[row], panel.tz) for row in (699, 860))
    assert str(caught.value).startswith(f"{said} in the part 'select', from ")
    assert f"between {low} and {high} none is known. Give the rows from {high} on where" in str(caught.value)


def test_bounds_that_leave_no_window_are_refused() -> None:
    with pytest.raises(ConfigError, match="'select'"):
        make_split(make_panel([range(500)]), SplitConfig(train_end=300, validation_end=310, test_end=400), 24)


@pytest.mark.parametrize(
    "bad",
    [
        {"validation": 0.0},
        {"validation": 0.7, "test": 0.4},
        {"shares": (1.0, 0.0, 1.0)},
        {"step": 0},
        {"train_end": 20, "validation_end": 10},
    ],
)
def test_configs_that_cannot_be(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        SplitConfig(**bad)  # type: ignore[arg-type]
