"""A panel made ready for windows: scaled target, observed mask, standardised covariates, calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowShape
from sextet.data.calendar import Calendar
from sextet.data.covariates import CovariateScaler, forward_fill
from sextet.data.pieces import pieces
from sextet.data.scale import Scaler

Floats = NDArray[np.float32]

_SIDE_BY_SIDE = 1 << 26  # bytes


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What `gather` reads.

    Attributes:
        panel: the data in its own unit.
        scaler: aligned to the panel's series.
        covariates: how covariates were standardised.
        z: `[N]` scaled target; a gap holds the last value of its series before it, 0 before the first.
        observed: `[N]` whether the target was.
        past, future: `[N, P]`, `[N, F]` standardised covariates, gaps filled from before.
        static: `[S, K]` standardised.
        calendar: calendar features by ordinal.
    """

    panel: Panel
    scaler: Scaler
    covariates: CovariateScaler
    z: Floats
    observed: NDArray[np.bool_]
    past: Floats
    future: Floats
    static: Floats
    calendar: Calendar

    _gathered: list[int] = field(default_factory=lambda: [0], init=False, repr=False, compare=False)

    def rows_for(self, count: int) -> Floats | None:
        """Return `rows` for windows of `count` rows together, None while that would cost more than it saves.

        Putting N rows side by side takes about as long as gathering N without, so they are once windows of N rows were
        gathered: a few windows of long data leave time and memory alone.
        """
        if "rows" not in self.__dict__:
            self._gathered[0] += count
            if self._gathered[0] < len(self.z):
                return None
        return self.rows

    @cached_property
    def rows(self) -> Floats | None:
        """`[N, C]` every channel of the history side by side, so that a window is one copy; None for big data.

        Made when first asked for, and only up to 64 MiB: memory is for the data then.
        """
        count = 2 + self.past.shape[1] + self.future.shape[1] + self.calendar.channels
        if 4 * count * len(self.z) > _SIDE_BY_SIDE:
            return None
        panel = self.panel
        ordinals = np.arange(len(self.z), dtype=np.int64)
        ordinals += np.repeat(panel.first - panel.offsets[:-1], panel.lengths)
        calendar = self.calendar.features(ordinals)
        columns = [self.z[:, None], self.observed[:, None], self.past, self.future, calendar]
        return np.concatenate(columns, axis=1, dtype=np.float32)


def prepare(panel: Panel, scaler: Scaler, covariates: CovariateScaler | None = None) -> Prepared:
    """Scale, fill and standardise a panel.

    Args:
        panel: the data.
        scaler: fitted on training rows; aligned to the panel's series here.
        covariates: fitted on training rows; None fits on the panel's whole history.

    Raises:
        DataError: the data does not suit the transform, or lacks a covariate.
    """
    scaler = scaler.for_panel(panel)
    covariates = covariates or CovariateScaler.fit(panel, panel.known)
    observed = np.isfinite(panel.y)
    z = np.empty(len(panel.y), dtype=np.float32)
    for s in range(panel.series):
        rows = panel.rows(s)
        last = np.float32(0)
        for part in pieces(z[rows]):  # a long series in pieces, to save memory
            here = slice(rows.start + part.start, rows.start + part.stop)
            z[here] = forward_fill(scaler.to_z(panel.y[here], s).astype(np.float32), observed[here], last)
            last = z[here.stop - 1]
    past, future, static = covariates.apply(panel)
    return Prepared(
        panel=panel,
        scaler=scaler,
        covariates=covariates,
        z=z,
        observed=observed,
        past=past,
        future=future,
        static=static,
        calendar=Calendar.of(panel, covariates.cycles),
    )


def shape(prepared: Prepared, lookback: int, horizon: int, levels: tuple[float, ...] = LEVELS) -> WindowShape:
    """The sizes of the windows that `gather` makes of this data."""
    ahead = prepared.future.shape[1] + prepared.calendar.channels
    return WindowShape(
        lookback=lookback,
        horizon=horizon,
        past_channels=2 + prepared.past.shape[1] + ahead,
        future_channels=ahead,
        static_features=prepared.static.shape[1],
        levels=levels,
    )
