"""Is one model better than another, or does it only look so on these cutoffs?

The losses of all series at one cutoff are added up, so that what the series share does not count as many times as
there are series. What is left is a series of losses over time, neighbours of which are alike: windows overlap, and
hard weeks are hard for every model. Both answers given here allow for that:

- a p-value by the test of Diebold and Mariano (1995, "Comparing Predictive Accuracy"), with the small-sample
  correction of Harvey, Leybourne and Newbold (1997, "Testing the equality of prediction mean squared errors") and
  the long-run variance of Newey and West (1987), which is never negative;
- an interval of the relative difference by resampling blocks of consecutive cutoffs (Künsch 1989; circular, so that
  the first and last ones count as much, Politis and Romano 1992), its percentiles widened as the test's critical
  value is (for a block of one: the expanded percentiles of Hesterberg 2015, "What Teachers Should Know About the
  Bootstrap").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, nearest
from sextet.metrics.breakdown import Breakdown
from sextet.metrics.leaderboard import Row

Reals = NDArray[np.float64]

LEAST_CUTOFFS = 8  # with fewer, chance cannot be told from skill
_RESAMPLES = 2000
_CONFIDENCE = 0.95
_COLUMNS = {"mae": 1, "pinball": 3}  # of `metrics.leaderboard.point_sums`


def compare(
    models: Mapping[str, Breakdown],
    against: str = "sextet",
    losses: Sequence[str] = ("mae", "pinball"),
    seed: int = 0,
) -> list[Row]:
    """Compare each model with one of them, on the same points.

    Args:
        models: name -> breakdown.
        against: the model that the others are compared with.
        losses: of "mae", "pinball".
        seed: of the resampling; a seed gives the same rows twice.

    Returns:
        A row for each loss and other model: model, against, loss, difference_percent = 100 x (loss of the model /
        loss of the other - 1), so negative where the model is better; low and high, the bounds of its 95 % interval;
        p_value of no difference; cutoffs, the number of them. The last four are NaN, but for the number, where
        there are too few cutoffs: fewer than 8, or than four times as many as overlap (`bandwidth`).

    Raises:
        ConfigError: `against` is not among the models, a loss is not known, or they were scored on different points.
    """
    if against not in models:
        raise ConfigError(
            f"Expected one of {', '.join(models)} to compare with; got {against!r}{nearest(against, models)}"
        )
    unknown = [loss for loss in losses if loss not in _COLUMNS]
    if unknown:
        raise ConfigError(f"Expected losses among {', '.join(_COLUMNS)}; got {unknown[0]!r}.")
    rows: list[Row] = []
    for name, one in models.items():
        if name != against:
            rows += [_row(name, one, against, models[against], loss, seed) for loss in losses]
    return rows


def overlap_of(cutoffs: NDArray[np.integer], horizon: int) -> int:
    """Most cutoffs whose targets share a moment with those of one of them, itself included: 1 where none overlap.

    Args:
        cutoffs: `[T]` grid ordinals, rising.
        horizon: H, steps that follow each.
    """
    within: NDArray[np.int64] = np.searchsorted(cutoffs, cutoffs + horizon) - np.arange(len(cutoffs))
    return int(within.max(initial=1))


def bandwidth(count: int, overlap: int) -> int:
    """How many consecutive cutoffs count as alike: autocovariances up to one less are taken into account.

    The cube root of their number; where windows overlap twice the overlap, since the weights of Newey and West fall
    to zero over it.
    """
    return max(round(float(np.cbrt(count))), 2 * overlap if overlap > 1 else 1)


def diebold_mariano(difference: Reals, width: int) -> float:
    """p-value, two-sided, of the differences having mean zero.

    Args:
        difference: `[T]` of the losses of two models, in order of time.
        width: `bandwidth` of the long-run variance.

    Returns:
        The p-value: 1 where the models are equal throughout, 0 where they differ by the same throughout; NaN for
        fewer than 8 differences, or fewer than two widths.
    """
    count = len(difference)
    if count < LEAST_CUTOFFS or count < 2 * width:
        return float("nan")
    mean = float(difference.mean())
    centred = difference - mean
    covariances = [float(centred[lag:] @ centred[: count - lag]) / count for lag in range(width)]
    variance = covariances[0] + 2 * sum((1 - lag / width) * covariances[lag] for lag in range(1, width))
    if variance <= (1e-12 * float(np.abs(difference).max())) ** 2:  # rounding is all that is left
        return 1.0 if mean == 0 else 0.0
    from scipy.stats import t as student

    statistic = abs(mean) / float(np.sqrt(variance / count)) / _widening(count, width)
    return float(2 * student.sf(statistic, count - 1))


def relative_interval(model: Reals, other: Reals, width: int, seed: int = 0) -> tuple[float, float]:
    """Bounds of the 95 % interval of 100 x (sum of the model's losses / sum of the other's - 1).

    Args:
        model: `[T]` losses, in order of time.
        other: `[T]` losses at the same cutoffs.
        width: cutoffs of a block.
        seed: of the resampling.

    Returns:
        Low and high; NaN for fewer than 8 cutoffs, fewer than two widths, or an `other` without any loss.
    """
    count = len(model)
    if count < LEAST_CUTOFFS or count < 2 * width or not other.sum() > 0:
        return float("nan"), float("nan")
    from scipy.stats import t as student

    starts = np.random.default_rng(seed).integers(0, count, (_RESAMPLES, -(-count // width)))
    top, bottom = (_block_sums(values, width)[starts].sum(axis=1) for values in (model, other))
    ratio = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    upper = (1 + _CONFIDENCE) / 2
    wider = float(student.ppf(upper, count - 1)) / NormalDist().inv_cdf(upper) * _widening(count, width)
    found = float(model.sum() / other.sum())
    low, high = found + wider * (np.nanquantile(ratio, (1 - upper, upper)) - found)
    return 100 * (float(low) - 1), 100 * (float(high) - 1)


def _widening(count: int, width: int) -> float:
    """By what a standard error of `count` cutoffs is too small: the factor of Harvey, Leybourne and Newbold."""
    left = count - width
    return count / float(np.sqrt(left * left + left))


def _block_sums(values: Reals, width: int) -> Reals:
    """Sum of `width` consecutive values from each start, the end joined to the beginning: `[T]` -> `[T]`."""
    total = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values[: width - 1]]))])
    return np.asarray(total[width:] - total[:-width])


def _row(name: str, model: Breakdown, against: str, other: Breakdown, loss: str, seed: int) -> Row:
    ours, theirs = model.groups["cutoff"], other.groups["cutoff"]
    if not (np.array_equal(ours.keys, theirs.keys) and np.array_equal(ours.sums[:, 0], theirs.sums[:, 0])):
        raise ConfigError(f"{name!r} and {against!r} were not scored on the same points, so they cannot be compared.")
    seen = ours.sums[:, 0] > 0
    cutoffs, column = ours.keys[seen], _COLUMNS[loss]
    a, b = ours.sums[seen, column], theirs.sums[seen, column]
    width = bandwidth(len(cutoffs), overlap_of(cutoffs, len(model.groups["step"].keys)))
    low, high = relative_interval(a, b, width, seed)
    return {
        "model": name,
        "against": against,
        "loss": loss,
        "difference_percent": 100 * (float(a.sum() / b.sum()) - 1) if b.sum() > 0 else float("nan"),
        "low": low,
        "high": high,
        "p_value": diebold_mariano(a - b, width),
        "cutoffs": len(cutoffs),
    }
