"""Gathering never crosses from one series into another and never claims to have observed what it did not."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.baselines.history import chunks, gather, targets, thinned
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex


@dataclass(frozen=True)
class Scaled:
    panel: Panel
    z: np.ndarray
    observed: np.ndarray


def scaled(*series: list[float]) -> Scaled:
    lengths = [len(s) for s in series]
    y = np.concatenate([np.asarray(s, float) for s in series])
    panel = Panel(
        ids=tuple(f"s{k}" for k in range(len(series))),
        frequency=Frequency.parse("h"),
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        first=np.zeros(len(series), np.int64),
        known=np.array(lengths, np.int64),
        y=y,
        past=np.zeros((len(y), 0), np.float32),
        future=np.zeros((len(y), 0), np.float32),
        static=np.zeros((len(series), 0), np.float32),
    )
    return Scaled(panel, np.nan_to_num(y).astype(np.float32), ~np.isnan(y))


def index(*pairs: tuple[int, int]) -> WindowIndex:
    return WindowIndex(
        series=np.array([s for s, _ in pairs], np.int32), row=np.array([r for _, r in pairs], dtype=np.int64)
    )


def test_rows_outside_the_series_read_as_its_edge_and_as_not_observed() -> None:
    data = scaled([1, 2, 3], [10, 20, 30])
    z, seen = gather(data, index((1, 4), (0, 2)), np.array([-2, -1, 0, 1, 2]))
    np.testing.assert_array_equal(z, [[10, 10, 20, 30, 30], [1, 2, 3, 3, 3]])
    np.testing.assert_array_equal(seen, [[False, True, True, True, False], [True, True, True, False, False]])


def test_the_real_forecast_has_no_targets() -> None:
    data = scaled([1, 2, 3], [4, 5, 6])
    assert np.isnan(targets(data, index((0, 3), (1, 6)), 2)).all()


def test_missing_targets_are_nan() -> None:
    data = scaled([1, np.nan, 3])
    np.testing.assert_array_equal(targets(data, index((0, 1)), 2), [[np.nan, 3]])


def test_offsets_of_any_shape() -> None:
    data = scaled([0, 1, 2, 3, 4, 5])
    z, _ = gather(data, index((0, 4)), np.array([[-1, -2], [-3, -4]]))
    np.testing.assert_array_equal(z, [[[3, 2], [1, 0]]])


@given(st.integers(0, 50), st.integers(1, 10_000_000))
def test_chunks_cover_every_window_once(count: int, cells: int) -> None:
    windows = index(*[(0, k) for k in range(count)])
    seen = [row for part in chunks(windows, cells) for row in windows.row[part]]
    assert seen == list(range(count))


@pytest.mark.parametrize(("count", "most"), [(10, 3), (10, 10), (3, 10), (1000, 7)])
def test_thinning_keeps_the_ends_and_no_window_twice(count: int, most: int) -> None:
    rows = thinned(index(*[(0, k) for k in range(count)]), most).row
    assert len(rows) == min(count, most) == len(set(rows.tolist()))
    assert rows[0] == 0 and rows[-1] == count - 1
