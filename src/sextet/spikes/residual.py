"""The robust seasonal residual: the target less its usual seasonal profile and less its level of late.

The level of a row is the median of the medians of the blocks of rows before the row's own block, over about one
season. So it reads nothing at or after the row, one spike does not move it, and it costs O(N): blocks are
reduced once. Blocks lie on the grid's ordinals, not on the series' first row, so the same row gets the same
level whatever history comes along, as long as one season of it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.classical import median_of_known
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel

Reals = NDArray[np.float64]
Rows = NDArray[np.int64]

_ROWS = 1_000_000  # rows worked on at a time; a longer series has its profile taken from its last million rows
_BINS = 168
_LEAST_SEASONS = 4
_LEAST_LONG_SEASONS = 12


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a frequency is cut into blocks and phases.

    Attributes:
        season: steps of the profile's season; 1 without a profile.
        bin_width: steps that share a value of the profile.
        block: rows of a block.
        span: blocks that make the level.
    """

    season: int
    bin_width: int
    block: int
    span: int

    @classmethod
    def of(cls, frequency: Frequency, rows: int) -> Layout:
        """The layout for series of about `rows` training rows.

        The profile is of the long season (a week of hours) where twelve of them are there, of the main season
        (a day of hours) where four are, else there is none.
        """
        main = frequency.season
        longer = [s for s in frequency.seasons[1:] if s % main == 0 and rows >= _LEAST_LONG_SEASONS * s]
        season = longer[0] if longer else main
        if rows < _LEAST_SEASONS * season:
            season = 1
        block = max(1, main // 8)
        return cls(season=season, bin_width=-(-season // _BINS), block=block, span=max(-(-main // block), 5))

    @property
    def bins(self) -> int:
        """Values of the profile."""
        return -(-self.season // self.bin_width)

    @property
    def reach(self) -> int:
        """Rows of history that a level reads."""
        return self.block * (self.span + 1)

    def bin_of(self, ordinals: Rows) -> Rows:
        """Position in the profile of grid ordinals, same shape."""
        return (ordinals % self.season) // self.bin_width


class Levels:
    """The past-only level of every block of a panel's series; each block's level serves all its rows."""

    def __init__(self, panel: Panel, layout: Layout, profile: Reals | None = None) -> None:
        """Take the levels of `panel.y`, less `profile [S, bins]` where given."""
        self._panel, self._layout = panel, layout
        begin = panel.first // layout.block
        # one more row than there is: the forecast that starts after the last row has a level too
        counts = np.maximum((panel.first + panel.lengths) // layout.block - begin + 1, 1)
        self._base = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._begin = begin
        self._level = self._rolled(self._medians(profile))

    def at(self, series: NDArray[np.integer], rows: Rows) -> Reals:
        """Level at panel rows of their series, same shape; NaN where nothing was observed before."""
        ordinals = self._panel.first[series] + rows - self._panel.offsets[series]
        found: Reals = self._level[self._base[series] + ordinals // self._layout.block - self._begin[series]]
        return found

    def _medians(self, profile: Reals | None) -> Reals:
        panel, size = self._panel, self._layout.block
        out = np.empty(int(self._base[-1]))
        chunk = max(1, _ROWS // size)
        for low in range(0, len(out), chunk):
            block = np.arange(low, min(low + chunk, len(out)))
            series = np.searchsorted(self._base, block, side="right") - 1
            ordinal = (self._begin[series] + block - self._base[series])[:, None] * size + np.arange(size)
            row = panel.offsets[series][:, None] + ordinal - panel.first[series][:, None]
            inside = (row >= panel.offsets[series][:, None]) & (row < panel.offsets[series + 1][:, None])
            values = np.where(inside, np.take(panel.y, row, mode="clip"), np.nan)
            if profile is not None:
                values = values - profile[series[:, None], self._layout.bin_of(ordinal)]
            out[block] = median_of_known(values)
        return out

    def _rolled(self, medians: Reals) -> Reals:
        span = self._layout.span
        out = np.empty_like(medians)
        chunk = max(1, _ROWS // span)
        for low in range(0, len(out), chunk):
            block = np.arange(low, min(low + chunk, len(out)))
            series = np.searchsorted(self._base, block, side="right") - 1
            before = block[:, None] - np.arange(1, span + 1)
            own = before >= self._base[series][:, None]
            out[block] = median_of_known(np.where(own, medians[np.maximum(before, 0)], np.nan))
        return out


def seasonal_profile(panel: Panel, layout: Layout, train_rows: NDArray[np.integer]) -> Reals:
    """The median of (target - level) at each phase of the season over the train rows, `[S, bins]`.

    Its median over the phases is zero. It is zero throughout for a series with less than four seasons to learn from.
    """
    profile = np.zeros((panel.series, layout.bins))
    if layout.bins < 2:
        return profile
    levels = Levels(panel, layout)
    for group in _groups(np.minimum(train_rows, _ROWS)):
        length = np.minimum(train_rows[group], _ROWS)
        series = np.repeat(group, length)
        start = panel.offsets[group] + train_rows[group] - length  # the last rows of the training part
        rows = np.arange(len(series)) + np.repeat(start - (np.cumsum(length) - length), length)
        departure = panel.y[rows] - levels.at(series, rows)
        seen = ~np.isnan(departure)
        series, rows, departure = series[seen], rows[seen], departure[seen]
        phase = layout.bin_of(panel.first[series] + rows - panel.offsets[series])
        cell = (series - group[0]) * layout.bins + phase
        found = _cell_medians(cell, departure, len(group) * layout.bins).reshape(len(group), layout.bins)
        found = np.nan_to_num(found - median_of_known(found)[:, None])
        observed = np.bincount(series - group[0], minlength=len(group))
        profile[group] = np.where((observed >= _LEAST_SEASONS * layout.season)[:, None], found, 0.0)
    return profile


def residuals(panel: Panel, layout: Layout, profile: Reals, levels: Levels, rows: slice) -> Reals:
    """Target less profile less level at a range of panel rows; NaN where either is unknown."""
    row = np.arange(rows.start, rows.stop)
    series = np.searchsorted(panel.offsets, row, side="right") - 1
    phase = layout.bin_of(panel.first[series] + row - panel.offsets[series])
    found: Reals = panel.y[rows] - profile[series, phase] - levels.at(series, row)
    return found


def row_ranges(start: int, stop: int) -> Iterator[slice]:
    """Cut a range of rows into slices of bounded length."""
    for low in range(start, stop, _ROWS):
        yield slice(low, min(low + _ROWS, stop))


def _groups(lengths: NDArray[np.integer]) -> Iterator[NDArray[np.int64]]:
    """Consecutive series with at most a million rows together, or one longer series."""
    end = np.cumsum(lengths)
    first = 0
    while first < len(lengths):
        done = int(end[first] - lengths[first])
        last = max(first + 1, int(np.searchsorted(end, done + _ROWS, side="right")))
        yield np.arange(first, last)
        first = last


def _cell_medians(cell: Rows, values: Reals, cells: int) -> Reals:
    """Median of the values of each cell, `[cells]`; NaN for an empty one."""
    order = np.lexsort((values, cell))
    count = np.bincount(cell, minlength=cells)
    start = np.cumsum(count) - count
    ranked = np.append(values[order], np.nan)
    low = np.where(count > 0, start + (count - 1) // 2, len(values))
    high = np.where(count > 0, start + count // 2, len(values))
    middle: Reals = (ranked[low] + ranked[high]) / 2
    return middle
