"""A series with few readings: how far it usually spreads is learned from the series of training, not from them alone.

Two readings that lie close together say nothing of how far a day takes a series. So what they lack to a season is
filled up with readings that spread about their mean as the series of training usually do, in proportion to their level.
"""

from __future__ import annotations

from collections.abc import Collection
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel

Array = NDArray[np.float64]

_LEAST = 8
_TOLD = 5
_LACKING = 0.1  # share of the readings looked back on


def enough(frequency: Frequency) -> int:
    """Readings from which on a series is measured by itself: a season, and eight at least."""
    return max(frequency.season, _LEAST)


def usual_share(level: Array, spread: Array) -> tuple[float, float]:
    """The usual spread of the series of training: as a share of the root mean square, and in the unit of the target.

    Args:
        level: `[S]` the middle of each series.
        spread: `[S]` its standard deviation.
    """
    size = np.hypot(level, spread)
    share = np.divide(spread, size, out=np.zeros_like(size), where=size > 0)
    return float(np.median(share)), float(np.median(spread))


def filled_up(y: Array, wanted: int, usual: tuple[float, float], *, positive: bool = False) -> Array:
    """Return readings `y [n]` and as many made ones as they lack to `wanted`.

    Args:
        y: at least one, all finite.
        wanted: how many are enough.
        usual: of `usual_share`.
        positive: the target lies above 0.
    """
    lack = wanted - len(y)
    if lack <= 0:
        return y
    share, spread = usual
    size = float(np.hypot(y.mean(), y.std()))
    draws = np.array([NormalDist().inv_cdf((k + 0.5) / lack) for k in range(lack)]) if lack > 1 else np.ones(1)
    draws /= float(np.sqrt(np.mean(draws**2)))
    made = y.mean() + (share * size if size > 0 else spread) * draws
    least = float(y.min())
    if positive or least >= 0:
        made = np.maximum(made, 0.1 * least if positive else 0.0)
    return np.concatenate([y, made])


def short_notes(panel: Panel, names: Collection[str]) -> list[str]:
    """Say which of the series `names` of a panel have too few readings to be measured by themselves."""
    wanted = enough(panel.frequency)
    short = {}
    for s, name in enumerate(panel.ids):
        if name in names:
            start = int(panel.offsets[s])
            count = int(np.isfinite(panel.y[start : start + int(panel.known[s])]).sum())
            if count < wanted:
                short[name] = count
    if not short:
        return []
    told = ", ".join(f"{name} has {count}" for name, count in list(short.items())[:_TOLD])
    others = f" and {len(short) - _TOLD} more" if len(short) > _TOLD else ""
    return [
        f"Fewer readings than the {wanted} that tell how far a series spreads, so that is taken in part from the "
        f"series of training: {told}{others}."
    ]


def missing_notes(panel: Panel, last: int) -> list[str]:
    """Say which series lack many of the readings that a forecast looks back on.

    Args:
        panel: the data.
        last: rows before the end of each series' history that are read.
    """
    lacking = {}
    for s, name in enumerate(panel.ids):
        end = int(panel.offsets[s]) + int(panel.known[s])
        late = panel.y[max(end - last, int(panel.offsets[s])) : end]
        count = int(np.isnan(late).sum())
        if count > _LACKING * len(late):
            lacking[name] = f"{count:,} of {len(late):,} of {name!r}"
    if not lacking:
        return []
    told = ", ".join(list(lacking.values())[:_TOLD])
    others = f" and so of {len(lacking) - _TOLD} more series" if len(lacking) > _TOLD else ""
    return [f"Readings are missing among those that a forecast looks back on: {told}{others}. Is every time right?"]
