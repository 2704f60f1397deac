"""The tail fit equals scipy's maximum likelihood and its levels are exceeded as often as asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import genpareto

from sextet.spikes.threshold import Tail, fit_pareto, fit_tail


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.15, 0.5, 0.9])
def test_equal_to_scipys_likelihood(shape: float) -> None:
    y = genpareto.rvs(shape, scale=3.0, size=1000, random_state=np.random.default_rng(7))
    ours = fit_pareto(y)
    theirs = genpareto.fit(y, floc=0)
    reached = genpareto.logpdf(y, ours[0], scale=ours[1]).sum()
    assert reached >= genpareto.logpdf(y, theirs[0], scale=theirs[2]).sum() - 1e-3
    assert ours == pytest.approx((theirs[0], theirs[2]), abs=2e-3)


def test_level_is_the_formula_and_continuous_at_shape_zero() -> None:
    tail = Tail(start=10.0, shape=0.2, scale=2.0, share=0.02)
    assert tail.level(0.001) == pytest.approx(10 + 2 / 0.2 * ((0.001 / 0.02) ** -0.2 - 1))
    flat = Tail(start=10.0, shape=0.0, scale=2.0, share=0.02).level(0.001)
    assert Tail(start=10.0, shape=1e-6, scale=2.0, share=0.02).level(0.001) == pytest.approx(flat, rel=1e-4)
    assert tail.level(0.5) == 10.0


@pytest.mark.parametrize("risk", [0.01, 0.001, 0.0001])
def test_levels_are_exceeded_as_often_as_asked(risk: float) -> None:
    rng = np.random.default_rng(0)
    level = fit_tail(rng.standard_t(4, 20_000)).level(risk)
    assert (rng.standard_t(4, 1_000_000) > level).mean() == pytest.approx(risk, rel=0.35)


def test_too_small_or_without_a_tail_is_none() -> None:
    assert fit_tail(np.zeros(0)) is None
    assert fit_tail(np.random.default_rng(0).normal(size=499)) is None
    assert fit_tail(np.zeros(5000)) is None


@settings(max_examples=40)
@given(st.integers(500, 3000), st.integers(0, 99), st.floats(1e-3, 1e4), st.floats(-1e3, 1e3))
def test_levels_rise_as_risk_falls_and_follow_the_unit(n: int, seed: int, unit: float, shift: float) -> None:
    sample = np.random.default_rng(seed).gamma(2.0, size=n)
    tail, other = fit_tail(sample), fit_tail(sample * unit + shift)
    levels = [tail.level(risk) for risk in (0.05, 0.01, 0.001, 1e-5)]
    assert levels == sorted(levels) and levels[0] >= tail.start
    assert other.level(0.01) == pytest.approx(tail.level(0.01) * unit + shift, rel=1e-3, abs=unit * 1e-2 + 1e-6)
