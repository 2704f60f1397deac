"""The Rule-Based member: the simple forecast that did best on `select`, with its own errors as quantiles."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.classical import KINDS as CLASSICAL
from sextet.baselines.classical import Classical, candidates, from_plain, to_plain
from sextet.baselines.error_quantiles import ERROR_WINDOWS, Spread, around, spread
from sextet.baselines.extras import Surroundings
from sextet.baselines.history import targets, thinned
from sextet.baselines.phase_regression import PhaseRegression
from sextet.baselines.recent_errors import RecentErrors, choose_unit
from sextet.baselines.ridge import Ridge
from sextet.core.answer import Answer
from sextet.core.errors import DataError, RunError
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex

LINEAR, PHASED = "linear-autoregression", "phase-regression"
KINDS = (*CLASSICAL, LINEAR, PHASED)

Fitted = Ridge | PhaseRegression
FITTED: dict[str, type[Fitted]] = {LINEAR: Ridge, PHASED: PhaseRegression}
"""Kinds with coefficients of their own, which are learned from many windows."""

_PREFIX = {LINEAR: "linear.", PHASED: "phased."}  # of the names of their arrays in a file
_COMPARE_WINDOWS = 2_000


@dataclass(frozen=True, kw_only=True)
class RuleBasedModel:
    """A chosen forecast and the spread of its errors.

    Attributes:
        forecast: a classical forecast with its settings, or one with coefficients.
        errors: `[H, Q]` empirical error quantiles on `select`, of a ridge on its `error_windows`; scaled space, see
            `error_quantiles.spread`.
        compared: kind -> lowest mean absolute error on `select` that any setting of it reached, scaled space.
        unit: what `errors` are counted in, window by window; None: in the scaled space itself.
    """

    forecast: Classical | Fitted
    errors: NDArray[np.float64]
    compared: Mapping[str, float]
    unit: RecentErrors | None = None

    @property
    def reach(self) -> int:
        """Rows of history before the cutoff that are read."""
        return self.forecast.reach + (self.unit.reach(self.horizon) if self.unit else 0)

    @property
    def label(self) -> str:
        """What it does, in words."""
        return self.forecast.label

    @property
    def horizon(self) -> int:
        """Steps it was fitted for."""
        return len(self.errors)

    def answer(self, history: Surroundings, index: WindowIndex) -> Answer:
        """Quantile forecasts of the windows in the scaled space."""

        def point(some: WindowIndex) -> NDArray[np.float64]:
            return _point(self.forecast, history, some, self.horizon)

        unit = self.unit.of(history, index, point, self.horizon) if self.unit else None
        return Answer(quantiles=around(point(index), self.errors, unit))

    def refit(self, history: Surroundings, index: WindowIndex, asked: WindowIndex | None = None) -> RuleBasedModel:
        """Fit coefficients anew on the windows `index`, with settings and errors as they are; others stay.

        Args:
            history: the scaled target, covariates and calendar.
            index: windows to fit on.
            asked: all windows that will be forecast, where that is known; coefficients that only others need are left
                out. None: any.
        """
        if not isinstance(self.forecast, PhaseRegression):
            return self
        return replace(self, forecast=self.forecast.refit(history, index, asked))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for an npz file; kind and settings are JSON text in `meta`."""
        meta: dict[str, Any] = {"compared": dict(self.compared)}
        if self.unit:
            meta["unit"] = vars(self.unit)
        if isinstance(self.forecast, Fitted):
            prefix = next(_PREFIX[kind] for kind, cls in FITTED.items() if isinstance(self.forecast, cls))
            arrays = {prefix + name: array for name, array in self.forecast.to_arrays().items()}
            return {"meta": np.array(json.dumps(meta)), "errors": self.errors, **arrays}
        return {"meta": np.array(json.dumps(meta | {"forecast": to_plain(self.forecast)})), "errors": self.errors}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> RuleBasedModel:
        """Make the model again from `to_arrays`.

        Raises:
            RunError: the arrays are not those of such a model.
        """
        try:
            meta = json.loads(str(arrays["meta"]))
            forecast = _stored(arrays) or from_plain(meta["forecast"])
            unit = RecentErrors(**meta["unit"]) if "unit" in meta else None
            return cls(forecast=forecast, errors=arrays["errors"], compared=meta["compared"], unit=unit)
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable(error) from error

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> RuleBasedModel:
        """Make the model of a run of version 0.1: a classical forecast as plain values.

        Raises:
            RunError: the values are not those of such a model.
        """
        try:
            return cls(
                forecast=from_plain(plain["forecast"]),
                errors=np.array(plain["errors"], dtype=np.float64),
                compared=dict(plain["compared"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable(error) from error


def fit_rule_based(
    history: Surroundings,
    select: WindowIndex,
    horizon: int,
    *,
    kinds: Collection[str] = KINDS,
    season: int | None = None,
    fitted: Mapping[str, Fitted] | None = None,
    train: WindowIndex | None = None,
) -> RuleBasedModel:
    """Choose the forecast with the lowest mean absolute error on `select`.

    Args:
        history: the scaled target, covariates and calendar.
        select: windows to choose on (at most 2,000, spread evenly) and to take errors from (at most 20,000).
        horizon: H.
        kinds: names of the forecasts to choose among, of `KINDS`.
        season: the only season to try; None: those of the frequency.
        fitted: kind -> forecast with coefficients fitted on the train part of these data; a kind without one is left
            out.
        train: windows that they were fitted on, of which errors may be taken too; None: of `select` alone.

    Raises:
        DataError: no window of `select` has an observed target.
    """
    few = thinned(select, _COMPARE_WINDOWS)
    truth = targets(history, few, horizon)
    if not (~np.isnan(truth)).any():
        raise DataError(
            f"Expected windows with an observed target in part 'select' to choose a classical forecast on; got none "
            f"of {len(select)} windows. Give more history, or a shorter horizon."
        )
    rows = max(2, int(np.median(few.row - history.panel.offsets[few.series])))
    frequency, classical = history.panel.frequency, [kind for kind in kinds if kind not in FITTED]
    tried: list[Classical | Fitted] = [one for kind, one in (fitted or {}).items() if kind in kinds]
    if classical or not tried:
        tried[:0] = candidates(frequency, rows, kinds=classical, season=season)
    scored = [(float(np.nanmean(np.abs(truth - _point(one, history, few, horizon)))), one) for one in tried]
    best = min(scored, key=lambda pair: pair[0])[1]  # the first, so the simplest, where errors are equal
    compared = {
        kind: min((mae for mae, one in scored if isinstance(one, cls)), default=None)
        for kind, cls in {**CLASSICAL, **FITTED}.items()
    }
    told = thinned(select, ERROR_WINDOWS)
    if isinstance(best, Ridge) and train is not None:
        told = best.error_windows(train, select)
    errors, unit = _errors(best, history, told, horizon)
    return RuleBasedModel(
        forecast=best,
        errors=errors,
        compared={kind: mae for kind, mae in compared.items() if mae is not None},
        unit=unit,
    )


def spread_of(forecast: object) -> Spread:
    """Return what makes error quantiles around a forecast: a linear one says whether they may move its median."""
    return forecast.spread if isinstance(forecast, Ridge) else spread


def _errors(
    best: Classical | Fitted, history: Surroundings, index: WindowIndex, horizon: int
) -> tuple[NDArray[np.float64], RecentErrors | None]:
    """Return the error quantiles `[H, Q]` on `index` and the unit they are in."""

    def point(some: WindowIndex) -> NDArray[np.float64]:
        return _point(best, history, some, horizon)

    errors = targets(history, index, horizon) - point(index)
    around_it = spread_of(best)
    found = choose_unit(history, index, errors, point, around_it)
    if found is None:
        return best.errors if isinstance(best, Fitted) else spread(errors), None
    unit, value = found
    return around_it(errors / value[:, None], LEVELS), unit


def _point(
    forecast: Classical | Fitted, history: Surroundings, index: WindowIndex, horizon: int
) -> NDArray[np.float64]:
    if isinstance(forecast, Fitted):
        return forecast.point(history, index)
    return forecast.point(history, index, horizon)


def _stored(arrays: Mapping[str, NDArray[Any]]) -> Fitted | None:
    """Return the forecast with coefficients that the arrays of a model hold, if there is one."""
    for kind, prefix in _PREFIX.items():
        own = {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}
        if own:
            return FITTED[kind].from_arrays(own)
    return None


def _unreadable(error: Exception) -> RunError:
    return RunError(
        f"The saved Rule-Based model cannot be read: {error!r}. It needs a forecast (one of {', '.join(KINDS)} with "
        "its settings), errors and what was compared. Train the run again."
    )
