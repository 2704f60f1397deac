"""What rules look at: windows of a panel, what was known at their cutoffs, and a forecast of their steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, nearest
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.clock import DAY_NS, local_time
from sextet.data.windows import window_ordinals

Reals = NDArray[np.float64]
Days = NDArray[np.int64]

Value = TypeVar("Value", bound=np.generic)

_CELLS = 4_000_000  # values gathered at a time


def is_daily(frequency: Frequency) -> bool:
    """Whether steps last a day or more, so that they have no time of day."""
    return frequency.kind != "fixed" or frequency.step >= DAY_NS


def longer_than_a_day(frequency: Frequency) -> bool:
    """Whether a step holds several days."""
    return frequency.kind == "month" or (frequency.kind == "fixed" and frequency.step > DAY_NS)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """W windows of H steps. Numbers are given as arrays that broadcast to `[W, H]`; NaN is a missing value.

    Nothing observed after a window's cutoff can be read, though the panel may hold it.

    Attributes:
        panel: the data, in its own unit.
        index: the windows.
        quantiles: `[W, H, Q]` of the forecast that rules look at, in the unit of the target.
        levels: `[Q]`.
        spike_probability: `[W, H]`, or None where no member warns.
    """

    panel: Panel
    index: WindowIndex
    quantiles: Reals
    levels: Sequence[float]
    spike_probability: NDArray[np.floating] | None = None
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def shape(self) -> tuple[int, int]:
        """W and H."""
        return self.quantiles.shape[0], self.quantiles.shape[1]

    @property
    def ids(self) -> tuple[str, ...]:
        """`[W]` series of each window."""
        return tuple(self.panel.ids[s] for s in self.index.series)

    @property
    def local(self) -> Days:
        """`[W, H]` nanoseconds of the data's clock: that of its time zone where it has one, else of its stamps."""

        def read() -> Days:
            stamps = self.panel.frequency.stamps(window_ordinals(self.panel, self.index, 0, self.shape[1]))
            return local_time(np.ascontiguousarray(stamps).view(np.int64), self.panel.tz)

        return self._once("local", read)

    @property
    def days(self) -> Days:
        """`[W, H]` days since 1970 on the data's clock."""
        return self._once("days", lambda: np.floor_divide(self.local, DAY_NS))

    @property
    def daily(self) -> bool:
        """Whether steps last a day or more, so that they have no time of day."""
        return is_daily(self.panel.frequency)

    @property
    def minutes(self) -> Reals:
        """`[W, H]` minutes since midnight; missing where steps last a day or more."""
        if self.daily:
            return np.full((1, 1), np.nan)
        return self._once("minutes", lambda: (self.local - self.days * DAY_NS) / 60e9)

    def lag(self, steps: int) -> Reals:
        """`[W, H]` the target so many steps before each step, missing where that lies in the horizon."""
        offsets = np.arange(self.shape[1]) - steps
        return self._known(np.where(offsets < 0, offsets, 0), offsets < 0)

    def seasonal(self, steps: int) -> Reals:
        """`[W, H]` the last known target at the same place in a cycle of so many steps."""
        offsets = np.arange(self.shape[1]) % steps - steps
        return self._known(offsets, offsets < 0)

    def rolling(self, name: str, rows: int, of: Callable[..., Any]) -> Reals:
        """`[W, 1]` a statistic over the last `rows` steps known, missing ones left out."""

        def read() -> Reals:
            out = np.full((len(self.index), 1), np.nan)
            offsets = np.arange(-rows, 0)
            size = max(1, _CELLS // rows)
            for low in range(0, len(out), size):
                past = self._known(offsets, offsets < 0, slice(low, low + size))
                some = np.flatnonzero(np.isfinite(past).any(axis=1))
                if len(some):
                    out[low + some, 0] = of(past[some], axis=1)
            return out

        return self._once((name, rows), read)

    def covariate(self, name: str) -> Reals:
        """A covariate: at each step where it is known ahead, else its last value before the cutoff; `[W, H or 1]`.

        Raises:
            ConfigError: the data have no such covariate.
        """
        panel, rows = self.panel, self.index.row[:, None]
        low, high = (panel.offsets[self.index.series + k][:, None] for k in (0, 1))
        if name in panel.future_names:
            column = panel.future[:, panel.future_names.index(name)]
            rows = rows + np.arange(self.shape[1])
        elif name in panel.past_names:
            column = panel.past[:, panel.past_names.index(name)]
            rows = rows - 1
        else:
            raise unknown_covariate(name, panel)
        inside = (rows >= low) & (rows < high)
        return np.where(inside, np.take(column, rows, mode="clip"), np.nan).astype(np.float64)

    def static(self, name: str) -> Reals:
        """`[W, 1]` an attribute of the series.

        Raises:
            ConfigError: the data have no such attribute.
        """
        if name not in self.panel.static_names:
            raise unknown_static(name, self.panel)
        column = self.panel.static[:, self.panel.static_names.index(name)]
        return column[self.index.series][:, None].astype(np.float64)

    def _once(self, key: Any, read: Callable[[], NDArray[Value]]) -> NDArray[Value]:
        """Read what no rule changes once for all scenes of these windows that are made of this one."""
        if key not in self._kept:
            self._kept[key] = read()
        kept: NDArray[Value] = self._kept[key]
        return kept

    def _known(self, offsets: Days, before: NDArray[np.bool_], part: slice = slice(None)) -> Reals:
        """`[W, K]` targets at rows relative to the cutoff where `before [K]`, missing outside the series."""
        some = self.index.take(part)
        rows = some.row[:, None] + offsets
        inside = before & (rows >= self.panel.offsets[some.series][:, None])
        if not len(self.panel.y):
            return np.full(rows.shape, np.nan)
        return np.where(inside, np.take(self.panel.y, rows, mode="clip"), np.nan)


def unknown_covariate(name: str, panel: Panel) -> ConfigError:
    """Return the complaint that the data have no covariate of this name."""
    known = (*panel.future_names, *panel.past_names)
    has = f"It has: {', '.join(known)}." if known else "It has none; name some with --future or --past."
    return ConfigError(f"the data has no covariate {name!r}{nearest(name, known) or '.'} {has}")


def unknown_static(name: str, panel: Panel) -> ConfigError:
    """Return the complaint that the data have no attribute of this name."""
    known = panel.static_names
    has = f"It has: {', '.join(known)}." if known else "It has none; name some with --static."
    return ConfigError(f"the data has no static attribute {name!r}{nearest(name, known) or '.'} {has}")
