"""What a classifier sees of a window and a step of it: the window's past, the clock, and what is known ahead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

RECENT = 48  # last values that are told one by one; older ones up to the lookback more and more sparsely
SPARSE = 24  # older values that are told
NEAR = (-2, -1, 0, 1, 2)  # rows around the step, or around the step's hour of seasons before
SEASONS = 21  # most seasons before, at the step's phase, that are told

Columns = dict[str, NDArray[Any]]


def features(ground: Any, series: Rows, row: Rows, step: Rows) -> tuple[Floats, list[str]]:
    """Return `[n, F]` and the names of the F columns, for n pairs of a window and a step.

    Nothing is read from rows at or after a window's first target but covariates that are known ahead. Values are
    told as their height above what counts as a spike at the step, so that no tree has to find out the difference.

    Args:
        ground: of the fit; its lookback is the longest of any member.
        series: `[n]` of the windows.
        row: `[n]` of the first target.
        step: `[n]` 0 to H - 1.
    """
    from sextet.core.window import WindowIndex

    index = WindowIndex(series=series.astype(np.int32), row=row)
    pairs = (series, row, step)
    at = np.arange(len(step)), step
    horizon = ground.shape.horizon
    level = ground.spikes.spike_level(ground.panel, index, horizon)[at]
    columns: Columns = {"step": step, "level": level, "usual": ground.spikes.usual(ground.panel, index, horizon)[at]}
    columns |= _clock(ground.panel, *pairs) | _lags(ground, *pairs, level) | _phases(ground, *pairs, level)
    columns |= _statistics(ground, series, row, level) | _covariates(ground, *pairs)
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns.values()], axis=1), list(columns)


def _clock(panel: Any, series: Rows, row: Rows, step: Rows) -> Columns:
    stamps = pd.DatetimeIndex(panel.frequency.stamps(panel.first[series] + row - panel.offsets[series] + step))
    minute = stamps.hour * 60 + stamps.minute
    return {
        "minute of day": minute,
        "weekday": stamps.day_of_week,
        "day of year": stamps.day_of_year,
        "hour": stamps.hour,
    }


def _lags(ground: Any, series: Rows, row: Rows, step: Rows, level: NDArray[np.float64]) -> Columns:
    lookback = ground.shape.lookback
    lags = list(range(1, min(RECENT, lookback) + 1))
    if lookback > RECENT:
        lags += sorted(set(np.linspace(RECENT, lookback, SPARSE + 1).round().astype(int)[1:].tolist()))
    last = _values(ground.panel, series, row - 1)
    found: Columns = {f"above, {lag} back": _values(ground.panel, series, row - lag) - level for lag in lags}
    return {"last": last, **found, "rise of 1": last - _values(ground.panel, series, row - 2)}


def _phases(ground: Any, series: Rows, row: Rows, step: Rows, level: NDArray[np.float64]) -> Columns:
    """Values of seasons before, at the step's phase and around it, as far as the lookback reaches."""
    season, lookback = ground.panel.frequency.season, ground.shape.lookback
    out: Columns = {}
    for back in range(1, min(lookback // max(season, 2), SEASONS) + 1):
        for near in NEAR if back in (1, 2, 7) else (0,):
            there = row + step + near - back * season
            seen = (there < row) & (there >= row - lookback)
            value = np.where(seen, _values(ground.panel, series, there), np.nan)
            out[f"above, {back} seasons back {near:+d}"] = value - level
    return out


def _statistics(ground: Any, series: Rows, row: Rows, level: NDArray[np.float64]) -> Columns:
    """Mean, spread, extremes, gaps and spikes of the last rows, over a few lengths."""
    panel, lookback, horizon = ground.panel, ground.shape.lookback, ground.shape.horizon
    key, inverse = np.unique(np.stack([series, row]), axis=1, return_inverse=True)
    lengths = sorted({min(n, lookback) for n in (max(horizon // 4, 2), horizon, 2 * horizon, 7 * horizon, lookback)})
    out: Columns = {}
    rows = key[1][:, None] - np.arange(1, lookback + 1)
    inside = rows >= panel.offsets[key[0]][:, None]
    y = np.where(inside, np.take(panel.y, rows, mode="clip"), np.nan)
    spiked = np.where(inside, np.take(panel.label, rows, mode="clip"), 0) > 0
    since = np.where(spiked.any(axis=1), spiked.argmax(axis=1), lookback)
    out["rows since a spike"] = since[inverse.ravel()]
    for length in lengths:
        some = pd.DataFrame(y[:, :length])
        told = {
            "mean": some.mean(axis=1),
            "spread": some.std(axis=1),
            "most": some.max(axis=1),
            "least": some.min(axis=1),
            "missing": some.isna().mean(axis=1),
            "spikes": pd.Series(spiked[:, :length].sum(axis=1)),
        }
        for name, values in told.items():
            one = values.to_numpy(np.float64)[inverse.ravel()]
            out[f"{name} of {length}"] = one - level if name in ("mean", "most", "least") else one
    return out


def _covariates(ground: Any, series: Rows, row: Rows, step: Rows) -> Columns:
    """Covariates of the past at the cutoff; those known ahead around the step, a season before, and of all steps."""
    panel, horizon, season = ground.panel, ground.shape.horizon, ground.panel.frequency.season
    out: Columns = {}
    for column, name in enumerate(panel.past_names):
        for lag in (1, 2, horizon):
            out[f"{name}, {lag} back"] = _values(panel, series, row - lag, panel.past[:, column])
    key, inverse = np.unique(np.stack([series, row]), axis=1, return_inverse=True)
    for column, name in enumerate(panel.future_names):
        values = panel.future[:, column]
        for near in NEAR:
            out[f"{name} {near:+d}"] = _values(panel, series, row + step + near, values)
        for back in (season, 7 * season):
            change = out[f"{name} +0"] - _values(panel, series, row + step - back, values)
            out[f"{name}, change in {back}"] = change
        ahead = np.stack([_values(panel, key[0], key[1] + h, values) for h in range(horizon)], axis=1)
        for what, told in (("mean", ahead.mean(axis=1)), ("most", ahead.max(axis=1)), ("least", ahead.min(axis=1))):
            out[f"{name}, {what} ahead"] = told[inverse.ravel()]
    return out


def _values(panel: Any, series: Rows, rows: Rows, column: NDArray[np.floating] | None = None) -> NDArray[np.float64]:
    """Values of a column at rows of their series; NaN beyond it."""
    values = panel.y if column is None else column
    inside = (rows >= panel.offsets[series]) & (rows < panel.offsets[series + 1])
    return np.where(inside, np.take(values, rows, mode="clip").astype(np.float64), np.nan)
