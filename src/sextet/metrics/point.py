"""Point metrics of forecasts against a target in which NaN means "not observed".

Every function pools all observed points of its arrays, which may have any common shape. utilsforecast defines
the same quantities on long frames, one value a series; frames of a hundred quantile columns do not fit beside
the data, so the sums are taken here on arrays, and a test holds them equal to utilsforecast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel

Reals = NDArray[np.floating]


def mae(target: Reals, point: Reals) -> float:
    """Mean absolute error in the unit of the target; NaN without an observed point."""
    return _mean(np.abs(_error(target, point)))


def mse(target: Reals, point: Reals) -> float:
    """Mean squared error in the squared unit of the target; NaN without an observed point."""
    return _mean(_error(target, point) ** 2)


def rmse(target: Reals, point: Reals) -> float:
    """Root mean squared error in the unit of the target; NaN without an observed point."""
    return float(np.sqrt(mse(target, point)))


def wape(target: Reals, point: Reals) -> float:
    """Weighted absolute percentage error, sum|error| / sum|target|, as a fraction (called `nd` in utilsforecast).

    NaN where the observed targets are all zero, or none is observed.
    """
    error = np.abs(_error(target, point))
    seen = ~np.isnan(error)
    total = float(np.abs(np.asarray(target, dtype=np.float64)[seen]).sum())
    return float(error[seen].sum()) / total if total > 0 else float("nan")


def accuracy_percent(target: Reals, point: Reals) -> float:
    """100 x (1 - WAPE): the one definition of "accuracy %" in sextet; negative when WAPE is above 1."""
    return 100.0 * (1.0 - wape(target, point))


def mase(target: Reals, point: Reals, scale: Reals) -> float:
    """Mean absolute scaled error (Hyndman and Koehler 2006), pooled over the observed points.

    Args:
        target: `[W, H]`, NaN where missing.
        point: `[W, H]`.
        scale: `[W]` in-sample seasonal naive MAE of each window's series, see `seasonal_scale`. Windows whose
            scale is zero or NaN (constant or too short a history) are left out.
    """
    usable = np.where(np.asarray(scale) > 0, scale, np.nan).astype(np.float64)
    return _mean(np.abs(_error(target, point)) / usable[:, None])


def seasonal_scale(panel: Panel, train_rows: NDArray[np.integer], season: int | None = None) -> NDArray[np.float64]:
    """In-sample MAE of the seasonal naive forecast, `[S]`, in the unit of the target: the denominator of MASE.

    Args:
        panel: the series.
        train_rows: `[S]` rows of each series, from its start, that count as in-sample.
        season: steps of a season; the frequency's main one when None.

    Returns:
        The scales; NaN where no pair of observed rows lies one season apart within the train rows.
    """
    lag = panel.frequency.season if season is None else season
    out = np.full(panel.series, np.nan)
    for s in range(panel.series):
        y = panel.y[panel.offsets[s] : panel.offsets[s] + int(train_rows[s])]
        if len(y) > lag:
            out[s] = _mean(np.abs(y[lag:] - y[:-lag]))
    return out


def mae_by_step(target: Reals, point: Reals) -> NDArray[np.float64]:
    """Mean absolute error of each step of the horizon: `[W, H]`, `[W, H]` -> `[H]`, NaN where none is observed."""
    error = np.abs(_error(target, point))
    count = (~np.isnan(error)).sum(axis=0)
    total = np.nansum(error, axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _error(target: Reals, point: Reals) -> NDArray[np.float64]:
    return np.asarray(target, dtype=np.float64) - np.asarray(point, dtype=np.float64)


def _mean(values: NDArray[np.float64]) -> float:
    seen = values[~np.isnan(values)]
    return float(seen.mean()) if seen.size else float("nan")
