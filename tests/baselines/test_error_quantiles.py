"""Error quantiles: right on plenty of errors, pooled on few, centred unless the forecast is biased."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sextet.baselines.error_quantiles import around, centred, error_quantiles, spread
from sextet.core.quantiles import LEVELS, MEDIAN


def test_quantiles_of_each_step() -> None:
    errors = np.random.default_rng(0).normal(0, [1.0, 5.0], (500, 2))
    errors[::7, 0] = np.nan
    found = error_quantiles(errors)
    np.testing.assert_allclose(found[0], np.quantile(errors[~np.isnan(errors[:, 0]), 0], LEVELS))
    np.testing.assert_allclose(found[1], np.quantile(errors[:, 1], LEVELS))


def test_few_errors_are_pooled_and_none_is_zero() -> None:
    errors = np.random.default_rng(1).normal(size=(20, 4))
    np.testing.assert_allclose(error_quantiles(errors), np.tile(np.quantile(errors, LEVELS), (4, 1)))
    assert (error_quantiles(np.full((5, 3), np.nan)) == 0).all()


def test_a_bias_is_taken_off_and_noise_is_not() -> None:
    rng = np.random.default_rng(2)
    assert (spread(rng.normal(3, 1, (400, 2)))[:, MEDIAN] > 2.5).all()
    assert (spread(rng.normal(0, 1, (400, 2)))[:, MEDIAN] == 0).all()


def test_the_median_stays_where_it_is_to_stay() -> None:
    errors = np.random.default_rng(2).normal(3, 1, (400, 2))
    np.testing.assert_allclose(centred(errors), error_quantiles(errors - np.median(errors, axis=0)), atol=1e-9)


@given(st.integers(1, 60), st.integers(1, 4), st.integers(0, 9))
def test_quantiles_never_cross(windows: int, horizon: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    errors = rng.standard_t(2, (windows, horizon))
    errors[rng.random(errors.shape) < 0.3] = np.nan
    out = around(rng.normal(size=(7, horizon)), spread(errors))
    assert out.shape == (7, horizon, len(LEVELS)) and out.dtype == np.float32
    assert (np.diff(out, axis=-1) >= 0).all()
