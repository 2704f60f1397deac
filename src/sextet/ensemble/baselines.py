"""The baselines of leaderboards: ridge regression, seasonal naive, the last value, and models of statsforecast."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.classical import SeasonalNaive
from sextet.baselines.error_quantiles import ERROR_WINDOWS, around, spread
from sextet.baselines.history import targets, thinned
from sextet.baselines.statistical import NAMES as STATISTICAL
from sextet.baselines.statistical import Statistical, check_installed
from sextet.core.answer import Answer
from sextet.core.errors import ConfigError, nearest
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.ensemble.ground import Ground

RIDGE = "ridge"
NAIVE = "seasonal-naive"
LAST = "naive"
BASELINES = (RIDGE, NAIVE, LAST, *STATISTICAL)


class Baseline(Protocol):
    """A fitted baseline."""

    def answer(self, prepared: Prepared, index: WindowIndex) -> Answer:
        """Quantile forecasts of the windows in the scaled space."""


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


def fit_baselines(
    ground: Ground, names: Sequence[str] = (RIDGE, NAIVE)
) -> tuple[dict[str, Baseline], dict[str, float]]:
    """Fit baselines on the train part, their error quantiles on `select`; return them and the seconds each took.

    Raises:
        ConfigError: a name is not one of `BASELINES`.
        DependencyError: statsforecast is needed and not installed.
    """
    check_baselines(names)
    fitted: dict[str, Baseline] = {}
    seconds: dict[str, float] = {}
    for name in names:
        start = time.perf_counter()
        fitted[name] = _fitted(ground, name)
        seconds[name] = time.perf_counter() - start
    return fitted, seconds


def check_baselines(names: Sequence[str]) -> None:
    """Refuse names that are not among `BASELINES`, or that come twice.

    Raises:
        ConfigError: one is.
        DependencyError: one needs statsforecast, which is not installed.
    """
    for name in names:
        if name not in BASELINES:
            raise ConfigError(f"There is no baseline {name!r}{nearest(name, BASELINES) or '.'} There are {_known()}.")
    if len(set(names)) < len(names):
        raise ConfigError(f"A baseline is named twice: {', '.join(names)}.")
    if set(names) & set(STATISTICAL):
        check_installed()


def failures_of(baselines: Mapping[str, Baseline]) -> tuple[str, ...]:
    """Say which baselines could not be fitted for some of the windows they have answered."""
    notes = [one.note() for one in baselines.values() if isinstance(one, Statistical)]
    return tuple(note for note in notes if note)


def _known() -> str:
    return ", ".join(BASELINES)


def _fitted(ground: Ground, name: str) -> Baseline:
    prepared, horizon, select = ground.prepared, ground.config.horizon, ground.select_windows()
    if name == RIDGE:
        return ground.ridge
    season = 1 if name == LAST else ground.panel.frequency.season
    naive = SeasonalNaive(season=season if season < int(ground.split.train.min()) else 1)
    some = thinned(select, ERROR_WINDOWS)
    errors = spread(targets(prepared, some, horizon) - naive.point(prepared, some, horizon))
    if name in STATISTICAL:
        seasons = ground.panel.frequency.seasons
        return Statistical(name=name, seasons=seasons, horizon=horizon, fallback=naive, errors=errors)
    return Naive(forecast=naive, errors=errors)
