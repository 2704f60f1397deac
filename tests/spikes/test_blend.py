"""Two witnesses of a spike become one probability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.metrics.events import average_precision, brier
from sextet.spikes.blend import WarningBlend


def _witnesses(seed: int, own: float, other: float, windows: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A warning probability and a quantile score, and labels that follow both with the given slopes."""
    rng = np.random.default_rng(seed)
    odds, score = rng.normal(-3, 1, (windows, 12)), rng.normal(-1, 1, (windows, 12))
    truth = rng.random(odds.shape) < 1 / (1 + np.exp(-(own * odds + other * score)))
    return 1 / (1 + np.exp(-odds)), score, truth.astype(np.int8)


def test_finds_the_slopes_that_made_the_labels() -> None:
    probability, score, label = _witnesses(0, own=0.7, other=1.5, windows=4000)
    blend = WarningBlend.fit(probability, score, label, np.ones(label.shape, bool))
    assert blend.own == pytest.approx(0.7, abs=0.15)
    assert blend.quantile == pytest.approx(1.5, abs=0.15)
    assert blend.intercept == pytest.approx(0.0, abs=0.4)


def test_the_blend_is_no_worse_than_either_witness_on_new_data() -> None:
    seen, new = _witnesses(1, 0.7, 1.5), _witnesses(2, 0.7, 1.5)
    blend = WarningBlend.fit(*seen, np.ones(seen[2].shape, bool))
    made = blend.apply(new[0], new[1])
    alone = 1 / (1 + np.exp(-new[1]))
    for single in (new[0], alone):
        assert average_precision(made, new[2]) > average_precision(single, new[2])
        assert brier(made, new[2]) < brier(single, new[2])


def test_windows_that_overlap_count_as_often_as_they_are_separate() -> None:
    probability, score, label = _witnesses(6, 0.7, 1.5)
    whole = WarningBlend.fit(probability, score, label, np.ones(label.shape, bool))
    thrice = [np.repeat(one, 3, axis=0) for one in (probability, score, label)]
    again = WarningBlend.fit(*thrice, np.ones(thrice[2].shape, bool), np.full(len(thrice[2]), 1 / 3))
    assert again.own == pytest.approx(whole.own)
    assert again.quantile == pytest.approx(whole.quantile)


def test_the_member_has_to_earn_its_say() -> None:
    """Few spikes leave it with little of it, though it is right; many give it all it deserves."""
    sizes = (_witnesses(7, 0.7, 1.5, windows=windows) for windows in (40, 4000))
    few, many = (WarningBlend.fit(*some, np.ones(some[2].shape, bool)) for some in sizes)
    assert 0.0 < few.own < 0.3
    assert many.own > 0.6


def test_a_witness_that_says_the_opposite_is_left_out() -> None:
    probability, score, label = _witnesses(3, own=1.0, other=-1.0)
    blend = WarningBlend.fit(probability, score, label, np.ones(label.shape, bool))
    assert blend.quantile == 0.0
    assert blend.own > 0


def test_few_spikes_leave_the_probability_alone() -> None:
    probability, score, label = _witnesses(4, 1.0, 1.0)
    few = np.zeros_like(label)
    few[:9, 0] = 1
    blend = WarningBlend.fit(probability, score, few, np.ones(label.shape, bool))
    np.testing.assert_array_equal(blend.apply(probability, score), probability)


def test_unknown_steps_do_not_count() -> None:
    probability, score, label = _witnesses(5, 1.0, 1.0)
    valid = np.zeros(label.shape, bool)
    assert WarningBlend.fit(probability, score, label, valid) == WarningBlend()


@given(st.floats(0, 1), st.one_of(st.floats(-1e6, 1e6), st.sampled_from([np.inf, -np.inf, np.nan])), st.floats(0, 5))
def test_always_a_probability(probability: float, score: float, slope: float) -> None:
    made = WarningBlend(intercept=-1.0, own=slope, quantile=slope).apply(np.array([[probability]]), np.array([[score]]))
    assert 0.0 <= made[0, 0] <= 1.0


def test_separable_labels_stay_finite() -> None:
    score = np.linspace(-5, 5, 1200).reshape(100, 12)
    blend = WarningBlend.fit(np.full(score.shape, 0.5), score, score > 3, np.ones(score.shape, bool))
    assert np.isfinite([blend.intercept, blend.own, blend.quantile]).all()


def test_travels_as_arrays() -> None:
    blend = WarningBlend(intercept=-2.5, own=0.25, quantile=1.5)
    assert WarningBlend.from_arrays(blend.to_arrays()) == blend
