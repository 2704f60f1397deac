"""Quantile metrics equal utilsforecast's and behave as scores should."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from utilsforecast import losses

from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.metrics import point, quantile


@pytest.fixture
def arrays() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    target = rng.normal(0, 3, (40, 6))
    target[rng.random(target.shape) < 0.1] = np.nan
    return target, np.sort(rng.normal(0, 3, (40, 6, len(LEVELS))), axis=-1)


def frame(target: np.ndarray, quantiles: np.ndarray) -> pd.DataFrame:
    columns = {f"q{k}": quantiles[..., k].ravel() for k in range(len(LEVELS))}
    return pd.DataFrame({"unique_id": "all", "y": target.ravel(), **columns})


def test_pinball_is_utilsforecast_mqloss(arrays) -> None:
    target, quantiles = arrays
    seen = ~np.isnan(target)
    data = frame(target[seen], quantiles[seen])
    names = [f"q{k}" for k in range(len(LEVELS))]
    expected = losses.mqloss(data, {"m": names}, np.array(LEVELS))["m"].item()
    assert quantile.pinball(target, quantiles) == pytest.approx(expected)
    single = losses.quantile_loss(data, {"m": "q3"}, LEVELS[3])["m"].item()
    assert quantile.pinball(target, quantiles[..., [3]], [LEVELS[3]]) == pytest.approx(single)


@pytest.mark.parametrize(("level", "low", "high"), [(80, 0.1, 0.9), (95, 0.025, 0.975)])
def test_coverage_and_width(arrays, level, low, high) -> None:
    target, quantiles = arrays
    seen = ~np.isnan(target)
    data = frame(target[seen], quantiles[seen])
    lower, upper = data[f"q{LEVELS.index(low)}"], data[f"q{LEVELS.index(high)}"]
    data = data.assign(**{f"m-lo-{level}": lower, f"m-hi-{level}": upper})
    expected = losses.coverage(data, ["m"], level)["m"].item()
    assert quantile.coverage(target, quantiles, level) == pytest.approx(expected)
    assert quantile.width(target, quantiles, level) == pytest.approx((upper - lower).mean())


def test_half_the_absolute_error_at_the_median(arrays) -> None:
    target, quantiles = arrays
    median = quantiles[..., MEDIAN]
    assert 2 * quantile.pinball(target, median[..., None], [0.5]) == pytest.approx(point.mae(target, median))


def test_nothing_observed_is_nan(arrays) -> None:
    missing = np.full(arrays[0].shape, np.nan)
    assert np.isnan(quantile.pinball(missing, arrays[1]))
    assert np.isnan(quantile.coverage(missing, arrays[1], 80))
    assert np.isnan(quantile.width(missing, arrays[1], 80))
    assert np.isnan(quantile.reliability(missing, arrays[1])).all()


def test_reliability_of_true_quantiles_is_the_levels() -> None:
    rng = np.random.default_rng(0)
    target = rng.random((2000, 10))
    quantiles = np.broadcast_to(np.array(LEVELS), (2000, 10, len(LEVELS)))
    np.testing.assert_allclose(quantile.reliability(target, quantiles), LEVELS, atol=0.01)


@given(st.sampled_from(LEVELS), st.lists(st.floats(-50, 50), min_size=3, max_size=30), st.floats(-60, 60))
def test_the_empirical_quantile_has_the_least_pinball(level: float, sample: list[float], other: float) -> None:
    target = np.array([sample])
    best = np.quantile(target, level, method="inverted_cdf")
    at_best = quantile.pinball(target, np.full((1, len(sample), 1), best), [level])
    assert at_best <= quantile.pinball(target, np.full((1, len(sample), 1), other), [level]) + 1e-9
