"""Split conformal calibration."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextet.combine.conformal import Calibration
from sextet.core.errors import SextetError
from sextet.core.quantiles import LEVELS, MEDIAN

SCORES = np.array([-1.96, -1.645, -1.282, -0.842, -0.524, -0.253, 0, 0.253, 0.524, 0.842, 1.282, 1.645, 1.96])


def world(windows: int, horizon: int, said: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts whose local scale is right up to the factor `said`, and targets."""
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.5, 2.0, size=(windows, horizon))
    centre = rng.normal(size=(windows, horizon))
    target = centre + scale * rng.normal(size=(windows, horizon))
    return (centre[..., None] + said * scale[..., None] * SCORES).astype(np.float32), target


def coverage(quantiles: np.ndarray, target: np.ndarray, low: int = 2, high: int = 10) -> float:
    return float(((target >= quantiles[..., low]) & (target <= quantiles[..., high])).mean())


@pytest.mark.parametrize("said", [0.3, 0.7, 1.0, 2.5])
def test_it_brings_coverage_to_the_nominal_level(said: float) -> None:
    calibration = Calibration.fit(*world(800, 6, said, 0), LEVELS)
    quantiles, target = world(2000, 6, said, 1)
    out = calibration.apply(quantiles)
    assert coverage(out, target) == pytest.approx(0.8, abs=0.025)
    assert coverage(out, target, 1, 11) == pytest.approx(0.9, abs=0.02)
    assert coverage(out, target, 0, 12) == pytest.approx(0.95, abs=0.015)


def test_intervals_stay_adaptive() -> None:
    calibration = Calibration.fit(*world(800, 3, 0.5, 0), LEVELS)
    quantiles, _ = world(50, 3, 0.5, 1)
    before = quantiles[..., 10] - quantiles[..., 2]
    after = calibration.apply(quantiles)[..., 10] - calibration.apply(quantiles)[..., 2]
    assert (after / before).std() / (after / before).mean() < 0.05


def test_each_step_has_its_own_shift() -> None:
    quantiles, target = world(900, 2, 1.0, 0)
    target[:, 1] = quantiles[:, 1, MEDIAN] + 2 * (target[:, 1] - quantiles[:, 1, MEDIAN])
    shift = Calibration.fit(quantiles, target, LEVELS).shift
    assert abs(shift[0, 10]) < 0.1
    assert shift[1, 10] == pytest.approx(0.5, abs=0.1)  # 1.28 scales more, in spreads of 2.56


def test_finite_sample_rank_covers_at_least_the_level_on_average() -> None:
    # With 59 points the rank for 0.9 is ceil(60 x 0.9) = 54; expected coverage is exactly 54 / 60.
    covered = []
    for seed in range(300):
        quantiles, target = world(59, 1, 0.5, seed)
        fresh, truth = world(200, 1, 0.5, 10_000 + seed)
        out = Calibration.fit(quantiles, target, LEVELS).apply(fresh)
        covered.append((truth <= out[..., 10]).mean())
    assert np.mean(covered) == pytest.approx(0.9, abs=0.01)


def test_steps_with_few_points_borrow_from_their_neighbours() -> None:
    quantiles, target = world(60, 24, 0.5, 0)
    calibration = Calibration.fit(quantiles, target, LEVELS)
    assert calibration.points.min() >= 400
    assert calibration.points.max() < 60 * 24
    assert Calibration.fit(*world(500, 4, 0.5, 0), LEVELS).points.tolist() == [500] * 4


def test_missing_targets_are_ignored() -> None:
    quantiles, target = world(600, 4, 0.6, 0)
    holes = target.copy()
    holes[::2, 1] = np.nan
    wild = np.where(np.isnan(holes), 1e9, holes)
    with_holes = Calibration.fit(quantiles, holes, LEVELS)
    assert np.all(np.isfinite(with_holes.shift))
    assert with_holes.points.tolist() != Calibration.fit(quantiles, wild, LEVELS).points.tolist()
    assert with_holes.points[0] == 600
    kept = Calibration.fit(quantiles[1::2], target[1::2], LEVELS)
    assert with_holes.points[1] >= 300
    assert with_holes.shift[0] != pytest.approx(kept.shift[0])


def test_few_points_change_nothing_and_say_so() -> None:
    quantiles, target = world(4, 3, 0.5, 0)
    calibration = Calibration.fit(quantiles, target, LEVELS)
    assert np.array_equal(calibration.apply(quantiles), quantiles)
    assert "12 observed targets, 20 are needed" in calibration.notes[0]


def test_outermost_levels_that_lack_points_are_named() -> None:
    calibration = Calibration.fit(*world(25, 1, 0.5, 0), LEVELS)
    assert "0.025, 0.975" in calibration.notes[0]


def test_a_forecast_without_spread_is_widened() -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(size=(500, 2))
    quantiles = np.zeros((500, 2, 13), dtype=np.float32)
    out = Calibration.fit(quantiles, target, LEVELS).apply(quantiles)
    assert coverage(out, target) == pytest.approx(0.8, abs=0.02)


def test_a_perfectly_known_constant_stays_as_it_is() -> None:
    quantiles = np.full((100, 2, 13), 3.0, dtype=np.float32)
    out = Calibration.fit(quantiles, np.full((100, 2), 3.0), LEVELS).apply(quantiles)
    assert out == pytest.approx(quantiles)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 60), st.integers(1, 5), st.floats(0.0, 5.0))
def test_the_median_is_untouched_and_quantiles_never_cross(seed: int, windows: int, horizon: int, said: float) -> None:
    quantiles, target = world(windows, horizon, said, seed)
    target = target + np.random.default_rng(seed).standard_cauchy(size=target.shape)
    calibration = Calibration.fit(quantiles, target, LEVELS)
    before = quantiles.copy()
    out = calibration.apply(quantiles)
    assert np.array_equal(quantiles, before)
    assert np.array_equal(out[..., MEDIAN], quantiles[..., MEDIAN])
    assert np.all(np.diff(out, axis=-1) >= 0)
    assert np.all(np.isfinite(out))


def test_it_survives_an_npz_without_pickle() -> None:
    quantiles, target = world(100, 3, 0.5, 0)
    calibration = Calibration.fit(quantiles, target, LEVELS)
    file = io.BytesIO()
    np.savez(file, **calibration.to_arrays())
    file.seek(0)
    back = Calibration.from_arrays(dict(np.load(file, allow_pickle=False)))
    assert np.array_equal(back.apply(quantiles), calibration.apply(quantiles))
    assert back.notes == calibration.notes


def test_levels_need_the_median() -> None:
    with pytest.raises(SextetError, match=r"0\.5"):
        Calibration.identity((0.1, 0.9), 2)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_steps_that_a_rule_sets_teach_nothing_of_the_others(share: float) -> None:
    quantiles, target = world(800, 6, 0.5, 0)
    ruled = np.random.default_rng(2).random(target.shape) < share
    quantiles[ruled], target[ruled] = -9.0, -8.5  # set to one value, a little off
    calibration = Calibration.fit(quantiles, target, LEVELS)
    fresh, truth = world(2000, 6, 0.5, 1)
    assert coverage(calibration.apply(fresh), truth) == pytest.approx(0.8, abs=0.035)
    some = quantiles[ruled.any(axis=1)][:1]
    some[:] = -9.0
    np.testing.assert_allclose(calibration.apply(some), -9.0, atol=0.1)  # what is set stays
