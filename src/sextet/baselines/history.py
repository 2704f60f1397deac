"""Reading what lies before, and at, the targets of many windows at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.core.window import WindowIndex

Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

_CELLS = 4_000_000  # values gathered at a time


class History(Protocol):
    """The scaled target of a panel, as `data.prepare.Prepared` has it.

    Attributes:
        panel: the panel that `z` belongs to.
        z: `[N]` float32 scaled target, gaps filled from the past only.
        observed: `[N]` whether the target was observed.
    """

    @property
    def panel(self) -> Panel:
        """The panel."""

    @property
    def z(self) -> NDArray[np.float32]:
        """`[N]` scaled target."""

    @property
    def observed(self) -> Mask:
        """`[N]` observed mask."""


def gather(history: History, index: WindowIndex, offsets: NDArray[np.integer]) -> tuple[Reals, Mask]:
    """Return the scaled target at rows `row + offsets` of each window, and whether it was observed there.

    A row before the start of the series reads as its first row, one after its end as its last, both as not
    observed: a window never sees another series.

    Args:
        history: the scaled target.
        index: W windows.
        offsets: `[...]` rows relative to the first target; negative ones lie in the past.

    Returns:
        Two arrays `[W, ...]`.
    """
    rows = index.row.reshape(-1, *[1] * offsets.ndim) + offsets
    low = history.panel.offsets[index.series].reshape(-1, *[1] * offsets.ndim)
    high = history.panel.offsets[index.series + 1].reshape(-1, *[1] * offsets.ndim) - 1
    inside = np.clip(rows, low, high)
    return history.z[inside].astype(np.float64), history.observed[inside] & (inside == rows)


def targets(history: History, index: WindowIndex, horizon: int, until: NDArray[np.integer] | None = None) -> Reals:
    """Return the scaled targets `[W, H]`, NaN where not observed.

    Args:
        history: the scaled target.
        index: W windows.
        horizon: H.
        until: `[W]` rows, counted from the first of the window's series, from which no target is looked at.
    """
    z, seen = gather(history, index, np.arange(horizon))
    if until is not None:
        end = history.panel.offsets[index.series] + until
        seen &= index.row[:, None] + np.arange(horizon) < end[:, None]
    return np.where(seen, z, np.nan)


def chunks(index: WindowIndex, cells: int) -> Iterator[slice]:
    """Yield slices of the windows such that `cells` values a window stay within a fixed amount of memory."""
    size = max(1, _CELLS // max(cells, 1))
    for start in range(0, len(index), size):
        yield slice(start, start + size)


def thinned(index: WindowIndex, most: int) -> WindowIndex:
    """Return at most `most` windows, spread evenly over the index."""
    return index if len(index) <= most else index.take(spread(len(index), most))


def spread(count: int, most: int) -> NDArray[np.int64]:
    """Return at most `most` of the places 0 to `count - 1`, evenly apart."""
    return np.linspace(0, count - 1, min(most, count)).round().astype(np.int64)
