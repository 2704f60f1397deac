"""The local spread of a quantile forecast, the unit in which calibration shifts quantiles, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import SextetError

Floats = NDArray[np.floating]

_CERTAIN = 10.0  # floors: what agreed may have been shifted by a few since


@dataclass(frozen=True, kw_only=True)
class LevelGrid:
    """Quantile levels and the places that calibration needs.

    Attributes:
        levels: `[Q]` ascending.
        median: place of 0.5.
        low, high: places of the levels whose distance is the local spread: 0.1 and 0.9, or the nearest.
    """

    levels: tuple[float, ...]
    median: int
    low: int
    high: int

    @classmethod
    def of(cls, levels: Sequence[float]) -> LevelGrid:
        """Find the places.

        Raises:
            SextetError: levels do not ascend or the median is missing.
        """
        values = np.asarray(levels, dtype=np.float64)
        if 0.5 not in values or bool(np.any(np.diff(values) <= 0)):
            raise SextetError(f"Calibration needs ascending quantile levels with 0.5 among them; got {tuple(levels)}.")
        return cls(
            levels=tuple(float(v) for v in values),
            median=int(np.flatnonzero(values == 0.5)[0]),
            low=int(np.argmin(np.abs(values - 0.1))),
            high=int(np.argmin(np.abs(values - 0.9))),
        )

    def spread(self, quantiles: Floats, floor: float) -> Floats:
        """Return the distance from the low to the high quantile `[..., 1]`, at least `floor`."""
        return np.maximum(quantiles[..., self.high, None] - quantiles[..., self.low, None], floor)

    def certain(self, quantiles: Floats, floor: float) -> NDArray[np.bool_]:
        """Return where quantiles `[..., Q]` agree on one value, as where a user's rule sets it: `[...]`.

        How far a target lies from such a value, in spreads, says nothing of forecasts that have a spread.
        """
        return np.asarray(quantiles[..., self.high] - quantiles[..., self.low] <= _CERTAIN * floor)

    def ordered(self, quantiles: Floats) -> Floats:
        """Return `quantiles [..., Q]` sorted on each side of the median, which stays as it is.

        Sorting never raises the mean pinball (Chernozhukov, Fernandez-Val & Galichon 2010).
        """
        median = quantiles[..., self.median, None]
        below = np.sort(np.minimum(quantiles[..., : self.median], median), axis=-1)
        above = np.sort(np.maximum(quantiles[..., self.median + 1 :], median), axis=-1)
        return np.concatenate([below, median, above], axis=-1)


def spread_floor(quantiles: Floats, target: Floats, grid: LevelGrid) -> float:
    """Return the least spread that shifts are scaled by: a thousandth of the usual spread or error.

    Without it a forecast whose quantiles all agree could never be widened. Where some do not agree, theirs is usual:
    a rule may set so many steps to one value that half of all have no spread.
    """
    spread = quantiles[..., grid.high] - quantiles[..., grid.low]
    spread = spread[spread > 0] if (spread > 0).any() else spread
    error = np.abs(target - quantiles[..., grid.median])
    error = error[np.isfinite(error)]
    usual = [float(np.median(part)) for part in (spread, error) if part.size]
    return max(1e-3 * max(usual, default=0.0), 1e-9)
