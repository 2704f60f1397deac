"""Mass above a level is the inverse of reading quantiles."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from sextet.core.quantiles import LEVELS, read_quantiles
from sextet.metrics.exceedance import mass_above


def test_exact_for_a_normal_distribution_also_beyond_the_grid() -> None:
    quantiles = np.tile(norm.ppf(LEVELS, loc=3, scale=2), (1, 5, 1))
    level = np.array([[-6.0, 0.0, 3.0, 6.2, 14.0]])
    np.testing.assert_allclose(mass_above(quantiles, level), norm.sf(level, loc=3, scale=2), atol=1e-9)


@given(st.integers(0, 200), st.floats(0.001, 0.999))
def test_inverse_of_read_quantiles(seed: int, q: float) -> None:
    quantiles = np.sort(np.random.default_rng(seed).normal(size=(2, 3, len(LEVELS))), axis=-1)
    level = read_quantiles(quantiles, [q])[..., 0]
    np.testing.assert_allclose(mass_above(quantiles, level), 1 - q, atol=1e-6)


def test_point_masses_infinite_levels_and_unknown_levels() -> None:
    quantiles = np.full((1, 5, len(LEVELS)), 4.0)
    found = mass_above(quantiles, np.array([[3.9, 4.1, np.inf, -np.inf, np.nan]]))
    np.testing.assert_array_equal(found, [[1, 0, 0, 1, np.nan]])


@given(st.integers(0, 50))
def test_falls_as_the_level_rises_and_stays_in_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    quantiles = np.sort(rng.integers(0, 5, (1, 1, len(LEVELS))).astype(float), axis=-1)  # with ties
    level = np.linspace(-3, 8, 45)
    found = np.array([mass_above(quantiles, np.array([[cut]]))[0, 0] for cut in level])
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) <= 1e-12).all()
