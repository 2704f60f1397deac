"""Naive2 and the metrics of the M4 competition (Makridakis, Spiliotis and Assimakopoulos 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

_Z90 = 1.645


def is_seasonal(y: Reals, season: int) -> bool:
    """The organisers' test at 90 %: the autocorrelation at the season against Bartlett's limit.

    Args:
        y: `[N]` history.
        season: steps of a season; fewer than three seasons of history are never seasonal.
    """
    if season < 2 or len(y) < 3 * season:
        return False
    centred = y - y.mean()
    variance = float(centred @ centred)
    if variance == 0.0:
        return False
    acf = np.array([float(centred[lag:] @ centred[:-lag]) / variance for lag in range(1, season + 1)])
    limit = _Z90 / np.sqrt(len(y)) * np.sqrt(1.0 + 2.0 * float((acf[:-1] ** 2).sum()))
    return bool(abs(acf[-1]) > limit)


def multiplicative_indices(y: Reals, season: int) -> Reals:
    """Seasonal indices of the classical multiplicative decomposition, `[season]`, mean 1, phase 0 at the first row.

    The trend is the centred moving average over one season (2 x season where the season is even).
    """
    kernel = np.ones(season) / season
    if season % 2 == 0:
        kernel = np.r_[0.5, np.ones(season - 1), 0.5] / season
    half = season // 2
    trend = np.full(len(y), np.nan)
    trend[half : len(y) - half] = np.convolve(y, kernel, mode="valid")
    ratio = y / trend
    indices = np.array([np.nanmean(ratio[phase::season]) for phase in range(season)])
    return np.asarray(indices / indices.mean())


def naive2(y: Reals, horizon: int, season: int) -> Reals:
    """The last value of the seasonally adjusted history, seasonally adjusted back: `[N]` -> `[H]`."""
    if not is_seasonal(y, season):
        return np.full(horizon, y[-1])
    indices = multiplicative_indices(y, season)
    last = y[-1] / indices[(len(y) - 1) % season]
    return np.asarray(last * indices[(len(y) + np.arange(horizon)) % season])


def smape(y: Reals, forecast: Reals) -> float:
    """Symmetric MAPE in percent: mean of 200 |y - f| / (|y| + |f|)."""
    return float((200.0 * np.abs(y - forecast) / (np.abs(y) + np.abs(forecast))).mean())


def mase(y: Reals, forecast: Reals, history: Reals, season: int) -> float:
    """Mean absolute error over the in-sample MAE of the seasonal naive forecast (Hyndman and Koehler 2006)."""
    scale = float(np.abs(history[season:] - history[:-season]).mean())
    return float(np.abs(y - forecast).mean()) / scale


def owa(found: dict[str, float], reference: dict[str, float]) -> float:
    """Overall weighted average: the mean of sMAPE and MASE, each relative to Naive2's."""
    return (found["sMAPE"] / reference["sMAPE"] + found["MASE"] / reference["MASE"]) / 2.0
