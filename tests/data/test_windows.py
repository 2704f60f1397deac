"""Windows: which there are, what they hold, and that nothing leaks from at or after the cutoff."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from data_panels import make_panel
from hypothesis import given, settings
from hypothesis import strategies as st

from sextet.core.panel import Panel
from sextet.core.window import WindowBatch, WindowIndex
from sextet.data.prepare import Prepared, prepare, shape
from sextet.data.scale import Scaler
from sextet.data.windows import batches, draw_windows, gather, origin_windows, targets, windows, with_observed


def ready(panel: Panel) -> Prepared:
    return prepare(panel, Scaler.fit(panel, panel.known))


def identity(panel: Panel) -> Scaler:
    one = np.ones(panel.series)
    return Scaler(transform="none", lambdas=one, location=0 * one, scale=one, ids=panel.ids)


def one(panel: Panel, series: int, cutoff: int) -> WindowIndex:
    return WindowIndex(
        series=np.array([series], dtype=np.int32), row=np.array([panel.offsets[series] + cutoff], dtype=np.int64)
    )


def test_all_windows_of_a_range() -> None:
    panel = make_panel([range(20), range(15)])
    index = windows(panel, np.array([4, 4]), np.array([12, 10]), 3, step=2)
    assert index.series.tolist() == [0, 0, 0, 1, 1]
    assert index.row.tolist() == [4, 6, 8, 24, 26]


def test_min_history_keeps_the_phase_of_the_step() -> None:
    panel = make_panel([range(40)])
    index = windows(panel, np.array([0]), np.array([40]), 2, step=5, min_history=7)
    assert index.row[:3].tolist() == [10, 15, 20]


def test_no_window_without_history() -> None:
    panel = make_panel([range(10)])
    assert windows(panel, np.array([0]), np.array([10]), 3).row.tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_a_range_shorter_than_the_horizon_has_none() -> None:
    panel = make_panel([range(10), range(30)])
    index = windows(panel, np.array([8, 8]), np.array([10, 12]), 4)
    assert index.series.tolist() == [1] and index.row.tolist() == [18]


@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=5),
    horizon=st.integers(1, 6),
    step=st.integers(1, 4),
    most=st.integers(1, 80),
    seed=st.integers(0, 1000),
)
def test_drawn_windows_are_distinct_windows_of_the_list(
    lengths: list[int], horizon: int, step: int, most: int, seed: int
) -> None:
    panel = make_panel([range(length) for length in lengths])
    start, end = np.zeros(len(lengths), np.int64), np.array(lengths)
    every = windows(panel, start, end, horizon, step=step)
    drawn = draw_windows(panel, start, end, horizon, most=most, seed=seed, step=step)
    assert len(drawn) == min(most, len(every))
    pairs = set(zip(every.series.tolist(), every.row.tolist(), strict=True))
    mine = list(zip(drawn.series.tolist(), drawn.row.tolist(), strict=True))
    assert set(mine) <= pairs and len(set(mine)) == len(mine)
    again = draw_windows(panel, start, end, horizon, most=most, seed=seed, step=step)
    assert again.row.tolist() == drawn.row.tolist()


def test_every_window_is_drawn_about_as_often() -> None:
    panel = make_panel([range(41)])
    counts = np.zeros(40)
    for seed in range(600):
        index = draw_windows(panel, np.array([0]), np.array([41]), 1, most=7, seed=seed)
        counts[index.row - 1] += 1
    assert counts.min() > 60 and counts.max() < 160  # 105 expected of each


def test_gather_layout() -> None:
    panel = make_panel([np.arange(30.0), np.arange(400.0)], past=1, future=2)
    panel = replace(panel, static=np.array([[1.0], [3.0]], np.float32), static_names=("k",))
    prepared = prepare(panel, identity(panel))
    sizes = shape(prepared, 5, 3)
    assert prepared.calendar.cycles[0] == "day"
    ahead = 2 + 2 * len(prepared.calendar.cycles)
    assert (sizes.past_channels, sizes.future_channels, sizes.static_features) == (3 + ahead, ahead, 1)
    batch = gather(prepared, one(panel, 1, 10), sizes)
    assert batch.past.shape == (1, 5, 3 + ahead) and batch.future.shape == (1, 3, ahead)
    np.testing.assert_array_equal(batch.past[0, :, 0], [5, 6, 7, 8, 9])
    np.testing.assert_array_equal(batch.past[0, :, 1], 1)
    np.testing.assert_array_equal(batch.past[0, :, 2], prepared.past[35:40, 0])
    np.testing.assert_array_equal(batch.past[0, :, 3:5], prepared.future[35:40])
    np.testing.assert_array_equal(batch.future[0, :, :2], prepared.future[40:43])
    np.testing.assert_array_equal(batch.target[0], [10, 11, 12])
    np.testing.assert_array_equal(batch.static, [[1.0]])
    hours = (panel.stamps(1)[5:13].astype("datetime64[h]").astype(int) % 24) / 24 * 2 * np.pi
    np.testing.assert_allclose(batch.past[0, :, 5], np.sin(hours[:5]), atol=1e-6)
    np.testing.assert_allclose(batch.future[0, :, 2], np.sin(hours[5:]), atol=1e-6)


def test_left_padding_is_masked_and_never_the_series_before() -> None:
    panel = make_panel([np.full(20, 100.0), np.arange(20.0) + 1])
    prepared = prepare(panel, identity(panel))
    batch = gather(prepared, one(panel, 1, 2), shape(prepared, 6, 3))
    np.testing.assert_array_equal(batch.past[0, :, 0], [0, 0, 0, 0, 1, 2])
    np.testing.assert_array_equal(batch.past[0, :, 1], [0, 0, 0, 0, 1, 1])


def test_targets_never_reach_into_the_next_series() -> None:
    panel = make_panel([np.arange(20.0), np.full(20, 100.0)])
    prepared = prepare(panel, identity(panel))
    batch = gather(prepared, one(panel, 0, 18), shape(prepared, 4, 5))
    np.testing.assert_array_equal(batch.target[0], [18, 19, 0, 0, 0])
    np.testing.assert_array_equal(batch.weight[0], [1, 1, 0, 0, 0])
    y, seen = targets(panel, one(panel, 0, 18), 5)
    np.testing.assert_array_equal(seen[0], [True, True, False, False, False])
    assert np.isnan(y[0, 2:]).all()


def test_missing_targets_and_weights_and_labels() -> None:
    panel = make_panel([[1, 2, np.nan, 4, 5, np.nan, 7, 8]])
    panel = replace(
        panel, weight=np.arange(8, dtype=np.float32), label=np.array([0, 0, 0, 0, 1, 0, 1, 0], dtype=np.int8)
    )
    prepared = prepare(panel, identity(panel))
    batch = gather(prepared, one(panel, 0, 4), shape(prepared, 4, 4))
    np.testing.assert_array_equal(batch.past[0, :, 0], [1, 2, 2, 4])
    np.testing.assert_array_equal(batch.past[0, :, 1], [1, 1, 0, 1])
    np.testing.assert_array_equal(batch.target[0], [5, 0, 7, 8])
    np.testing.assert_array_equal(batch.weight[0], [4, 0, 6, 7])
    np.testing.assert_array_equal(batch.label[0], [1, 0, 1, 0])


def test_origin_windows_begin_after_the_last_target() -> None:
    panel = make_panel([np.arange(10.0), np.arange(12.0)], future=1, ahead=4)
    prepared = prepare(panel, identity(panel))
    index = origin_windows(panel)
    assert index.row.tolist() == [10, 26]
    batch = gather(prepared, index, shape(prepared, 3, 4))
    np.testing.assert_array_equal(batch.past[:, :, 0], [[7, 8, 9], [9, 10, 11]])
    np.testing.assert_array_equal(batch.weight, 0)
    np.testing.assert_array_equal(batch.future[1, :, 0], prepared.future[26:30, 0])


def test_an_origin_beyond_all_rows_has_a_calendar_but_no_covariates() -> None:
    panel = make_panel([np.arange(60.0)], future=1)
    prepared = prepare(panel, identity(panel))
    assert prepared.calendar.cycles == ("day",)
    batch = gather(prepared, origin_windows(panel), shape(prepared, 3, 4))
    np.testing.assert_array_equal(batch.future[0, :, 0], 0)
    assert np.abs(batch.future[0, :, 1:]).max() > 0


def test_with_observed_drops_empty_windows() -> None:
    panel = make_panel([[1, np.nan, np.nan, np.nan, 5, 6]])
    index = windows(panel, np.array([0]), np.array([6]), 2)
    assert with_observed(panel, index, 2).row.tolist() == [3, 4]
    assert with_observed(panel, index, 2, least=2).row.tolist() == [4]


def test_batches_are_all_windows_in_order() -> None:
    panel = make_panel([np.arange(50.0)])
    prepared = ready(panel)
    index = windows(panel, np.array([5]), np.array([50]), 2)
    parts = list(batches(prepared, index, shape(prepared, 4, 2), 7))
    assert np.concatenate([part.index.row for part in parts]).tolist() == index.row.tolist()
    assert max(len(part.index) for part in parts) == 7


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_nothing_at_or_after_the_cutoff_changes_the_inputs(data: st.DataObject) -> None:
    length = data.draw(st.integers(6, 40))
    values = st.one_of(st.floats(-50, 50), st.just(float("nan")))
    y = data.draw(st.lists(values, min_size=length, max_size=length))
    cutoff = data.draw(st.integers(1, length - 1))
    other = data.draw(st.lists(values, min_size=length - cutoff, max_size=length - cutoff))
    lookback, horizon = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 5))
    panel = make_panel([y, np.arange(10.0)], past=1, future=1)
    changed = replace(panel, y=np.concatenate([panel.y[:cutoff], other, panel.y[length:]]))
    past = panel.past.copy()
    past[cutoff:length] += 1
    changed = replace(changed, past=past)
    before, after = (batch_at(p, cutoff, lookback, horizon) for p in (panel, changed))
    np.testing.assert_array_equal(before.past, after.past)
    np.testing.assert_array_equal(before.future, after.future)


def batch_at(panel: Panel, cutoff: int, lookback: int, horizon: int) -> WindowBatch:
    from sextet.data.covariates import CovariateScaler

    covariates = CovariateScaler(
        past_names=panel.past_names,
        future_names=panel.future_names,
        static_names=(),
        past=np.array([[0.0], [1.0]]),
        future=np.array([[0.0], [1.0]]),
        static=np.zeros((2, 0)),
        cycles=("day", "week"),
    )
    prepared = prepare(panel, identity(panel), covariates)
    assert (
        prepared.rows is not None
    )  # small data are copied from rows side by side; `test_few_windows` has the other way
    return gather(prepared, one(panel, 0, cutoff), shape(prepared, lookback, horizon))


def test_few_windows_of_long_data_put_no_rows_side_by_side() -> None:
    panel = make_panel([np.arange(300.0), [*range(90), np.nan, *range(9)]], past=1, future=2)
    prepared = ready(panel)
    sizes = shape(prepared, 20, 3)
    index = WindowIndex(series=np.array([0, 1, 1], dtype=np.int32), row=np.array([40, 305, 395], dtype=np.int64))
    before = gather(prepared, index, sizes)
    for _ in range(5):  # 6 times 3 windows of 20 rows are fewer than 400 rows
        gather(prepared, index, sizes)
    assert "rows" not in vars(prepared)
    after = gather(prepared, index, sizes)
    assert vars(prepared)["rows"] is not None
    for name in ("past", "future", "target", "weight"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
    assert replace(prepared)._gathered == [0]  # another one counts for itself


@pytest.mark.parametrize("lookback", [1, 7, 30])
def test_gather_agrees_with_a_loop(lookback: int) -> None:
    random = np.random.default_rng(5)
    y = [random.normal(size=n) for n in (25, 40, 13)]
    y[1][random.random(40) < 0.4] = np.nan
    panel = make_panel(y)
    prepared = ready(panel)
    horizon = 4
    index = windows(panel, np.zeros(3, np.int64), panel.known, horizon)
    batch = gather(prepared, index, shape(prepared, lookback, horizon))
    for w, (s, row) in enumerate(zip(index.series, index.row, strict=True)):
        start = int(panel.offsets[s])
        for k in range(lookback):
            at = row - lookback + k
            expected = (prepared.z[at], float(prepared.observed[at])) if at >= start else (0.0, 0.0)
            assert tuple(batch.past[w, k, :2]) == expected
        for k in range(horizon):
            seen = prepared.observed[row + k]
            assert batch.weight[w, k] == float(seen)
            assert batch.target[w, k] == (prepared.z[row + k] if seen else 0)
