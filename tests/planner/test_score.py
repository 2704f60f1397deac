"""The score: weighted, monotone, honest about what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.planner.score import WEIGHTS, Facts, scores

BEST = Facts(name="a", seconds=100, cost=10, kwh=1, headroom=4, supported_years=float("inf"))
SLOW = replace(BEST, name="b", seconds=1000)
POSITIVE = st.floats(0.01, 1e6)


def test_the_best_in_everything_has_ten_and_tenfold_time_costs_its_weight():
    best, slow = scores([BEST, SLOW])
    assert best.total == pytest.approx(10) and slow.parts["time"] == pytest.approx(0)
    assert slow.total == pytest.approx(10 * (1 - WEIGHTS["time"] / sum(WEIGHTS.values())))
    assert scores([BEST, SLOW], {"time": 0})[1].total == pytest.approx(10)


def test_what_is_not_known_of_one_counts_for_none_and_is_said():
    first, second = scores([BEST, replace(SLOW, cost=None)])
    assert first.parts["cost"] is not None and second.parts["cost"] is None
    assert "cost is not known of every rig" in first.notes[0] and first.notes == second.notes
    weight = sum(value for name, value in WEIGHTS.items() if name != "cost")
    assert second.total == pytest.approx(10 * (weight - WEIGHTS["time"]) / weight)
    assert scores([Facts(name="x")])[0].total is None


def test_a_rig_that_does_not_hold_the_work_has_zero():
    assert scores([BEST, replace(BEST, headroom=0.9)])[1].total == 0


@given(POSITIVE, POSITIVE, st.sampled_from(["seconds", "cost", "kwh"]))
def test_less_of_what_is_spent_never_scores_lower(one, other, name):
    low, high = sorted((one, other))
    first, second = scores([replace(BEST, **{name: low}), replace(BEST, **{name: high})])
    assert first.total >= second.total >= 0 and first.total <= 10 + 1e-9


@given(st.floats(1, 100), st.floats(1, 100), st.floats(0, 20), st.floats(0, 20))
def test_more_memory_and_longer_support_never_score_lower(room, more, years, later):
    low = replace(BEST, headroom=min(room, more), supported_years=min(years, later))
    high = replace(BEST, headroom=max(room, more), supported_years=max(years, later))
    worse, better = scores([low, high])
    assert better.total >= worse.total


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ({"tiem": 1.0}, "did you mean 'time'"),
        ({"time": -1.0}, "at least 0"),
        (dict.fromkeys(WEIGHTS, 0.0), "all are 0"),
    ],
)
def test_weights_that_are_none_are_refused(weights, why):
    with pytest.raises(ConfigError, match=why):
        scores([BEST], weights)


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"cost": -1}, {"headroom": float("nan")}, {"supported_years": -1}])
def test_facts_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError, match="a: expected"):
        scores([replace(BEST, **wrong)])


def test_a_rig_that_does_not_serve_has_zero_and_no_other_is_held_against_it():
    for change in ({"serves": False}, {"headroom": 0.5}):
        useless = replace(BEST, name="c", seconds=1, cost=None, kwh=0.01, **change)
        first, second, third = scores([BEST, SLOW, useless])
        assert third.total == 0
        assert (first.total, second.total) == tuple(one.total for one in scores([BEST, SLOW])) and first.notes == ()


def test_what_is_beyond_the_limits_is_measured_against_what_is_within():
    within, other = Facts(name="a", seconds=100.0, cost=2.0), Facts(name="b", seconds=200.0, cost=1.0)
    beyond = Facts(name="c", seconds=1.0, cost=4.0, within=False)
    alone, beside = scores([within, other]), scores([within, other, beyond])
    assert alone == beside[:2]
    assert beside[2].parts["time"] == 10.0 and beside[2].parts["cost"] < beside[0].parts["cost"]
    unpriced = scores([within, other, replace(beyond, cost=None)])
    assert unpriced[:2] == alone and unpriced[2].total is None
