"""Calendar features of grid ordinals: the position in the day, the week and the year, as sine and cosine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.frequency import Frequency, Ordinals
from sextet.core.panel import Panel
from sextet.data.clock import DAY_NS, local_time

Floats = NDArray[np.float32]

_TABLE_ROWS = 1_000_000  # beyond this many distinct stamps features are computed, not looked up: memory stays small
_TABLE_AHEAD = 4096


def calendar_names(frequency: Frequency) -> tuple[str, ...]:
    """Names of the features that make sense at this frequency; the order of the channels."""
    return tuple(f"{cycle}_{wave}" for cycle in _cycles(frequency) for wave in ("sin", "cos"))


def calendar_features(frequency: Frequency, ordinals: Ordinals, tz: str | None) -> Floats:
    """Features `[..., K]` of `ordinals [...]`, by the clock of `tz` (None: the stamps' own clock).

    Sine and cosine of the time of day (steps below a day), the day of the week (steps up to a day, and
    business days) and the day of the year (all but yearly steps).
    """
    cycles = _cycles(frequency)
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
            turn = ((days + 3) % 7).astype(np.float32) / np.float32(7)  # 1970-01-01 was a Thursday
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
        tz: zone whose clock counts, or None.
        low: ordinal of the table's first row.
        table: `[T, K]` float32; no rows when features are computed on demand.
    """

    frequency: Frequency
    tz: str | None
    low: int
    table: Floats

    @classmethod
    def of(cls, panel: Panel) -> Calendar:
        """Build the calendar of a panel; series that share stamps share its rows."""
        low = int(panel.first.min()) - _TABLE_AHEAD if panel.series else 0
        high = int((panel.first + panel.lengths).max()) + _TABLE_AHEAD if panel.series else 0
        count = high - low if high - low <= _TABLE_ROWS else 0
        ordinals = low + np.arange(count, dtype=np.int64)
        return cls(
            frequency=panel.frequency,
            tz=panel.tz,
            low=low,
            table=calendar_features(panel.frequency, ordinals, panel.tz),
        )

    @property
    def channels(self) -> int:
        """Number of features K."""
        return 2 * len(_cycles(self.frequency))

    def features(self, ordinals: Ordinals) -> Floats:
        """Features `[..., K]` of `ordinals [...]`."""
        rows = ordinals - self.low
        if len(self.table) and rows.size and rows.min() >= 0 and rows.max() < len(self.table):
            return np.take(self.table, rows, axis=0)
        return calendar_features(self.frequency, ordinals, self.tz)


def _cycles(frequency: Frequency) -> tuple[str, ...]:
    if frequency.kind == "business":
        return ("week", "year")
    if frequency.kind == "month":
        return () if frequency.step % 12 == 0 else ("year",)
    if frequency.step < DAY_NS:
        return ("day", "week", "year")
    if frequency.step == DAY_NS:
        return ("week", "year")
    return ("year",) if frequency.step < 360 * DAY_NS else ()
