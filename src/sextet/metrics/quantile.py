"""Metrics of quantile forecasts and intervals; NaN targets are left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sextet.core.quantiles import LEVELS, interval, read_quantiles

Reals = NDArray[np.floating]


def pinball(target: Reals, quantiles: Reals, levels: Sequence[float] = LEVELS) -> float:
    """Mean pinball (quantile) loss over all observed points and levels, in the unit of the target.

    The loss of level q is `max(q e, (q - 1) e)` with `e = target - quantile` (Koenker and Bassett 1978); at
    the median it is half the absolute error.

    Args:
        target: `[W, H]`, NaN where missing.
        quantiles: `[W, H, Q]`.
        levels: `[Q]` quantile levels.
    """
    return _mean(pinball_by_point(target, quantiles, levels))


def pinball_by_point(target: Reals, quantiles: Reals, levels: Sequence[float] = LEVELS) -> NDArray[np.float64]:
    """Pinball loss of each point, averaged over the levels: `[...]` and `[..., Q]` -> `[...]`, NaN where missing."""
    truth = np.asarray(target, dtype=np.float64)
    total = np.zeros(truth.shape)
    for k, level in enumerate(levels):  # level by level: no temporary of the size of the quantiles
        error = truth - quantiles[..., k]
        total += np.maximum(level * error, (level - 1.0) * error)
    return total / len(levels)


def coverage(target: Reals, quantiles: Reals, level: float, levels: Sequence[float] = LEVELS) -> float:
    """Share of observed points inside the central interval of `level` percent, bounds included, 0..1."""
    low, high = _bounds(quantiles, level, levels)
    truth = np.asarray(target, dtype=np.float64)
    inside = ((truth >= low) & (truth <= high)).astype(np.float64)
    return _mean(np.where(np.isnan(truth), np.nan, inside))


def width(target: Reals, quantiles: Reals, level: float, levels: Sequence[float] = LEVELS) -> float:
    """Mean width of the central interval of `level` percent at the observed points, in the unit of the target."""
    low, high = _bounds(quantiles, level, levels)
    return _mean(np.where(np.isnan(np.asarray(target)), np.nan, high - low))


def reliability(target: Reals, quantiles: Reals) -> NDArray[np.float64]:
    """Share of observed points at or below each quantile, `[Q]`: equals the levels when calibrated."""
    truth = np.asarray(target, dtype=np.float64)
    seen = ~np.isnan(truth)
    count = int(seen.sum())
    below = [float((truth <= quantiles[..., k])[seen].sum()) for k in range(quantiles.shape[-1])]
    return np.array(below) / count if count else np.full(len(below), np.nan)


def _bounds(quantiles: Reals, level: float, levels: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    read = read_quantiles(quantiles, interval(level), levels)
    return read[..., 0], read[..., 1]


def _mean(values: NDArray[np.float64]) -> float:
    seen = values[~np.isnan(values)]
    return float(seen.mean()) if seen.size else float("nan")
