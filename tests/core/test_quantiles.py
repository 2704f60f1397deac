"""Quantile levels read off others."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.core.quantiles import LEVELS, MEDIAN, interval, quantile_mean, read_quantiles


def normal(mean: float, sd: float) -> np.ndarray:
    return np.array([NormalDist(mean, sd).inv_cdf(level) for level in LEVELS])


def test_who_wrote_a_share_is_told_of_the_percentage() -> None:
    with pytest.raises(ConfigError, match=r"from 1 to below 100.*got 0\.8\. For 80 % give 80\."):
        interval(0.8)
    assert interval(1) == pytest.approx((0.495, 0.505))


def test_levels_are_symmetric_around_the_median() -> None:
    assert LEVELS[MEDIAN] == 0.5 and list(LEVELS) == sorted(LEVELS)
    np.testing.assert_allclose(np.array(LEVELS) + np.array(LEVELS)[::-1], 1)


@pytest.mark.parametrize(("level", "bounds"), [(80, (0.1, 0.9)), (95, (0.025, 0.975)), (99.9, (0.0005, 0.9995))])
def test_interval(level: float, bounds: tuple[float, float]) -> None:
    assert interval(level) == bounds


@pytest.mark.parametrize("level", [0, 100, -5, 180])
def test_what_is_no_interval(level: float) -> None:
    with pytest.raises(ConfigError, match="80"):
        interval(level)


@given(mean=st.floats(-100, 100), sd=st.floats(0.1, 50), level=st.floats(0.001, 0.999))
def test_a_normal_distribution_is_read_exactly(mean: float, sd: float, level: float) -> None:
    out = read_quantiles(normal(mean, sd), (level,))
    assert out[0] == pytest.approx(NormalDist(mean, sd).inv_cdf(level), abs=1e-6 * (abs(mean) + sd) + 1e-9)


@given(steps=st.lists(st.floats(0, 10), min_size=len(LEVELS), max_size=len(LEVELS)))
def test_read_levels_never_cross_and_known_ones_stay(steps: list[float]) -> None:
    values = np.cumsum(steps)
    wanted = sorted([*LEVELS, 0.001, 0.01, 0.15, 0.55, 0.99])
    out = read_quantiles(values, wanted)
    assert (np.diff(out) >= -1e-9).all()
    np.testing.assert_allclose(read_quantiles(values, LEVELS), values, atol=1e-9)


def test_the_mean_of_the_quantile_function() -> None:
    many = np.stack([normal(5, 2), normal(-1, 0.5)])
    np.testing.assert_allclose(quantile_mean(many), [5, -1], atol=1e-9)
    assert quantile_mean(np.full(len(LEVELS), 3.0)) == pytest.approx(3.0)
    skewed = np.exp(normal(0, 0.5))
    assert quantile_mean(skewed) == pytest.approx(np.exp(0.125), rel=0.02)
