"""Tallies of warnings: the scores of `metrics.events`, from sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.metrics.alarms import AlarmTally, rank
from sextet.metrics.events import average_precision
from sextet.spikes.alerts import score_warnings


@given(seed=st.integers(0, 1000), share=st.sampled_from([0.0, 0.05, 0.5]), coarse=st.booleans())
def test_scores_are_those_of_all_steps_at_once(seed: int, share: float, coarse: bool) -> None:
    rng = np.random.default_rng(seed)
    probability = rng.random((40, 6)) ** 2
    if coarse:
        probability = np.round(probability * 16) / 16  # ties, and exact zeros and ones
    label = rng.random((40, 6)) < share
    valid = rng.random((40, 6)) < 0.9
    halves = [AlarmTally.of(probability[p], label[p], valid[p], 0.25) for p in (slice(0, 13), slice(13, None))]
    found = (halves[0] + halves[1]).scores()
    wanted = score_warnings(probability, label, 0.25, valid)
    for key in ("precision", "recall", "f1", "hits", "false_alarms", "misses"):
        assert found[key] == pytest.approx(wanted[key], nan_ok=True), key
    precision = average_precision(rank(probability), label, valid)
    assert found["average_precision"] == pytest.approx(precision, nan_ok=True)
    assert found["threshold"] == 0.25
    assert found["brier"] == pytest.approx(wanted["brier"])


def test_a_tally_survives_arrays() -> None:
    one = AlarmTally.of(np.array([0.1, 0.9]), np.array([0, 1]), np.array([True, True]), 0.5)
    again = AlarmTally.from_arrays(one.to_arrays())
    assert again.scores() == one.scores() and again.hits == 1


def test_ranks_keep_the_order() -> None:
    probability = np.array([0.0, 1e-6, 1.1e-6, 1e-3, 0.2, 0.5, 0.501, 0.999, 1.0])
    assert (np.diff(rank(probability)) > 0).all()
