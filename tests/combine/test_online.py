"""Online calibration: coverage under drift, and never a look ahead."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextet.combine.conformal import Calibration
from sextet.combine.online import OnlineCalibration
from sextet.core.errors import SextetError
from sextet.core.quantiles import LEVELS, MEDIAN

SCORES = np.array([-1.96, -1.645, -1.282, -0.842, -0.524, -0.253, 0, 0.253, 0.524, 0.842, 1.282, 1.645, 1.96])


def windows_of(
    values: np.ndarray, horizon: int, step: int = 1, said: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cut series `[S, T]` into windows; the forecast is always a normal around 0 with scale `said`."""
    cutoffs = np.arange(0, values.shape[1] - horizon + 1, step)
    series = np.repeat(np.arange(len(values)), len(cutoffs))
    row = np.tile(cutoffs, len(values))
    target = values[series[:, None], row[:, None] + np.arange(horizon)]
    quantiles = np.broadcast_to((said * SCORES).astype(np.float32), (*target.shape, 13)).copy()
    return quantiles, target, series, row


def coverage(quantiles: np.ndarray, target: np.ndarray) -> float:
    return 100 * float(((target >= quantiles[..., 2]) & (target <= quantiles[..., 10])).mean())


def drifting(kind: str, length: int) -> np.ndarray:
    rng = np.random.default_rng(11)
    time = np.arange(length)
    scale = {
        "steady": np.ones(length),
        "wider": 1.0 + time / length,
        "narrower": np.where(time < length // 2, 1.0, 0.6),
        "level": np.ones(length),
        "jump": np.where(time < length // 3, 1.0, 2.0),
    }[kind]
    level = np.where(time > length // 2, 1.5, 0.0) if kind == "level" else 0.0
    return level + scale * rng.normal(size=(3, length))


@pytest.mark.parametrize("kind", ["steady", "wider", "narrower", "level", "jump"])
@pytest.mark.parametrize("horizon", [1, 24])
def test_nominal_80_covers_77_to_83_under_drift(kind: str, horizon: int) -> None:
    quantiles, target, series, row = windows_of(drifting(kind, 3000), horizon)
    adapted = OnlineCalibration.start(None, LEVELS, horizon, 3).run(quantiles, target, series, row)
    assert 77 <= coverage(adapted, target) <= 83
    if kind not in ("steady", "narrower"):
        assert not 77 <= coverage(quantiles, target) <= 83


def test_it_hurts_little_where_nothing_drifts() -> None:
    quantiles, target, series, row = windows_of(drifting("steady", 2000), 12)
    adapted = OnlineCalibration.start(None, LEVELS, 12, 3).run(quantiles, target, series, row)
    levels = np.array(LEVELS)

    def pinball(q: np.ndarray) -> float:
        residual = target[..., None] - q
        return float(np.maximum(levels * residual, (levels - 1) * residual).mean())

    assert pinball(adapted) < 1.01 * pinball(quantiles)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 4), st.integers(0, 40), st.booleans())
def test_a_later_target_never_changes_an_earlier_forecast(
    seed: int, horizon: int, step: int, moment: int, shuffled: bool
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(2, 45 + horizon))
    changed = values.copy()
    changed[:, moment:] = rng.normal(size=changed[:, moment:].shape) * 50

    quantiles, target, series, row = windows_of(values, horizon, step)
    _, other, _, _ = windows_of(changed, horizon, step)
    other = np.where(rng.random(other.shape) < 0.2, np.where(other == target, other, np.nan), other)
    order = rng.permutation(len(row)) if shuffled else np.arange(len(row))
    start = OnlineCalibration.start(None, LEVELS, horizon, 2)
    one = start.run(quantiles[order], target[order], series[order], row[order])
    two = start.run(quantiles[order], other[order], series[order], row[order])
    early = row[order] <= moment  # made when only rows before `moment` had passed
    assert np.array_equal(one[early], two[early])


def test_a_target_is_used_as_soon_as_it_has_passed_and_not_before() -> None:
    horizon = 3
    values = np.zeros((1, 30))
    spiked = values.copy()
    spiked[0, 10] = 100.0
    quantiles, target, series, row = windows_of(values, horizon)
    _, other, _, _ = windows_of(spiked, horizon)
    start = OnlineCalibration.start(None, LEVELS, horizon, 1)
    differs = np.any(start.run(quantiles, target, series, row) != start.run(quantiles, other, series, row), axis=2)
    # Row 10 is step 1 of the forecast at 10, step 2 of 9 and step 3 of 8: all known from the forecast at 11 on.
    assert not differs[row <= 10].any()
    assert differs[row == 11].all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 38))
