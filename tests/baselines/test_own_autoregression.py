"""The autoregression of a series on its own: exact where it holds, each series by itself, always bounded."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scaled_panels import Scaled, at
from scaled_panels import scaled as columns

from sextet.baselines.own_autoregression import OwnAutoregression
from sextet.core.window import WindowIndex


def scaled(y: np.ndarray) -> Scaled:
    return columns(np.asarray(y, dtype=float)[None])


MODEL = OwnAutoregression(season=4, cycles=2)


def test_lags_are_the_last_steps_and_each_season_with_its_neighbours() -> None:
    assert OwnAutoregression(season=24, cycles=2).lags.tolist() == [1, 2, 23, 24, 25, 47, 48, 49]
    assert OwnAutoregression(season=2, cycles=1).lags.tolist() == [1, 2, 3]


def test_a_seasonal_series_with_a_trend_that_repeats_is_forecast_nearly_exactly() -> None:
    y = np.tile([0.0, 3.0, 1.0, 2.0], 40) + np.repeat(np.arange(40.0), 4) * 0.5
    said = MODEL.point(scaled(y[:144]), at(144), 8)
    np.testing.assert_allclose(said[0], y[144:152], atol=0.3)


def test_it_finds_the_coefficients_of_an_autoregression() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(0, 0.1, 400)
    for t in range(2, 400):
        y[t] += 1.5 * y[t - 1] - 0.8 * y[t - 2]
    said = OwnAutoregression(season=50, cycles=1).point(scaled(y), at(400), 2)[0]
    np.testing.assert_allclose(said[0], 1.5 * y[399] - 0.8 * y[398], atol=0.15)


def test_another_series_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    left, right = np.tile([0.0, 1.0, 4.0, 2.0], 30) + rng.normal(0, 0.1, 120), rng.normal(0, 5, 120)
    both = columns(np.stack([left, right]))
    index = WindowIndex(series=np.array([1], np.int32), row=np.array([240]))
    np.testing.assert_allclose(MODEL.point(both, index, 6), MODEL.point(scaled(right), at(120), 6), atol=1e-6)


@given(y=hnp.arrays(np.float64, 150, elements=st.floats(-1e3, 1e3, width=32)))
def test_no_forecast_leaves_the_range_by_more_than_its_width(y: np.ndarray) -> None:
    said = MODEL.point(scaled(y), at(150), 60)
    width = y.max() - y.min()
    slack = 1e-4 * max(1.0, float(np.abs(y).max()))
    assert (said >= y.min() - width - slack).all() and (said <= y.max() + width + slack).all()


@given(
    y=hnp.arrays(np.float64, 150, elements=st.floats(-5, 5, width=32)),
    row=st.integers(2, 140),
    noise=st.floats(-100, 100, width=32),
)
def test_nothing_from_the_first_target_on_is_read(y: np.ndarray, row: int, noise: float) -> None:
    changed = y.copy()
    changed[row:] += noise
    np.testing.assert_array_equal(MODEL.point(scaled(y), at(row), 9), MODEL.point(scaled(changed), at(row), 9))


def test_no_more_than_its_reach_is_read() -> None:
    y = np.random.default_rng(2).normal(size=400)
    cut = y[400 - MODEL.reach :]
    whole = MODEL.point(scaled(y), at(400), 9)
    np.testing.assert_allclose(MODEL.point(scaled(cut), at(MODEL.reach), 9), whole, atol=1e-6)


@pytest.mark.parametrize("rows", [1, 2, 10])
def test_short_history_falls_back_to_the_last_value(rows: int) -> None:
    y = np.arange(20.0)
    np.testing.assert_array_equal(MODEL.point(scaled(y), at(rows), 3), np.full((1, 3), y[rows - 1]))


def test_a_gap_is_not_learned_from() -> None:
    y = np.tile([0.0, 3.0, 1.0, 2.0], 40)
    observed = np.ones(160, bool)
    wrong = y.copy()
    wrong[60:64], observed[60:64] = 50.0, False
    clean = MODEL.point(scaled(y), at(160), 4)
    assert np.abs(MODEL.point(replace(scaled(wrong), observed=observed), at(160), 4) - clean).max() < 1.0
