"""Calendar features of grid ordinals: the position in the day, the week and the year, as sine and cosine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.frequency import Frequency, Ordinals
from sextet.core.panel import Panel
from sextet.core.weekdays import weekday
from sextet.data.clock import DAY_NS, local_time
from sextet.data.pieces import run_rows

Floats = NDArray[np.float32]

_TABLE_ROWS = 1_000_000  # beyond this many distinct stamps features are computed, not looked up: memory stays small
_TABLE_AHEAD = 4096


_REPEATS = 2  # a cycle gone through fewer times is a trend: what follows would lie outside what was learned


def repeated_cycles(frequency: Frequency, rows: int) -> tuple[str, ...]:
    """The cycles that make sense at this frequency and that `rows` steps go through at least twice."""
    return tuple(cycle for cycle in cycles_of(frequency) if rows >= _REPEATS * _length(frequency, cycle))


def calendar_features(
    frequency: Frequency, ordinals: Ordinals, tz: str | None, cycles: tuple[str, ...] | None = None
) -> Floats:
    """Features `[..., K]` of `ordinals [...]`, by the clock of `tz` (None: the stamps' own clock).

    Sine and cosine of the time of day (steps below a day), the day of the week (steps up to a day, and
    business days) and the day of the year (all but yearly steps), as far as they are among `cycles`.
    """
    cycles = cycles_of(frequency) if cycles is None else cycles
    ordinals = np.asarray(ordinals, dtype=np.int64)
    out = np.empty((*ordinals.shape, 2 * len(cycles)), dtype=np.float32)
    if not cycles:
        return out
    local = local_time(frequency.stamps(ordinals).view(np.int64), tz)
    days = np.floor_divide(local, DAY_NS)
    for k, cycle in enumerate(cycles):
        if cycle == "day":
            turn = (local - days * DAY_NS).astype(np.float32) / np.float32(DAY_NS)
        elif cycle == "week":
            turn = weekday(days).astype(np.float32) / np.float32(7)
        else:
            dates = days.view("datetime64[D]")
            turn = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).view(np.int64).astype(
                np.float32
            ) / np.float32(365.2425)
        angle = turn * np.float32(2 * np.pi)
        np.sin(angle, out=out[..., 2 * k])
        np.cos(angle, out=out[..., 2 * k + 1])
    return out


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The calendar features of a panel's grid, looked up in a table where the grid is short enough.

    Attributes:
        frequency: the grid.
        cycles: "day", "week", "year", as far as they are used.
        tz: zone whose clock counts, or None.
        low: ordinal of the table's first row.
        table: `[T, K]` float32; no rows when features are computed on demand.
    """

    frequency: Frequency
    cycles: tuple[str, ...]
    tz: str | None
    low: int
    table: Floats

    @classmethod
    def of(cls, panel: Panel, cycles: tuple[str, ...] | None = None) -> Calendar:
        """Build the calendar of a panel; series that share stamps share its rows. None takes every cycle."""
        cycles = cycles_of(panel.frequency) if cycles is None else cycles
        low = int(panel.first.min()) - _TABLE_AHEAD if panel.series else 0
        high = int((panel.first + panel.lengths).max()) + _TABLE_AHEAD if panel.series else 0
        count = high - low if high - low <= _TABLE_ROWS else 0
        ordinals = low + np.arange(count, dtype=np.int64)
        return cls(
            frequency=panel.frequency,
            cycles=cycles,
            tz=panel.tz,
            low=low,
            table=calendar_features(panel.frequency, ordinals, panel.tz, cycles),
        )

    @property
    def channels(self) -> int:
        """Number of features K."""
        return 2 * len(self.cycles)

    def features(self, ordinals: Ordinals) -> Floats:
        """Features `[..., K]` of `ordinals [...]`."""
        rows = ordinals - self.low
        if len(self.table) and rows.size and rows.min() >= 0 and rows.max() < len(self.table):
            return np.take(self.table, rows, axis=0)
        return calendar_features(self.frequency, ordinals, self.tz, self.cycles)

    def runs(self, first: Ordinals, length: int) -> Floats:
        """Features `[W, length, K]` of so many ordinals from each of `first [W]` on."""
        rows = first - self.low
        if len(self.table) >= length and len(rows) and rows.min() >= 0 and rows.max() + length <= len(self.table):
            return run_rows(self.table, rows, length)
        ordinals = np.asarray(first)[:, None] + np.arange(length, dtype=np.int64)
        return calendar_features(self.frequency, ordinals, self.tz, self.cycles)


def cycles_of(frequency: Frequency) -> tuple[str, ...]:
    """The cycles that make sense at this frequency, the shortest first."""
    if frequency.kind == "business":
        return ("week", "year")
    if frequency.kind == "month":
        return () if frequency.step % 12 == 0 else ("year",)
    if frequency.step < DAY_NS:
        return ("day", "week", "year")
    if frequency.step == DAY_NS:
        return ("week", "year")
    return ("year",) if frequency.step < 360 * DAY_NS else ()


def _length(frequency: Frequency, cycle: str) -> float:
    """Steps of the grid in one cycle."""
    if frequency.kind == "business":
        return {"week": 5.0, "year": 261.0}[cycle]
    if frequency.kind == "month":
        return 12 / frequency.step
    return {"day": 1.0, "week": 7.0, "year": 365.25}[cycle] * DAY_NS / frequency.step
