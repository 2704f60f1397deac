"""Comparisons find a real difference, and find none more often than they should where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sextet.core.errors import ConfigError
from sextet.metrics.breakdown import Breakdown, Groups
from sextet.metrics.comparison import bandwidth, compare, diebold_mariano, overlap_of, relative_interval


def autoregressive(rng: np.random.Generator, rows: int, steps: int, phi: float) -> np.ndarray:
    noise = rng.standard_normal((rows, steps + 50))
    out = np.zeros_like(noise)
    for step in range(1, steps + 50):
        out[:, step] = phi * out[:, step - 1] + noise[:, step]
    return out[:, 50:]


def losses_of_two(cutoffs: int, step: int, runs: int = 400, worse: float = 0.0, seed: int = 0):
    """Mean absolute errors `[runs, T]` over 4 steps of two forecasts of AR(1) series; b's noise is larger by `worse`.

    Both know the process but for a wrong level of their own, drawn afresh for each moment.
    """
    rng, phi, horizon = np.random.default_rng(seed), 0.6, 4
    y = autoregressive(rng, runs, cutoffs * step + horizon + 1, phi)
    at = 1 + np.arange(cutoffs) * step
    ahead = at[:, None] + np.arange(horizon)
    ideal = y[:, at - 1][..., None] * phi ** np.arange(1, horizon + 1)
    errors = y[:, ahead] - ideal
    noise = [0.7 * rng.standard_normal(y.shape)[:, ahead] for _ in range(2)]
    return np.abs(errors + noise[0]).mean(-1), np.abs(errors + noise[1] * (1 + worse)).mean(-1)


def broken_down(loss: Sequence[float], points: int = 10, step: int = 4, horizon: int = 4) -> Breakdown:
    """A model whose mean absolute error at each cutoff is `loss`, its pinball loss half of that."""
    loss = np.asarray(loss, dtype=np.float64)
    sums = np.zeros((len(loss), 11))
    sums[:, 0], sums[:, 1], sums[:, 3] = points, loss * points, loss * points / 2
    steps = Groups(keys=np.arange(1, horizon + 1), sums=np.zeros((horizon, 11)))
    cutoffs = Groups(keys=100 + step * np.arange(len(loss)), sums=sums)
    return Breakdown(percents=(80.0, 95.0), groups={"step": steps, "cutoff": cutoffs})


@pytest.mark.parametrize(
    ("cutoffs", "step", "most"), [(12, 4, 0.09), (60, 4, 0.08), (60, 1, 0.11), (400, 1, 0.09), (16, 1, 0.14)]
)
def test_equal_models_differ_about_as_often_as_the_test_says(cutoffs: int, step: int, most: float) -> None:
    a, b = losses_of_two(cutoffs, step)
    width = bandwidth(cutoffs, overlap_of(np.arange(cutoffs) * step, 4))
    p = np.array([diebold_mariano(one - two, width) for one, two in zip(a, b, strict=True)])
    assert 0.015 < (p < 0.05).mean() < most
    assert 0.06 < (p < 0.1).mean() < most + 0.06
    bounds = np.array([relative_interval(one, two, width) for one, two in zip(a[:200], b, strict=False)])
    missed = (bounds[:, 0] > 0) | (bounds[:, 1] < 0)
    assert missed.mean() < most + 0.03
    assert abs((p[:200] < 0.05).mean() - missed.mean()) < 0.06  # the two answers agree


def test_a_clear_difference_is_found() -> None:
    a, b = losses_of_two(60, 4, runs=100, worse=1.0)
    p = np.array([diebold_mariano(one - two, bandwidth(60, 1)) for one, two in zip(a, b, strict=True)])
    assert (p < 0.05).mean() > 0.95
    bounds = np.array([relative_interval(one, two, bandwidth(60, 1)) for one, two in zip(a, b, strict=True)])
    assert (bounds[:, 1] < 0).mean() > 0.95


def test_rows_tell_model_loss_difference_interval_and_p() -> None:
    a, b = losses_of_two(60, 4, runs=1, worse=1.0)
    models = {"sextet": broken_down(a[0]), "ridge": broken_down(b[0])}
    rows = compare(models)
    assert [(row["model"], row["against"], row["loss"], row["cutoffs"]) for row in rows] == [
        ("ridge", "sextet", "mae", 60),
        ("ridge", "sextet", "pinball", 60),
    ]
    row = rows[0]
    assert row["difference_percent"] == pytest.approx(100 * (b[0].mean() / a[0].mean() - 1))
    assert 0 < row["low"] < row["difference_percent"] < row["high"]
    assert row["p_value"] < 0.01
    assert rows[1]["p_value"] == pytest.approx(row["p_value"])  # half the loss: the same evidence
    assert compare(models) == rows
    assert compare(models, seed=1)[0]["low"] != row["low"]
    other = compare(models, against="ridge", losses=("mae",))[0]
    assert other["high"] < 0 and other["p_value"] == pytest.approx(row["p_value"])


def test_the_difference_is_that_of_the_pooled_points() -> None:
    rng = np.random.default_rng(3)
    models = {"sextet": broken_down(rng.random(20)), "ridge": broken_down(rng.random(20))}
    points = rng.integers(0, 9, 20)
    points[:2] = 0  # cutoffs without an observed target
    for one in models.values():
        one.groups["cutoff"].sums[:] *= points[:, None] / 10
    row = compare(models, losses=("mae",))[0]
    sums = {name: one.groups["cutoff"].sums[:, 1].sum() for name, one in models.items()}
    assert row["difference_percent"] == pytest.approx(100 * (sums["ridge"] / sums["sextet"] - 1))
    assert row["cutoffs"] == (points > 0).sum()


@pytest.mark.parametrize(("count", "step"), [(0, 4), (1, 4), (7, 4), (15, 1)])
def test_too_few_cutoffs_have_no_p_value(count: int, step: int) -> None:
    rng = np.random.default_rng(0)
    models = {"sextet": broken_down(rng.random(count), step=step), "b": broken_down(rng.random(count), step=step)}
    row = compare(models)[0]
    assert row["cutoffs"] == count
    assert np.isnan([row["p_value"], row["low"], row["high"]]).all()
    assert np.isfinite(row["difference_percent"]) == (count > 0)


def test_identical_forecasts_are_no_different() -> None:
    loss = np.random.default_rng(0).random(20)
    row = compare({"sextet": broken_down(loss), "copy": broken_down(loss)})[0]
    assert (row["difference_percent"], row["low"], row["high"], row["p_value"]) == (0.0, 0.0, 0.0, 1.0)


def test_the_same_difference_throughout_is_certain() -> None:
    loss = np.random.default_rng(0).random(20)
    row = compare({"sextet": broken_down(loss), "off": broken_down(loss + 0.1)})[0]
    assert row["p_value"] == 0.0 and row["low"] > 0


def test_a_perfect_ensemble_leaves_no_relative_difference() -> None:
    row = compare({"sextet": broken_down(np.zeros(20)), "other": broken_down(np.random.default_rng(0).random(20))})[0]
    assert np.isnan([row["difference_percent"], row["low"], row["high"]]).all()
    assert row["p_value"] < 0.01


def test_overlap_counts_cutoffs_within_a_horizon() -> None:
    assert overlap_of(np.arange(10) * 4, 4) == 1
    assert overlap_of(np.arange(10) * 4, 5) == 2
    assert overlap_of(np.arange(10), 4) == 4
    assert overlap_of(np.array([0, 100, 101, 300]), 4) == 2
    assert overlap_of(np.array([], dtype=np.int64), 4) == 1


def test_what_cannot_be_compared_is_refused() -> None:
    loss = np.ones(20)
    models = {"sextet": broken_down(loss), "ridge": broken_down(loss)}
    with pytest.raises(ConfigError, match="did you mean 'sextet'"):
        compare(models, against="sextett")
    with pytest.raises(ConfigError, match="mae, pinball"):
        compare(models, losses=("mase",))
    with pytest.raises(ConfigError, match="not scored on the same points"):
        compare({**models, "ridge": broken_down(loss, points=9)})
