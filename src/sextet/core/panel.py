"""The panel: every series of a data set, one contiguous array per column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sextet.core.frequency import Frequency, Stamps

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """S series on one time grid, laid end to end in N rows; never changed in place.

    Series s owns rows `offsets[s]:offsets[s + 1]`; its row k has the grid ordinal `first[s] + k`. Its first
    `known[s]` rows are history; rows after them (target missing) only carry known future covariates.

    Attributes:
        ids: `[S]` series names, in the order of the rows.
        frequency: the grid.
        offsets: `[S + 1]` int64, row bounds of the series.
        first: `[S]` int64, grid ordinal of the first row of each series.
        known: `[S]` int64, number of history rows of each series: the forecast starts at row `known[s]`.
        y: `[N]` float64 target in its own unit; NaN where missing.
        past: `[N, P]` float32 covariates known up to now only; NaN where missing.
        future: `[N, F]` float32 covariates known ahead; NaN where missing.
        static: `[S, K]` float32, one row a series.
        past_names, future_names, static_names: column names of the three.
        weight: `[N]` float32 sample weights, or None.
        label: `[N]` int8 spike labels of the user (1 spike, 0 none), or None.
        tz: time zone name for the calendar, stamps being UTC; None: stamps are local wall time.
        columns: "time", "id", "target" -> the column that it was read from, where one column was.
        decimal: sign before decimals in the text that it was read from; None: numbers had none, or were no text.
        dates: "day/month/year" or "month/day/year" if the stamps were text of that kind, else None.
        notes: what was found and done while reading, in plain sentences, for the report.
    """

    ids: tuple[str, ...]
    frequency: Frequency
    offsets: NDArray[np.int64]
    first: NDArray[np.int64]
    known: NDArray[np.int64]
    y: NDArray[np.float64]
    past: Floats
    future: Floats
    static: Floats
    past_names: tuple[str, ...] = ()
    future_names: tuple[str, ...] = ()
    static_names: tuple[str, ...] = ()
    weight: Floats | None = None
    label: NDArray[np.int8] | None = None
    tz: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    decimal: str | None = None
    dates: str | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def series(self) -> int:
        """Number of series S."""
        return len(self.ids)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """`[S]` rows of each series, future rows included."""
        return np.diff(self.offsets)

    def rows(self, series: int) -> slice:
        """Rows of one series."""
        return slice(int(self.offsets[series]), int(self.offsets[series + 1]))

    def stamps(self, series: int) -> Stamps:
        """Stamps `[rows of the series]` of one series."""
        count = int(self.offsets[series + 1] - self.offsets[series])
        return self.frequency.stamps(int(self.first[series]) + np.arange(count, dtype=np.int64))

    def with_notes(self, *notes: str) -> Panel:
        """Return the panel with further notes."""
        return replace(self, notes=(*self.notes, *notes))
