"""Ridge regression from the lookback to the horizon: one linear map for all series, in closed form.

All that is needed of the data is a matrix of moments, summed batch by batch, so memory does not follow the
number of windows; lookback, centring and penalty are compared on `select` from its moments alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.error_quantiles import around, spread
from sextet.baselines.history import History, chunks, gather, targets, thinned
from sextet.core.answer import Answer
from sextet.core.errors import DataError
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex

Reals = NDArray[np.float64]

LONGEST = 512
_LOOKBACKS = (12, 24, 48, 96, 168, 336, LONGEST)
_PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)  # times the mean variance of the inputs
_TIE = 1.005  # lookbacks whose errors on select lie this close differ by chance: windows overlap
_PENALTY_TIE = 1.001
_FIT_WINDOWS = 60_000
_SELECT_WINDOWS = 20_000


@dataclass(frozen=True, kw_only=True)
class Ridge:
    """A fitted ridge regression.

    Attributes:
        centre: "last" or "mean": what of the lookback is taken off the window before, and put back after.
        penalty: relative to the mean variance of the inputs.
        weights: `[L, H]`.
        intercept: `[H]`.
        errors: `[H, Q]` empirical error quantiles on `select`, see `error_quantiles.spread`.
    """

    centre: str
    penalty: float
    weights: Reals
    intercept: Reals
    errors: Reals

    @property
    def reach(self) -> int:
        """Rows of history that are read: the lookback L."""
        return len(self.weights)

    def point(self, history: History, index: WindowIndex) -> Reals:
        """Forecast `[W, H]` in the scaled space."""
        out = np.empty((len(index), len(self.intercept)))
        for part in chunks(index, self.reach):
            z, _ = gather(history, index.take(part), np.arange(-self.reach, 0))
            level = z[:, -1:] if self.centre == "last" else z.mean(axis=1, keepdims=True)
            out[part] = (z - level) @ self.weights + self.intercept + level
        return out

    def answer(self, history: History, index: WindowIndex) -> Answer:
        """Quantile forecasts of the windows in the scaled space."""
        return Answer(quantiles=around(self.point(history, index), self.errors))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the model as plain arrays."""
        return {
            "centre": np.array(self.centre),
            "penalty": np.array(self.penalty),
            "weights": self.weights,
            "intercept": self.intercept,
            "errors": self.errors,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Ridge:
        """Make the model again from `to_arrays`."""
        return cls(
            centre=str(arrays["centre"]),
            penalty=float(arrays["penalty"]),
            weights=arrays["weights"],
            intercept=arrays["intercept"],
            errors=arrays["errors"],
        )


def fit_ridge(
    history: History,
    train: WindowIndex,
    select: WindowIndex,
    horizon: int,
    *,
    longest: int = LONGEST,
    levels: Sequence[float] = LEVELS,
) -> Ridge:
    """Fit on `train`; choose lookback, centring and penalty by squared error on `select`.

    Of lookbacks within half a percent of the best the longest is taken, and of its penalties within a thousandth of
    its best the strongest.

    Args:
        history: the scaled target.
        train: windows to fit on; at most 60,000, spread evenly, are used.
        select: windows to choose on and to take the error quantiles from; at most 20,000.
        horizon: H.
        longest: longest lookback to try, in steps.
        levels: quantile levels of the answer.

    Raises:
        DataError: `train` or `select` has no window with an observed target.
    """
    available = int((train.row - history.panel.offsets[train.series]).max(initial=0))
    cap = max(1, min(longest, available))
    lookbacks = sorted({min(length, cap) for length in (*_LOOKBACKS, longest) if length <= longest})
    train = thinned(_usable(history, train, horizon, "train"), _FIT_WINDOWS)
    select = thinned(_usable(history, select, horizon, "select"), _SELECT_WINDOWS)
    fit = _moments(history, train, cap, horizon)
    judge = _moments(history, select, cap, horizon)
    found = list(_solutions(fit, judge, lookbacks, horizon))
    least = min(error for error, *_ in found)
    longest_tied = max(len(weights) for error, _, _, weights, _ in found if error <= least * _TIE)
    tied = [one for one in found if len(one[3]) == longest_tied]
    least = min(error for error, *_ in tied)
    _, centre, penalty, weights, intercept = max(
        (one for one in tied if one[0] <= least * _PENALTY_TIE), key=lambda one: (one[2], -one[0])
    )
    bare = Ridge(
        centre=centre, penalty=penalty, weights=weights, intercept=intercept, errors=np.zeros((horizon, len(levels)))
    )
    errors = spread(targets(history, select, horizon) - bare.point(history, select), levels)
    return replace(bare, errors=errors)


def _usable(history: History, index: WindowIndex, horizon: int, part: str) -> WindowIndex:
    """Windows without a missing target whose last `horizon` steps of history are at least half observed.

    Where these are few, the windows with any observed target (the rest filled forward).
    """
    ahead, recent = np.zeros(len(index)), np.zeros(len(index))
    for chunk in chunks(index, 2 * horizon):
        seen = gather(history, index.take(chunk), np.arange(-horizon, horizon))[1]
        recent[chunk], ahead[chunk] = seen[:, :horizon].mean(axis=1), seen[:, horizon:].mean(axis=1)
    complete, some = (ahead == 1) & (recent >= 0.5), ahead > 0
    if not some.any():
        raise DataError(
            f"Expected windows with an observed target in part {part!r} to fit the ridge baseline; got none of "
            f"{len(index)} windows. Give more history, or a shorter horizon."
        )
    return index.take(complete if complete.sum() >= some.sum() / 4 else some)


def _moments(history: History, index: WindowIndex, lookback: int, horizon: int) -> Reals:
    """Sum of `d d'` over windows, `d = (1, past - last, targets - last)`, divided by the number of windows."""
    size = 1 + lookback + horizon
    total = np.zeros((size, size))
    for part in chunks(index, size):
        z, _ = gather(history, index.take(part), np.arange(-lookback, horizon))
        design = np.concatenate([np.ones((len(z), 1)), z - z[:, [lookback - 1]]], axis=1)
        total += design.T @ design
    return total / len(index)


def _solutions(
    fit: Reals, judge: Reals, lookbacks: Sequence[int], horizon: int
) -> Iterator[tuple[float, str, float, Reals, Reals]]:
    """Yield (mean squared error on select, centre, penalty, weights, intercept) for every setting."""
    for lookback in lookbacks:
        for centre in ("last", "mean"):
            ours, theirs = (_centred(moments, lookback, horizon, centre) for moments in (fit, judge))
            past, ahead = slice(1, 1 + lookback), slice(1 + lookback, None)
            mean_past, mean_ahead = ours[0, past], ours[0, ahead]
            values, vectors = np.linalg.eigh(ours[past, past] - np.outer(mean_past, mean_past))
            turned = vectors.T @ (ours[past, ahead] - np.outer(mean_past, mean_ahead))
            typical = max(float(values.mean()), 1e-12)
            for penalty in _PENALTIES:
                weights = vectors @ (turned / (np.maximum(values, 0.0) + penalty * typical)[:, None])
                intercept = mean_ahead - mean_past @ weights
                full = np.vstack([intercept, weights])
                error = (
                    np.trace(theirs[ahead, ahead])
                    - 2 * (full * theirs[: 1 + lookback, ahead]).sum()
                    + (full * (theirs[: 1 + lookback, : 1 + lookback] @ full)).sum()
                )
                yield float(error) / horizon, centre, penalty, weights, intercept


def _centred(moments: Reals, lookback: int, horizon: int, centre: str) -> Reals:
    """The moments of the last `lookback` steps and the targets, taken off their last value or their mean."""
    longest = len(moments) - 1 - horizon
    kept = np.r_[0, 1 + longest - lookback : len(moments)]
    inner: Reals = moments[np.ix_(kept, kept)]
    if centre == "last":
        return inner
    turn = np.eye(len(inner))
    turn[1 : 1 + lookback, 1:] -= 1.0 / lookback  # each column less the mean of the past columns
    return np.asarray(turn.T @ inner @ turn)