def test_going_on_from_a_saved_state_is_the_same_as_one_run(seed: int, horizon: int, split: int) -> None:
    values = np.random.default_rng(seed).normal(size=(3, 40 + horizon))
    values[np.random.default_rng(seed + 1).random(values.shape) < 0.1] = np.nan
    quantiles, target, series, row = windows_of(values, horizon, said=0.5)
    base = Calibration.identity(LEVELS, horizon)
    whole = OnlineCalibration.start(base, LEVELS, horizon, 3).run(quantiles, target, series, row)
    first, rest = row < split, row >= split
    # The first part does not know the targets that come at or after the split.
    known = np.where(row[:, None] + np.arange(horizon) < split, target, np.nan)
    begun, state = OnlineCalibration.start(base, LEVELS, horizon, 3).advance(
        quantiles[first], known[first], series[first], row[first]
    )
    file = io.BytesIO()
    np.savez(file, **state.to_arrays())
    file.seek(0)
    state = OnlineCalibration.from_arrays(dict(np.load(file, allow_pickle=False)))
    assert np.array_equal(begun, whole[first])
    assert np.allclose(state.run(quantiles[rest], target[rest], series[rest], row[rest]), whole[rest], atol=1e-6)


def test_series_learn_apart_and_unseen_ones_are_only_calibrated() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(2, 400)) * np.array([[1.0], [3.0]])
    quantiles, target, series, row = windows_of(values, 2)
    start = OnlineCalibration.start(None, LEVELS, 2, 2)
    both = start.run(quantiles, target, series, row)
    alone = start.run(quantiles[series == 0], target[series == 0], series[series == 0], row[series == 0])
    assert np.array_equal(both[series == 0], alone)
    unseen = start.run(quantiles, target, np.full(len(series), -1), row)
    assert np.array_equal(unseen, quantiles)


def test_series_that_live_at_different_times_are_fine() -> None:
    values = np.random.default_rng(3).normal(size=(2, 300)) * 2
    quantiles, target, series, row = windows_of(values, 3)
    start = OnlineCalibration.start(None, LEVELS, 3, 2)
    apart = start.run(quantiles, target, series, row + series * 1_000_000)
    assert np.array_equal(apart, start.run(quantiles, target, series, row))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 4.0))
def test_the_median_is_untouched_and_quantiles_never_cross(seed: int, said: float) -> None:
    rng = np.random.default_rng(seed)
    quantiles, target, series, row = windows_of(rng.standard_cauchy(size=(2, 60)), 3, said=said)
    target[rng.random(target.shape) < 0.2] = np.nan
    before = quantiles.copy()
    adapted = OnlineCalibration.start(None, LEVELS, 3, 2).run(quantiles, target, series, row)
    assert np.array_equal(quantiles, before)
    assert np.array_equal(adapted[..., MEDIAN], quantiles[..., MEDIAN])
    assert np.all(np.diff(adapted, axis=-1) >= 0)
    assert np.all(np.isfinite(adapted))


def test_it_starts_from_the_calibration() -> None:
    values = np.random.default_rng(5).normal(size=(2, 500)) * 2
    quantiles, target, series, row = windows_of(values, 2)
    calibration = Calibration.fit(quantiles, target, LEVELS)
    adapted = OnlineCalibration.start(calibration, LEVELS, 2, 2).run(quantiles, target, series, row)
    assert np.array_equal(adapted[row == 0], calibration.apply(quantiles)[row == 0])
    assert 77 <= coverage(adapted, target) <= 83


def test_no_windows_and_no_targets_change_nothing() -> None:
    start = OnlineCalibration.start(None, LEVELS, 2, 2)
    quantiles, target, series, row = windows_of(np.full((2, 20), np.nan), 2)
    assert start.run(quantiles[:0], target[:0], series[:0], row[:0]).shape == (0, 2, 13)
    assert np.array_equal(start.run(quantiles, target, series, row), quantiles)


def test_wrong_use_is_said() -> None:
    quantiles, target, series, row = windows_of(np.zeros((1, 20)), 2)
    start = OnlineCalibration.start(None, LEVELS, 2, 1)
    with pytest.raises(SextetError, match="came twice"):
        start.run(quantiles, target, series, np.zeros_like(row))
    _, state = start.advance(quantiles, target, series, row)
    with pytest.raises(SextetError, match="forward in time"):
        state.run(quantiles, target, series, row)
    with pytest.raises(SextetError, match="expects quantiles"):
        start.run(quantiles[:, :1], target, series, row)
    with pytest.raises(SextetError, match="levels"):
        OnlineCalibration.start(Calibration.identity(LEVELS, 2), (0.1, 0.5, 0.9), 2, 1)


def test_steps_that_a_rule_sets_teach_nothing_of_the_others() -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(size=(400, 1))
    quantiles = np.broadcast_to(SCORES, (400, 1, len(LEVELS))).astype(np.float32).copy()
    ruled = np.arange(400) % 2 == 0
    quantiles[ruled], target[ruled] = -9.0, -8.5
    calibration = Calibration.fit(quantiles, target, LEVELS)
    start = OnlineCalibration.start(calibration, LEVELS, horizon=1, series=1)
    rows, owner = np.arange(400), np.zeros(400, dtype=np.int64)
    mixed = start.run(quantiles, target, owner, rows)
    alone = start.run(quantiles[~ruled], target[~ruled], owner[~ruled], rows[~ruled])
    np.testing.assert_allclose(mixed[~ruled], alone, atol=1e-5)
    np.testing.assert_allclose(mixed[ruled], -9.0, atol=0.1)
