"""The Rule-Based member: the classical forecast that did best on `select`, with its own errors as quantiles."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.classical import KINDS, Classical, candidates, from_plain, to_plain
from sextet.baselines.error_quantiles import around, spread
from sextet.baselines.history import History, targets, thinned
from sextet.core.answer import Answer
from sextet.core.errors import DataError, RunError
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex

_COMPARE_WINDOWS = 2_000
_ERROR_WINDOWS = 20_000


@dataclass(frozen=True, kw_only=True)
class RuleBasedModel:
    """A chosen classical forecast and the spread of its errors.

    Attributes:
        forecast: the classical forecast, with its settings.
        errors: `[H, Q]` empirical error quantiles on `select`, scaled space, see
            `error_quantiles.spread`.
        compared: kind -> lowest mean absolute error on `select` that any setting of it reached, scaled space.
    """

    forecast: Classical
    errors: NDArray[np.float64]
    compared: Mapping[str, float]

    @property
    def reach(self) -> int:
        """Rows of history before the cutoff that are read."""
        return self.forecast.reach

    @property
    def label(self) -> str:
        """What it does, in words."""
        return self.forecast.label

    @property
    def horizon(self) -> int:
        """Steps it was fitted for."""
        return len(self.errors)

    def answer(self, history: History, index: WindowIndex) -> Answer:
        """Quantile forecasts of the windows in the scaled space."""
        return Answer(quantiles=around(self.forecast.point(history, index, self.horizon), self.errors))

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a JSON file."""
        return {
            "forecast": to_plain(self.forecast),
            "errors": self.errors.tolist(),
            "compared": dict(self.compared),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> RuleBasedModel:
        """Make the model again from `to_json`.

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
            raise RunError(
                f"The saved Rule-Based model cannot be read: {error!r}. It needs the keys forecast (one of "
                f"{', '.join(KINDS)} with its settings), errors and compared. Train the run again."
            ) from error


def fit_rule_based(
    history: History,
    select: WindowIndex,
    horizon: int,
    *,
    levels: Sequence[float] = LEVELS,
    kinds: Collection[str] = tuple(KINDS),
    season: int | None = None,
) -> RuleBasedModel:
    """Choose the classical forecast with the lowest mean absolute error on `select`.

    Args:
        history: the scaled target.
        select: windows to choose on (at most 2,000, spread evenly) and to take errors from (at most 20,000).
        horizon: H.
        levels: quantile levels of the answer.
        kinds: names of the forecasts to choose among, see `baselines.classical.KINDS`.
        season: the only season to try; None: those of the frequency.

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
    rows = int(np.median(few.row - history.panel.offsets[few.series]))
    scored = [
        (float(np.nanmean(np.abs(truth - one.point(history, few, horizon)))), one)
        for one in candidates(history.panel.frequency, max(rows, 2), kinds=kinds, season=season)
    ]
    best = min(scored, key=lambda pair: pair[0])[1]  # the first, so the simplest, where errors are equal
    compared = {
        kind: min((mae for mae, one in scored if isinstance(one, cls)), default=None) for kind, cls in KINDS.items()
    }
    some = thinned(select, _ERROR_WINDOWS)
    errors = spread(targets(history, some, horizon) - best.point(history, some, horizon), levels)
    return RuleBasedModel(
        forecast=best,
        errors=errors,
        compared={kind: mae for kind, mae in compared.items() if mae is not None},
    )
