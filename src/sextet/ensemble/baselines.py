"""The baselines of every leaderboard: ridge regression on the lookback, and seasonal naive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.classical import SeasonalNaive
from sextet.baselines.error_quantiles import around, spread
from sextet.baselines.history import targets, thinned
from sextet.baselines.ridge import Ridge, fit_ridge
from sextet.core.answer import Answer
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.ensemble.ground import Ground

RIDGE = "ridge"
NAIVE = "seasonal-naive"
_ERROR_WINDOWS = 20_000


@dataclass(frozen=True, kw_only=True)
class Naive:
    """Seasonal naive with the spread of its errors on `select`, so that it has quantiles to score.

    Attributes:
        forecast: the point forecast.
        errors: `[H, Q]` error quantiles in scaled space.
    """

    forecast: SeasonalNaive
    errors: NDArray[np.float64]

    def answer(self, prepared: Prepared, index: WindowIndex) -> Answer:
        """Quantile forecasts of the windows in the scaled space."""
        point = self.forecast.point(prepared, index, len(self.errors))
        return Answer(quantiles=around(point, self.errors))


def fit_baselines(ground: Ground) -> dict[str, Ridge | Naive]:
    """Fit both on the train part, and take their error quantiles from `select`."""
    prepared, horizon = ground.prepared, ground.config.horizon
    select = ground.select_windows()
    season = ground.panel.frequency.season
    naive = SeasonalNaive(season=season if season < int(ground.split.train.min()) else 1)
    some = thinned(select, _ERROR_WINDOWS)
    errors = spread(targets(prepared, some, horizon) - naive.point(prepared, some, horizon))
    return {
        RIDGE: fit_ridge(prepared, ground.train_windows(), select, horizon),
        NAIVE: Naive(forecast=naive, errors=errors),
    }
