"""One pass over time for the online calibration: who forecast when, what has passed, what is still to come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import SextetError

Ints = NDArray[np.int64]
Floats = NDArray[np.floating]

_UNSET = np.iinfo(np.int64).max


@dataclass(frozen=True, kw_only=True)
class Forecasts:
    """K forecasts as tracked, before their quantiles are put in order.

    Attributes:
        quantiles: `[K, E, H, Q]`, each tracker's own.
        target: `[K, H]` targets, NaN where missing or not yet given.
        series: `[K]` series number.
        row: `[K]` time of the first target.
    """

    quantiles: NDArray[np.float32]
    target: NDArray[np.float64]
    series: Ints
    row: Ints

    @classmethod
    def none(cls, trackers: int, horizon: int, levels: int) -> Forecasts:
        """Return no forecasts."""
        return cls(
            quantiles=np.zeros((0, trackers, horizon, levels), dtype=np.float32),
            target=np.zeros((0, horizon)),
            series=np.zeros(0, dtype=np.int64),
            row=np.zeros(0, dtype=np.int64),
        )

    def __len__(self) -> int:
        """Number of forecasts."""
        return len(self.row)

    def followed_by(self, later: Forecasts) -> Forecasts:
        """Return these and then `later`."""
        return Forecasts(
            quantiles=np.concatenate([self.quantiles, later.quantiles]),
            target=np.concatenate([self.target, later.target]),
            series=np.concatenate([self.series, later.series]),
            row=np.concatenate([self.row, later.row]),
        )

    def take(self, which: NDArray[np.bool_]) -> Forecasts:
        """Return the forecasts where `which`."""
        return Forecasts(
            quantiles=self.quantiles[which],
            target=self.target[which],
            series=self.series[which],
            row=self.row[which],
        )


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """Forecasts by series and time; time is counted from the row of a series' last earlier forecast.

    Attributes:
        place: `[S, H - 1 + T]` number of the forecast made at time t in column t + H - 1, -1 for none.
        truth: `[S, T]` target of time t, NaN where missing.
        last: `[S]` time of the last forecast, 0 for a series without new ones.
        horizon: H.
    """

    place: NDArray[np.int64]
    truth: NDArray[np.float64]
    last: Ints
    horizon: int

    @classmethod
    def of(cls, forecasts: Forecasts, new: int, series: int) -> Timetable:
        """Lay out `forecasts`, of which the last `new` are to be made and those before wait for targets.

        Raises:
            SextetError: a series has two forecasts for one row, or a new one not after those that wait.
        """
        old = len(forecasts) - new
        owner, row = forecasts.series, forecasts.row
        horizon = forecasts.target.shape[1]
        first, latest = np.full(series, _UNSET), np.full(series, -_UNSET)
        np.minimum.at(first, owner[old:], row[old:])
        np.maximum.at(latest, owner[:old], row[:old])
        active, before = first < _UNSET, latest > -_UNSET
        _refuse_past(first, latest, active & before)
        base = np.where(before, latest, np.where(active, first - 1, 0))
        time = row - base[owner]
        last = np.zeros(series, dtype=np.int64)
        np.maximum.at(last, owner[old:], time[old:])
        length = int(last.max(initial=0)) + 1
        place = np.full((series, horizon - 1 + length), -1, dtype=np.int64)
        laid = np.flatnonzero(active[owner] & (time > -horizon))
        place[owner[laid], time[laid] + horizon - 1] = laid
        _refuse_twice(place[owner[laid], time[laid] + horizon - 1] != laid, row[laid])
        truth = np.full((series, length), np.nan)
        for step in range(horizon):
            when = time[laid] + step
            inside = (when >= 0) & (when < length) & np.isfinite(forecasts.target[laid, step])
            truth[owner[laid[inside]], when[inside]] = forecasts.target[laid[inside], step]
        return cls(place=place, truth=truth, last=last, horizon=horizon)

    @property
    def times(self) -> range:
        """Times at which forecasts may be made, in order."""
        return range(1, self.truth.shape[1])

    def made_at(self, time: int) -> tuple[Ints, Ints]:
        """Return the series that forecast at `time` and the numbers of those forecasts."""
        column = self.place[:, time + self.horizon - 1]
        series = np.flatnonzero(column >= 0)
        return series, column[series]

    def passed_at(self, time: int) -> tuple[Ints, Ints, Ints, NDArray[np.float64]]:
        """Return who forecast the target of `time`: series, step (0-based), forecast number, the target.

        Only for series that forecast again later: the others have no use for it yet.
        """
        near = self.place[:, time : time + self.horizon][:, ::-1]  # step 0 was made at `time`, step 1 before
        useful = (near >= 0) & (np.isfinite(self.truth[:, time]) & (self.last > time))[:, None]
        series, step = np.nonzero(useful)
        return series, step, near[series, step], self.truth[series, time]


def still_waiting(forecasts: Forecasts, series: int) -> Forecasts:
    """Return the forecasts with a target at or after the last forecast of their series."""
    latest = np.full(series, -_UNSET)
    np.maximum.at(latest, forecasts.series, forecasts.row)
    return forecasts.take(forecasts.row + forecasts.target.shape[1] > latest[forecasts.series])


def _refuse_past(first: Ints, latest: Ints, both: NDArray[np.bool_]) -> None:
    wrong = np.flatnonzero(both & (first <= latest))
    if len(wrong):
        s = int(wrong[0])
        raise SextetError(
            f"Online calibration goes forward in time: series {s} was last forecast at row {latest[s]}, "
            f"a forecast at row {first[s]} came after it. Give each forecast once, in order."
        )


def _refuse_twice(twice: NDArray[np.bool_], row: Ints) -> None:
    if twice.any():
        raise SextetError(
            f"Online calibration expects one forecast for each series and row; row {row[twice][0]} came twice."
        )
