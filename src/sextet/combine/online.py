"""Online calibration: forecasts made one after the other learn from targets that have already passed.

Adaptive conformal inference (Gibbs & Candes 2021) in the form of quantile tracking (Angelopoulos, Candes &
Tibshirani 2023): each (series, step, level) carries an offset theta in units of the local spread, and after
the target y of a forecast q_tau has passed

    theta <- theta + rate x (tau - 1{y <= q_tau}),

the online subgradient step on the pinball loss: whatever the data do, the long-run share of targets below
q_tau tends to tau. A slow tracker is sharper while nothing changes, a fast one recovers sooner after a
change; so several run side by side and are averaged by how they did lately (as in Gibbs & Candes 2024,
here by relative discounted pinball loss, one set of shares a series).

A target at step h (1-based) of the forecast with first target row c lies at row c + h - 1; only forecasts
with a later first row may learn from it. The median is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.combine.conformal import Calibration
from sextet.combine.spread import LevelGrid
from sextet.combine.sweep import Forecasts, Timetable, still_waiting
from sextet.core.errors import SextetError

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

RATES = (0.02, 0.08, 0.3)  # of the trackers at the first step, in local spreads
FADE = 0.5  # a later step hears of its errors later: its rate falls as step^-FADE, or it would swing
KEENNESS = 200.0  # a tracker that lately lost 1 % more weighs exp(-KEENNESS / 100) as much
MEMORY = 4.0  # horizons after which a loss of a tracker begins to fade
_CALIBRATION = "calibration_"


@dataclass(frozen=True, kw_only=True)
class OnlineCalibration:
    """Offsets, and the forecasts they have still to learn from; never changed in place.

    Attributes:
        calibration: applied before the offsets.
        theta: `[S, E, H, Q]` offsets in local spreads of E trackers.
        rate: `[E, H]` size of an update in local spreads.
        lost: `[S, E]` discounted pinball loss of each tracker.
        waiting: forecasts whose targets have not all passed.
    """

    calibration: Calibration
    theta: NDArray[np.float64]
    rate: NDArray[np.float64]
    lost: NDArray[np.float64]
    waiting: Forecasts

    @classmethod
    def start(
        cls,
        calibration: Calibration | None,
        levels: Sequence[float],
        horizon: int,
        series: int,
        rates: Sequence[float] = RATES,
    ) -> OnlineCalibration:
        """Begin with offsets of zero on top of `calibration` (None: of the quantiles as they are).

        Args:
            calibration: learned on `calibrate`, or None.
            levels: `[Q]`.
            horizon: H.
            series: S, number of series of the training panel.
            rates: `[E]` size of an update at the first step, in local spreads, of each tracker.

        Raises:
            SextetError: the calibration knows other levels, or levels lack the median.
        """
        base = Calibration.identity(levels, horizon) if calibration is None else calibration
        grid = LevelGrid.of(levels)
        if grid.levels != base.levels:
            raise SextetError(f"The calibration knows the levels {base.levels}; these quantiles have {grid.levels}.")
        return cls(
            calibration=base,
            theta=np.zeros((series, len(rates), horizon, len(grid.levels))),
            rate=np.outer(rates, np.arange(1.0, horizon + 1.0) ** -FADE),
            lost=np.zeros((series, len(rates))),
            waiting=Forecasts.none(len(rates), horizon, len(grid.levels)),
        )

    def only(self, series: NDArray[np.integer]) -> OnlineCalibration:
        """Return the state of the series `[K]` alone, numbered 0 to K - 1 in this order: no series heeds another."""
        place = np.full(len(self.theta), -1, dtype=np.int64)
        place[series] = np.arange(len(series))
        mine = self.waiting.take(place[self.waiting.series] >= 0)
        waiting = replace(mine, series=place[mine.series])
        return replace(self, theta=self.theta[series], lost=self.lost[series], waiting=waiting)

    def drawn(self, share: NDArray[np.float64]) -> OnlineCalibration:
        """Return it with the offsets of each series drawn towards zero: by `share [S]`, 0 to 1, of what they are."""
        return replace(self, theta=share[:, None, None, None] * self.theta)

    def run(
        self, quantiles: Floats, target: Floats, series: NDArray[np.integer], row: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """Return the adapted quantiles `[W, H, Q]`; see `advance`."""
        return self.advance(quantiles, target, series, row)[0]

    def advance(
        self, quantiles: Floats, target: Floats, series: NDArray[np.integer], row: NDArray[np.integer]
    ) -> tuple[NDArray[np.float32], OnlineCalibration]:
        """Adapt forecasts as if made one after the other; return them and the state after the last.

        Args:
            quantiles: `[W, H, Q]` in scaled space, in any order.
            target: `[W, H]`, NaN where missing or not yet known.
            series: `[W]`; -1 or beyond S (a series never seen): calibrated, not adapted.
            row: `[W]` time of the first target, an integer that grows by one a step and means the same in
                every call (the grid ordinal; or the panel's row, while the panel stays the same).

        Raises:
            SextetError: shapes do not match, a (series, row) comes twice, or a row is not after those that
                an earlier call forecast.
        """
        owner, when = np.asarray(series, dtype=np.int64), np.asarray(row, dtype=np.int64)
        self._check(quantiles, target, owner)
        count = len(self.theta)
        calibrated = self.calibration.apply(quantiles)
        known = np.flatnonzero((owner >= 0) & (owner < count))
        new = Forecasts(
            quantiles=np.repeat(calibrated[known][:, None], len(self.rate), axis=1),
            target=np.asarray(target[known], dtype=np.float64),
            series=owner[known],
            row=when[known],
        )
        forecasts = self.waiting.followed_by(new)
        shares, theta, lost = self._sweep(forecasts, len(new))
        grid = LevelGrid.of(self.calibration.levels)
        for part in np.array_split(np.arange(len(known)), len(known) // 1024 + 1):
            fresh = forecasts.quantiles[len(self.waiting) + part]
            calibrated[known[part]] = grid.ordered(np.einsum("ke,kehq->khq", shares[part], fresh))
        return calibrated, replace(self, theta=theta, lost=lost, waiting=still_waiting(forecasts, count))

    def _sweep(
        self, forecasts: Forecasts, new: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Go through time; the quantiles of the `new` last forecasts, a copy of the caller's, are shifted in place.

        Returns:
            `[new, E]` share of each tracker in each new forecast, and the last `theta` and `lost`.
        """
        grid = LevelGrid.of(self.calibration.levels)
        table = Timetable.of(forecasts, new, len(self.theta))
        levels = np.asarray(grid.levels)
        adapts = np.arange(len(levels)) != grid.median
        horizon = len(self.rate[0])
        theta, lost, quantiles = self.theta.copy(), self.lost.copy(), forecasts.quantiles
        shares = np.empty((new, len(self.rate)))
        for time in table.times:
            owner, step, number, truth = table.passed_at(time - 1)
            unsure = ~grid.certain(quantiles[number, :, step], self.calibration.floor).all(axis=1)
            owner, step, number, truth = owner[unsure], step[unsure], number[unsure], truth[unsure]
            if len(owner):
                above = truth[:, None, None] - quantiles[number, :, step]
                miss = (levels - (above <= 0)) * adapts
                theta[owner, :, step] += self.rate.T[step][:, :, None] * miss
                count = np.bincount(owner, minlength=len(lost))[:, None]
                loss = np.zeros_like(lost)
                np.add.at(loss, owner, (above * (levels - (above <= 0))).mean(axis=2))
                heard = count[:, 0] > 0
                lost[heard] = lost[heard] * (1.0 - 1.0 / (MEMORY * horizon + 50)) + (loss / np.maximum(count, 1))[heard]
            owner, number = table.made_at(time)
            spread = grid.spread(quantiles[number], self.calibration.floor)
            quantiles[number] += (theta[owner] * spread).astype(np.float32)
            shares[number - len(self.waiting)] = _shares(lost[owner])
        return shares, theta, lost

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for an npz without pickle."""
        out: dict[str, NDArray[Any]] = {
            "theta": self.theta,
            "rate": self.rate,
            "lost": self.lost,
            "waiting_quantiles": self.waiting.quantiles,
            "waiting_target": self.waiting.target,
            "waiting_series": self.waiting.series,
            "waiting_row": self.waiting.row,
        }
        return out | {_CALIBRATION + key: value for key, value in self.calibration.to_arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> OnlineCalibration:
        """Read what `to_arrays` wrote."""
        base = {key.removeprefix(_CALIBRATION): arrays[key] for key in arrays if key.startswith(_CALIBRATION)}
        return cls(
            calibration=Calibration.from_arrays(base),
            theta=np.asarray(arrays["theta"], dtype=np.float64),
            rate=np.asarray(arrays["rate"], dtype=np.float64),
            lost=np.asarray(arrays["lost"], dtype=np.float64),
            waiting=Forecasts(
                quantiles=np.asarray(arrays["waiting_quantiles"], dtype=np.float32),
                target=np.asarray(arrays["waiting_target"], dtype=np.float64),
                series=np.asarray(arrays["waiting_series"], dtype=np.int64),
                row=np.asarray(arrays["waiting_row"], dtype=np.int64),
            ),
        )

    def _check(self, quantiles: Floats, target: Floats, series: Ints) -> None:
        wanted = (len(series), *self.theta.shape[2:])
        if quantiles.shape != wanted or target.shape != wanted[:2]:
            raise SextetError(
                f"Online calibration expects quantiles {wanted} and targets {wanted[:2]} (windows, steps, "
                f"quantiles); got {quantiles.shape} and {target.shape}."
            )


def _shares(lost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the shares `[n, E]` of trackers that lost `lost [n, E]` lately."""
    mean = lost.mean(axis=1, keepdims=True)
    excess = lost / np.where(mean > 0, mean, 1.0) - 1.0
    share = np.exp(-KEENNESS * (excess - excess.min(axis=1, keepdims=True)))
    return np.asarray(share / share.sum(axis=1, keepdims=True))
