"""What a linear forecast may read besides the lookback: covariates known ahead, past covariates, the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import History
from sextet.core.window import WindowIndex
from sextet.data.calendar import Calendar
from sextet.data.windows import ordinals_of

Reals = NDArray[np.float64]

MOST = 1_000  # numbers a window; more would slow the solution, and few data sets have windows enough for them


class Surroundings(History, Protocol):
    """A scaled target with what is known around it, as `data.prepare.Prepared` has it.

    Attributes:
        future, past: `[N, F]`, `[N, P]` standardised covariates.
        calendar: calendar features by ordinal.
    """

    @property
    def future(self) -> NDArray[np.float32]:
        """`[N, F]` covariates known ahead."""

    @property
    def past(self) -> NDArray[np.float32]:
        """`[N, P]` covariates known up to now."""

    @property
    def calendar(self) -> Calendar:
        """The calendar."""


@dataclass(frozen=True, kw_only=True)
class Extras:
    """Which extra inputs a linear forecast reads, all about 0 and of size 1, a row outside the series being 0.

    Covariates known ahead: their values over the last `back` rows and over the horizon. Past covariates: their last
    row and their mean over a season. Calendar: the features of the first target step, since those of any later step
    are linear in them. Past covariates come last among the inputs, so that the first ones are those without them.

    Attributes:
        horizon: steps forecast.
        back: rows before the first target of which known covariates are read.
        block: steps of the horizon over which known covariates are averaged; 1 takes each.
        season: rows over which past covariates are averaged; 0 leaves past covariates out.
        calendar: number of calendar features.
    """

    horizon: int
    back: int
    block: int
    season: int
    calendar: int

    @property
    def reach(self) -> int:
        """Rows of history that are read."""
        return max(self.back, self.season)

    def width(self, history: Surroundings) -> int:
        """Number of inputs E."""
        known = int(history.future.shape[1]) * (self.back + -(-self.horizon // self.block))
        return known + self.calendar + (2 * int(history.past.shape[1]) if self.season else 0)

    def of(self, history: Surroundings, index: WindowIndex) -> Reals:
        """Return the inputs `[W, E]` of the windows."""
        parts = [np.zeros((len(index), 0))]
        if history.future.shape[1]:
            known = rows_of(history, history.future, index, np.arange(-self.back, self.horizon))
            starts = np.arange(0, self.horizon, self.block)
            sizes = np.diff(starts, append=self.horizon)
            ahead = np.add.reduceat(known[:, self.back :], starts, axis=1) / sizes[:, None]
            parts += [known[:, : self.back].reshape(len(index), -1), ahead.reshape(len(index), -1)]
        if self.calendar:
            parts.append(history.calendar.features(ordinals_of(history.panel, index)).astype(np.float64))
        if self.season:
            recent = rows_of(history, history.past, index, np.arange(-self.season, 0))
            parts += [recent[:, -1], recent.mean(axis=1)]
        return np.concatenate(parts, axis=1)

    def to_array(self) -> NDArray[np.int64]:
        """Return the settings as one array."""
        return np.array([self.horizon, self.back, self.block, self.season, self.calendar], dtype=np.int64)

    @classmethod
    def from_array(cls, array: NDArray[Any]) -> Extras:
        """Make it again from `to_array`."""
        horizon, back, block, season, calendar = (int(value) for value in array)
        return cls(horizon=horizon, back=back, block=block, season=season, calendar=calendar)


def extras_for(history: Surroundings, horizon: int, longest: int) -> Extras | None:
    """Return the extra inputs that these data offer, at most about `MOST`; None where they offer none.

    Args:
        history: the data.
        horizon: H.
        longest: most rows of history to read.
    """
    ahead, past, calendar = history.future.shape[1], history.past.shape[1], history.calendar.channels
    if not ahead + past + calendar:
        return None
    season = min(history.panel.frequency.season, longest) if 0 < 2 * past <= MOST // 2 else 0
    room = MOST // max(ahead, 1)  # rows of known covariates
    back = max(0, min(2 * history.panel.frequency.season, longest, room - horizon)) if ahead else 0
    block = max(1, -(-horizon // max(room, 1))) if ahead else 1
    return Extras(horizon=horizon, back=back, block=block, season=season, calendar=calendar)


def rows_of(history: History, columns: NDArray[np.float32], index: WindowIndex, offsets: NDArray[np.integer]) -> Reals:
    """Return rows `[W, len(offsets), C]` of `columns` relative to the first targets; 0 outside the series."""
    rows = index.row[:, None] + offsets
    low, high = history.panel.offsets[index.series][:, None], history.panel.offsets[index.series + 1][:, None]
    inside = (rows >= low) & (rows < high)
    return np.where(inside[..., None], np.take(columns, rows, axis=0, mode="clip"), 0.0).astype(np.float64)
