"""How far a calibration is trusted: it grows with separate windows, not with overlapping ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.combine.conformal import Calibration
from sextet.combine.online import OnlineCalibration
from sextet.combine.trust import HALF, separate_windows, trust, trust_in_all
from sextet.core.quantiles import LEVELS, MEDIAN

SCORES = np.array([-1.96, -1.645, -1.282, -0.842, -0.524, -0.253, 0, 0.253, 0.524, 0.842, 1.282, 1.645, 1.96])


def heard(cutoffs: int, horizon: int, series: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    target = np.zeros((series * cutoffs, horizon))
    return target, np.repeat(np.arange(series), cutoffs), np.tile(np.arange(cutoffs), series)


def test_overlapping_windows_count_by_the_rows_they_span() -> None:
    assert separate_windows(*heard(73, 24), 1) == pytest.approx([4.0])  # 96 rows


def test_windows_far_apart_count_one_each() -> None:
    target, series, row = heard(5, 24)
    assert separate_windows(target, series, 1000 * row, 1).tolist() == [5.0]


def test_rows_without_a_target_at_the_ends_do_not_count() -> None:
    target, series, row = heard(48, 24)
    target[row[:, None] + np.arange(24) >= 48] = np.nan  # no target is known from row 48 on
    assert separate_windows(target, series, row, 1) == pytest.approx([2.0])
    target[:] = np.nan
    assert separate_windows(target, series, row, 1).tolist() == [0.0]


def test_series_never_seen_are_left_out() -> None:
    target, _, row = heard(24, 24)
    assert separate_windows(target, np.full(24, -1), row, 2).tolist() == [0.0, 0.0]


@given(st.lists(st.floats(0.0, 1e4), min_size=1, max_size=50))
def test_all_series_count_for_more_than_one_and_less_than_their_sum(windows: list[float]) -> None:
    counts = np.array(windows)
    share = trust_in_all(counts)
    assert 0.0 <= share < 1.0
    assert share <= trust(counts.sum()) + 1e-12
    mean = counts.sum() / max(np.count_nonzero(counts), 1)
    assert share >= trust(mean) - 1e-12


def test_as_many_windows_as_the_half_count_half() -> None:
    assert trust(np.array([0.0, HALF])).tolist() == [0.0, 0.5]
    assert trust_in_all(np.array([HALF, 0.0])) == 0.5
    assert trust_in_all(np.full(4, HALF / 2)) == 0.5


def test_no_windows_mean_no_trust() -> None:
    assert trust_in_all(np.zeros(3)) == 0.0


@given(st.floats(0.0, 1.0), st.integers(0, 10**6))
def test_a_calibration_drawn_towards_none_lies_between_and_never_crosses(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    target = rng.normal(size=(300, 2))
    quantiles = np.broadcast_to(0.5 * SCORES, (300, 2, 13)).astype(np.float32)
    full = Calibration.fit(quantiles, target, LEVELS)
    out = full.drawn(share).apply(quantiles)
    assert np.all(np.diff(out, axis=-1) >= 0)
    assert np.array_equal(out[..., MEDIAN], quantiles[..., MEDIAN])
    between = quantiles + share * (full.apply(quantiles) - quantiles)
    assert out == pytest.approx(between, abs=1e-5)


def test_online_offsets_are_drawn_series_by_series() -> None:
    rng = np.random.default_rng(0)
    quantiles = np.broadcast_to(0.5 * SCORES, (80, 1, 13)).astype(np.float32)
    start = OnlineCalibration.start(None, LEVELS, 1, 2)
    _, state = start.advance(quantiles, rng.normal(size=(80, 1)), np.repeat([0, 1], 40), np.tile(np.arange(40), 2))
    drawn = state.drawn(np.array([0.0, 0.25]))
    assert state.theta[0].any()
    assert not drawn.theta[0].any()
    assert drawn.theta[1] == pytest.approx(0.25 * state.theta[1])
