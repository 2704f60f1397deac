from __future__ import annotations

import numpy as np
import pytest

from protocols.naive2 import is_seasonal, mase, multiplicative_indices, naive2, owa, smape


def _course(rows: int, season: int, noise: float = 0.0) -> np.ndarray:
    chance = np.random.default_rng(3)
    return 100.0 + 30.0 * np.sin(2 * np.pi * np.arange(rows) / season) + noise * chance.normal(size=rows)


def test_a_daily_course_is_seasonal_and_noise_is_not():
    assert is_seasonal(_course(240, 24, noise=5.0), 24)
    assert not is_seasonal(np.random.default_rng(1).normal(size=240), 24)


@pytest.mark.parametrize(("y", "season"), [(_course(71, 24), 24), (np.full(200, 3.0), 24), (_course(100, 24), 1)])
def test_too_short_a_history_a_constant_and_no_season_are_never_seasonal(y, season):
    assert not is_seasonal(y, season)


@pytest.mark.parametrize("season", [4, 7, 24])
def test_indices_of_a_multiplicative_season_are_found(season):
    wanted = np.linspace(0.5, 1.5, season)
    y = np.tile(wanted, 10) * 40.0
    np.testing.assert_allclose(multiplicative_indices(y, season), wanted / wanted.mean(), rtol=1e-9)


def test_indices_by_hand():
    # season 2: the trend is (y[t-1] + 2 y[t] + y[t+1]) / 4, and every third figure is a ratio to it
    y = np.array([2.0, 4.0, 2.0, 8.0, 2.0, 4.0])
    trend = np.array([np.nan, 3.0, 4.0, 5.0, 4.0, np.nan])
    even, odd = np.nanmean((y / trend)[::2]), np.nanmean((y / trend)[1::2])
    wanted = np.array([even, odd]) / ((even + odd) / 2)
    np.testing.assert_allclose(multiplicative_indices(y, 2), wanted)


@pytest.mark.parametrize("rows", [240, 247])
def test_naive2_goes_on_with_the_season_whatever_the_phase_of_the_end(rows):
    whole = np.tile(np.linspace(0.5, 1.5, 24), 14) * 40.0
    np.testing.assert_allclose(naive2(whole[:rows], 48, 24), whole[rows : rows + 48], rtol=1e-9)


def test_naive2_repeats_the_last_value_where_there_is_no_season():
    y = np.random.default_rng(1).normal(size=240)
    assert naive2(y, 3, 24).tolist() == [y[-1]] * 3


def test_metrics_by_hand():
    y, forecast = np.array([1.0, 3.0]), np.array([3.0, 3.0])
    assert smape(y, forecast) == pytest.approx(50.0)  # (200 * 2 / 4 + 0) / 2
    history = np.array([0.0, 5.0, 2.0, 6.0])  # differences over two steps: 2 and 1
    assert mase(y, forecast, history, 2) == pytest.approx(1.0 / 1.5)
    found, reference = {"sMAPE": 9.0, "MASE": 1.2}, {"sMAPE": 18.0, "MASE": 2.4}
    assert owa(found, reference) == pytest.approx(0.5)
    assert owa(reference, reference) == pytest.approx(1.0)
