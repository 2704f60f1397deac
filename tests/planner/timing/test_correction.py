"""The correction: finds what is there, fades where nothing was measured, and the package's own can be read."""

import numpy as np
import pytest

from sextet.planner.timing.correction import Correction
from sextet.planner.timing.fitted import Spread, fitted
from sextet.planner.timing.kernels import SECONDS


def test_it_finds_a_smooth_error_and_fades_away_from_it():
    places = np.linspace(0.0, 6.0, 200)[:, None]
    left = 0.3 * np.sin(places[:, 0])
    correction = Correction.fit(places, np.zeros(200), left)
    assert np.abs(correction(places, np.zeros(200)) - left).max() < 0.03
    far = np.array([[60.0]])
    assert abs(correction(far, np.zeros(1))[0]) < 1e-6
    assert correction.near(far)[0] < 1e-6 < 0.99 < correction.near(places).min()


def test_an_architecture_far_off_takes_only_what_is_common():
    places, left = np.zeros((50, 1)), np.full(50, 0.4)
    correction = Correction.fit(places, np.zeros(50), left)
    own, other = (correction(places[:1], np.array([at]))[0] for at in (0.0, 9.0))
    assert 0 < other < own <= 0.41


def test_intervals_widen_with_the_distance():
    low, high = Spread(-0.2, 0.3, 1.0).at(np.array([1.0, 0.0]))
    assert (low == [-0.2, -0.4]).all() and (high == [0.3, 0.6]).all()


@pytest.mark.parametrize("name", sorted(SECONDS))
def test_the_package_holds_what_was_fitted(name):
    known = fitted(name)
    assert known.spread.low < 0 < known.spread.high and known.spread.far >= 0
    assert len(known.correction.centres) == len(known.correction.weights) == len(known.correction.architecture)
    assert np.isfinite(known.correction.weights).all()
    for key, value in known.coefficients.items():
        assert np.all(np.asarray(value) > 0), key
