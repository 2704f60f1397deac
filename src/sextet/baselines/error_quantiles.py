"""Empirical quantiles of forecast errors, by which a point forecast becomes a quantile forecast."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sextet.core.quantiles import LEVELS

Reals = NDArray[np.float64]
Spread = Callable[[Reals, Sequence[float]], Reals]
"""Makes error quantiles `[H, Q]` of errors `[W, H]` and levels."""

ERROR_WINDOWS = 20_000
"""Most windows that errors are taken from."""

_ENOUGH = 40  # errors a step; with fewer, the outer quantiles of the grid (0.025) are not to be had
_WORTH = 0.005


def error_quantiles(errors: Reals, levels: Sequence[float] = LEVELS) -> Reals:
    """Quantiles of the errors at each step of the horizon, `[W, H]` -> `[H, Q]`; NaN errors are left out.

    A step with fewer than 40 errors takes the quantiles of all steps together; without any error all are zero.
    """
    pooled = errors[~np.isnan(errors)]
    if not len(pooled):
        return np.zeros((errors.shape[1], len(levels)))
    out = np.tile(np.quantile(pooled, levels), (errors.shape[1], 1))
    for step in range(errors.shape[1]):
        own = errors[:, step][~np.isnan(errors[:, step])]
        if len(own) >= _ENOUGH:
            out[step] = np.quantile(own, levels)
    return out


def spread(errors: Reals, levels: Sequence[float] = LEVELS) -> Reals:
    """Error quantiles `[H, Q]` for use around a point forecast that is kept as the median unless it is biased.

    The median error is added to the forecast only where that lowers the mean absolute error by more than half
    a percent: a smaller gain is of the weeks at hand, and would move an unbiased forecast for nothing.
    """
    found = error_quantiles(errors, levels)
    middle = _middle(found, levels)
    before, after = np.nansum(np.abs(errors)), np.nansum(np.abs(errors - middle[:, 0]))
    return found if after < before * (1.0 - _WORTH) else found - middle


def centred(errors: Reals, levels: Sequence[float] = LEVELS) -> Reals:
    """Error quantiles `[H, Q]` for use around a point forecast that is always kept as the median."""
    found = error_quantiles(errors, levels)
    return found - _middle(found, levels)


def _middle(found: Reals, levels: Sequence[float]) -> Reals:
    """Median `[H, 1]` of quantiles `[H, Q]`."""
    return np.array([[np.interp(0.5, levels, row)] for row in found])


def around(point: Reals, errors: Reals, unit: Reals | None = None) -> NDArray[np.float32]:
    """Put error quantiles `[H, Q]`, in a unit `[W]` if there is one, around point forecasts `[W, H]`: `[W, H, Q]`."""
    scaled = errors if unit is None else unit[:, None, None] * errors
    return (point[..., None] + scaled).astype(np.float32)
