"""AutoETS, MSTL and AutoTheta of statsforecast: local models, fitted anew at each cutoff on the history before it.

They are fitted in the unit of the target, where errors and seasons may multiply, as their users do it. A fit sees the
last 1,024 rows, or for MSTL three of its longest season where that is more: further back the past changes the forecast
little and costs the more.

- AutoETS (Hyndman and Khandakar 2008) with the main season, up to 96 steps: it optimises a state for each of them.
- MSTL (Bandara, Hyndman and Bergmeir 2021) with every season of the frequency, its smoothers evaluated at every tenth
  of their window as the authors' own implementation does; without a season it is the AutoETS that forecasts its trend.
- AutoTheta (Fiorucci et al. 2016) with the main season.

A season counts where the history holds it twice.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.classical import SeasonalNaive
from sextet.baselines.error_quantiles import around
from sextet.core.answer import Answer
from sextet.core.errors import DependencyError, installing
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.data.scale import Scaler

Reals = NDArray[np.float64]

NAMES = ("autoets", "mstl", "autotheta")
MOST_FITS: Mapping[str, int] = MappingProxyType({"autoets": 500, "mstl": 2000, "autotheta": 500})  # about 15 minutes

_TITLES = {"autoets": "AutoETS", "mstl": "MSTL", "autotheta": "AutoTheta"}
_ROWS = 1024
_MOST_ROWS = 8192
_LONGEST_ETS = 96
_STL_WINDOW = 11  # of the first season in MSTL
_PERCENTS = tuple(round(100 * (1 - 2 * level)) for level in LEVELS[:MEDIAN])  # 95, 90, ..., 20


@dataclass(frozen=True, kw_only=True)
class Statistical:
    """One of the three models.

    Attributes:
        name: of `NAMES`.
        seasons: season lengths in steps, the main one first.
        horizon: H.
        fallback: forecasts the windows whose fit fails.
        errors: `[H, Q]` error quantiles of the fallback in scaled space.
        failures: why fits failed -> how many; grows with every answer.
        fits: number of windows answered, under the key "windows".
    """

    name: str
    seasons: tuple[int, ...]
    horizon: int
    fallback: SeasonalNaive
    errors: Reals
    failures: Counter[str] = field(default_factory=Counter)
    fits: Counter[str] = field(default_factory=Counter)

    def answer(self, prepared: Prepared, index: WindowIndex) -> Answer:
        """Quantile forecasts of the windows in the scaled space: the models' own prediction intervals.

        The median is the models' point forecast.

        Raises:
            DependencyError: statsforecast is not installed.
        """
        check_installed()
        out = np.empty((len(index), self.horizon, len(LEVELS)), dtype=np.float32)
        self.fits["windows"] += len(index)
        with _undisturbed():
            for w in range(len(index)):
                series, row = int(index.series[w]), int(index.row[w])
                try:
                    out[w] = self._forecast(prepared, series, row)
                except Exception as error:  # whatever a model stumbles over: it is one of many baselines
                    self.failures[str(error).splitlines()[0] if str(error) else type(error).__name__] += 1
                    one = index.take(slice(w, w + 1))
                    out[w] = around(self.fallback.point(prepared, one, self.horizon), self.errors)[0]
        return Answer(quantiles=out)

    def note(self) -> str:
        """Say how many windows had to be forecast by the fallback; empty where none."""
        failed = self.failures.total()
        if not failed:
            return ""
        why = self.failures.most_common(1)[0][0]
        return (
            f"{_TITLES[self.name]} could not be fitted for {failed:,} of {self.fits['windows']:,} windows ({why}); "
            f"{self.fallback.label} stands in there."
        )

    def _forecast(self, prepared: Prepared, series: int, row: int) -> Reals:
        """Quantiles `[H, Q]` of one window."""
        panel, seasons = prepared.panel, self._seasons(row - int(prepared.panel.offsets[series]))
        kept = min(max(_ROWS, 3 * max(seasons, default=1)), _MOST_ROWS)
        y = _filled(panel.y[max(int(panel.offsets[series]), row - kept) : row])
        told = _model(self.name, seasons).forecast(y=y, h=self.horizon, level=sorted(_PERCENTS))
        quantiles = np.stack(
            [told[f"lo-{percent}"] for percent in _PERCENTS]
            + [told["mean"]]
            + [told[f"hi-{percent}"] for percent in reversed(_PERCENTS)],
            axis=-1,
        ).astype(np.float64)
        if not np.isfinite(quantiles).all():
            raise ArithmeticError("its forecast is not finite")
        return _scaled(_around_median(quantiles), y, prepared.scaler, series)

    def _seasons(self, rows: int) -> tuple[int, ...]:
        """The seasons to fit with, for so many rows of history."""
        longest = {"autoets": _LONGEST_ETS, "autotheta": _ROWS // 2, "mstl": _MOST_ROWS // 3}[self.name]
        fitting = [season for season in self.seasons if 1 < season <= min(longest, rows // 2)]
        if self.name == "mstl":
            return tuple(fitting)
        return tuple(season for season in self.seasons[:1] if season in fitting)


def check_installed() -> None:
    """Import statsforecast.

    Raises:
        DependencyError: it is not installed.
    """
    try:
        with warnings.catch_warnings():  # what it brings meets deprecations; not the user's matter
            warnings.simplefilter("ignore")
            import statsforecast.models  # noqa: F401
    except ImportError as error:
        raise DependencyError(
            f"The baselines {', '.join(NAMES)} need statsforecast ({error}). Install it with: {installing('stats')}."
        ) from error


def affordable(
    names: Sequence[str], windows: int, most: Mapping[str, int] = MOST_FITS
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leave out the models that would take too long: each is fitted once a window.

    Args:
        names: of baselines of any kind.
        windows: how many windows there are to forecast.
        most: name -> most fits.

    Returns:
        The names that stay, and a sentence about each that does not.
    """
    left = [name for name in names if windows > most.get(name, windows)]
    notes = tuple(
        f"{_TITLES[name]} is left out: it is fitted at every cutoff of every series, {windows:,} times here, and more "
        f"than {most[name]:,} would take too long; a larger step or fewer windows bring it back."
        for name in left
    )
    return tuple(name for name in names if name not in left), notes


