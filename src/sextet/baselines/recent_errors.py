"""How far a forecast erred lately, as a unit for its errors: wide in wild weeks, narrow in calm ones.

Errors pooled over months say how far a forecast errs on average; in calm weeks, or of a calm series, it errs less.
The unit of a window is the mean absolute error of the same forecast, had it been made at eight cutoffs before, all of
whose targets have passed; to a power below one, since what was wild lately is on average less so to come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.error_quantiles import Spread
from sextet.baselines.history import History, chunks, targets
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex

Reals = NDArray[np.float64]
Point = Callable[[WindowIndex], Reals]
"""Forecasts windows: `[W, H]` in the scaled space."""

_CUTOFFS = 8
_SPACINGS = (0.25, 1.0)  # of a horizon, between cutoffs
_MOST_ROWS = 1024
_POWER = 0.75
_CALMEST = 0.05  # error, over the usual one, below which a window is as calm as can be
_WORTH = 0.005  # a smaller gain is of the weeks at hand


@dataclass(frozen=True, kw_only=True)
class RecentErrors:
    """A unit for the errors of a forecast that follows its own recent ones.

    Attributes:
        spacing: rows between the cutoffs that are looked back at.
        usual: the mean absolute error at which the unit is 1, scaled space.
    """

    spacing: int
    usual: float

    def reach(self, horizon: int) -> int:
        """Rows before a window's first target at which the earliest forecast looked back at begins."""
        return horizon + (_CUTOFFS - 1) * self.spacing

    def of(self, history: History, index: WindowIndex, point: Point, horizon: int) -> Reals:
        """Return the unit `[W]` of each window; 1 where nothing was forecast and observed lately."""
        ratio = recent_error(history, index, point, horizon, self.spacing) / self.usual
        return np.asarray(np.maximum(np.where(np.isnan(ratio), 1.0, ratio), _CALMEST) ** _POWER)


def recent_error(history: History, index: WindowIndex, point: Point, horizon: int, spacing: int) -> Reals:
    """Return the mean absolute error `[W]` at cutoffs whose targets have passed; NaN where none was observed."""
    rows = index.row[:, None] - horizon - spacing * np.arange(_CUTOFFS)
    inside = rows > history.panel.offsets[index.series][:, None]  # a row at least to forecast from
    distinct, place = np.unique(rows[inside], return_index=True)  # windows side by side look back at the same cutoffs
    owner = np.broadcast_to(index.series[:, None], rows.shape)[inside][place]
    before = WindowIndex(series=owner, row=distinct)
    found = np.empty((2, len(before)))
    for part in chunks(before, horizon):
        error = np.abs(targets(history, before.take(part), horizon) - point(before.take(part)))
        found[:, part] = np.nansum(error, axis=1), np.isfinite(error).sum(axis=1)
    each = np.zeros((2, *rows.shape))
    each[:, inside] = found[:, np.searchsorted(distinct, rows[inside])]
    total, count = each.sum(axis=2)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def choose_unit(
    history: History,
    index: WindowIndex,
    errors: Reals,
    point: Point,
    spread: Spread,
    levels: Sequence[float] = LEVELS,
) -> tuple[RecentErrors, Reals] | None:
    """Return the unit with which error quantiles have the least pinball loss on `index`; None: they need none.

    Args:
        history: the scaled target.
        index: W windows to take errors from.
        errors: `[W, H]` of the forecast, NaN where the target is missing.
        point: the forecast.
        spread: makes quantiles `[H, Q]` of errors.
        levels: `[Q]`.

    Returns:
        The unit, and its value `[W]` for each window of `index`.
    """
    horizon = errors.shape[1]
    best, least = None, (1.0 - _WORTH) * _loss(errors, np.ones(len(index)), spread, levels)
    for spacing in sorted({max(1, round(share * horizon)) for share in _SPACINGS}):
        recent = recent_error(history, index, point, horizon, spacing)
        usual = float(np.median(recent[np.isfinite(recent)])) if np.isfinite(recent).any() else 0.0
        unit = RecentErrors(spacing=spacing, usual=usual)
        if usual <= 0.0 or (spacing >= horizon > 1 and unit.reach(horizon) > _MOST_ROWS):
            continue
        value = unit.of(history, index, point, horizon)
        loss = _loss(errors, value, spread, levels)
        if loss < least:
            best, least = (unit, value), loss
    return best


def _loss(errors: Reals, unit: Reals, spread: Spread, levels: Sequence[float]) -> float:
    """Pinball loss, summed, of error quantiles in a unit `[W]`, on the errors that they were taken from."""
    found, total = spread(errors / unit[:, None], levels), 0.0
    for place, level in enumerate(levels):
        beyond = errors - unit[:, None] * found[:, place]
        total += float(np.nansum(np.maximum(level * beyond, (level - 1.0) * beyond)))
    return total