def _model(name: str, seasons: Sequence[int]) -> Any:
    from statsforecast.models import MSTL, AutoETS, AutoTheta

    if name == "autotheta":
        return AutoTheta(season_length=max(seasons, default=1))
    if name == "autoets":
        return AutoETS(season_length=max(seasons, default=1))
    if not seasons:
        return AutoETS(season_length=1, model="ZZN")
    main = min(seasons)
    trend_window = 1.5 * main / (1 - 1.5 / _STL_WINDOW)
    jumps = {"seasonal": _STL_WINDOW, "trend": trend_window, "low_pass": main + 1}
    return MSTL(
        season_length=list(seasons),
        stl_kwargs={f"{part}_jump": max(1, int(np.ceil(window / 10))) for part, window in jumps.items()},
    )


def _filled(y: Reals) -> Reals:
    """Fill gaps with the last value before them, as the panel's scaled target is; without the rows before the first.

    Raises:
        ArithmeticError: nothing is observed.
    """
    seen = np.flatnonzero(np.isfinite(y))
    if not len(seen):
        raise ArithmeticError("no value is observed in its history")
    return np.asarray(np.repeat(y[seen], np.diff(seen, append=len(y))))


def _around_median(quantiles: Reals) -> Reals:
    """Make quantiles rise, the middle one as it is: a point forecast may lie beside the inner interval."""
    lower = np.minimum.accumulate(quantiles[:, MEDIAN::-1], axis=1)[:, ::-1]
    upper = np.maximum.accumulate(quantiles[:, MEDIAN:], axis=1)
    return np.concatenate([lower, upper[:, 1:]], axis=1)


def _scaled(quantiles: Reals, history: Reals, scaler: Scaler, series: int) -> Reals:
    """Turn quantiles `[H, Q]` into scaled space; what lies below the domain of the transform moves to its edge."""
    if scaler.transform == "boxcox":
        quantiles = np.maximum(quantiles, float(history.min()) / 2)
    return scaler.to_z(quantiles, series)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep warnings of the models quiet, and NumPy's global generator, which they seed, as it was."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)
