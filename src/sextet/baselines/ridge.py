"""Ridge regression from the lookback to the horizon: one linear map for all series, in closed form.

All that is needed of the data is a matrix of moments, summed batch by batch, so memory does not follow the
number of windows; lookback, centring, drift, extra inputs and penalty are compared on `select` from its moments alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.error_quantiles import ERROR_WINDOWS, Spread, around, centred, spread
from sextet.baselines.extras import Extras, Surroundings, extras_for
from sextet.baselines.history import History, chunks, gather, targets, thinned
from sextet.core.answer import Answer
from sextet.core.errors import DataError
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex

Reals = NDArray[np.float64]
Floats = NDArray[np.float32]

LONGEST = 512
_LOOKBACKS = (12, 24, 48, 96, 168, 336, LONGEST)
_PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)  # times the mean size of the inputs
_TIE = 1.005  # settings whose errors on select lie this close differ by chance: windows overlap
_PENALTY_TIE = 1.001
_FIT_WINDOWS = 60_000
_FIT_VALUES = 36_000_000  # numbers in all windows fitted on: what the sums cost grows with the square of a window's
_ROWS_AN_INPUT = 10  # windows fitted on for each input, from which errors on them tell of errors to come


@dataclass(frozen=True, kw_only=True)
class Ridge:
    """A fitted ridge regression.

    Attributes:
        centre: "last" or "mean": what of the lookback is taken off the window before, and put back after.
        penalty: relative to the mean size of the inputs.
        drift: whether a constant is added at each step: the mean movement of the training years.
        weights: `[L, H]` of the lookback.
        intercept: `[H]`; zeros without drift.
        extras: which extra inputs are read, or None.
        extra_weights: `[E, H]` of the extra inputs.
        errors: `[H, Q]` empirical error quantiles on `error_windows`, see `error_quantiles`; about 0 without drift.
    """

    centre: str
    penalty: float
    drift: bool
    weights: Floats
    intercept: Floats
    extras: Extras | None
    extra_weights: Floats
    errors: Reals

    @property
    def lookback(self) -> int:
        """Steps of the target that are read."""
        return len(self.weights)

    @property
    def reach(self) -> int:
        """Rows of history that are read."""
        return max(self.lookback, self.extras.reach if self.extras else 0)

    @property
    def spread(self) -> Spread:
        """What makes quantiles of its errors.

        Without drift its median stays where it is: moving it by the errors of late windows would be a drift again.
        """
        return spread if self.drift else centred

    @property
    def horizon(self) -> int:
        """Steps it was fitted for."""
        return len(self.intercept)

    @property
    def label(self) -> str:
        """What it does, in words."""
        level = "last value" if self.centre == "last" else "mean"
        words = f"linear autoregression on the last {self.lookback} steps, about their {level}"
        return words + (", with covariates and calendar" if self.extras else "") + (", with drift" * self.drift)

    def point(self, history: Surroundings, index: WindowIndex) -> Reals:
        """Forecast `[W, H]` in the scaled space."""
        out = np.empty((len(index), self.horizon))
        for part in chunks(index, self.lookback + self.horizon + 2 * len(self.extra_weights)):
            some = index.take(part)
            z, _ = gather(history, some, np.arange(-self.lookback, 0))
            level = z[:, -1:] if self.centre == "last" else z.mean(axis=1, keepdims=True)
            out[part] = (z - level) @ self.weights + self.intercept + level
            if self.extras:
                out[part] += self.extras.of(history, some) @ self.extra_weights
        return out

    def error_windows(self, train: WindowIndex, select: WindowIndex) -> WindowIndex:
        """Return the windows by whose errors it is told how far a forecast errs: half of them of each part.

        `select` is a short time, wild or calm as it happens to be. Errors on windows that a regression was fitted on
        are too small by about the share of its inputs in their number; where that is over a tenth, `select` alone is
        taken.
        """
        some = thinned(select, ERROR_WINDOWS)
        if len(train) < _ROWS_AN_INPUT * (len(self.weights) + len(self.extra_weights)):
            return some
        return WindowIndex.joined([thinned(train, len(some)), some])

    def answer(self, history: Surroundings, index: WindowIndex) -> Answer:
        """Quantile forecasts of the windows in the scaled space."""
        return Answer(quantiles=around(self.point(history, index), self.errors))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the model as plain arrays."""
        arrays = {name: np.asarray(value) for name, value in vars(self).items() if name != "extras"}
        return arrays | ({"extras": self.extras.to_array()} if self.extras else {})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Ridge:
        """Make the model again from `to_arrays`."""
        return cls(
            centre=str(arrays["centre"]),
            penalty=float(arrays["penalty"]),
            drift=bool(arrays["drift"]),
            weights=arrays["weights"],
            intercept=arrays["intercept"],
            extras=Extras.from_array(arrays["extras"]) if "extras" in arrays else None,
            extra_weights=arrays["extra_weights"],
            errors=arrays["errors"],
        )


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is read and how, before any penalty.

    Attributes:
        lookback: L.
        centre: "last" or "mean".
        drift: whether there is a constant.
        extras: how many of the extra inputs are read, from the first one on.
    """

    lookback: int
    centre: str
    drift: bool
    extras: int


Judged = tuple[float, float, Setting]  # error on select, penalty, setting


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Mean of `d d'` over windows, `d = (1, past - last, extra inputs, targets - last)`.

    Attributes:
        sums: `[1 + L + E + H, 1 + L + E + H]`.
        lookback, extra, horizon: L, E, H.
    """

    sums: Reals
    lookback: int
    extra: int
    horizon: int

    def of(self, setting: Setting) -> Reals:
        """The moments of what the setting reads and of the targets, taken off its centre; drift is left to do."""
        first, end = 1 + self.lookback - setting.lookback, len(self.sums) - self.horizon
        kept = np.r_[0, first : 1 + self.lookback + setting.extras, end : len(self.sums)]
        inner: Reals = self.sums[np.ix_(kept, kept)]
        if setting.centre == "last":
            return inner
        mean, centred = np.zeros(len(inner)), np.ones(len(inner))
        mean[1 : 1 + setting.lookback] = 1.0 / setting.lookback
        centred[0] = 0.0
        centred[1 + setting.lookback : 1 + setting.lookback + setting.extras] = 0.0
        return _less(inner, mean, centred)


def fit_ridge(
    history: Surroundings,
    train: WindowIndex,
    select: WindowIndex,
    horizon: int,
    *,
    longest: int = LONGEST,
    levels: Sequence[float] = LEVELS,
) -> Ridge:
    """Fit on `train`; choose lookback, centring, drift, extra inputs and penalty by squared error on `select`.

    What lies within half a percent of the best differs by chance: there, no drift is preferred, then fewer extra inputs
    (none; all but past covariates; all), then, of what is left, the longest lookback. Of penalties within a thousandth
    of the best the strongest is taken.

    Args:
        history: the scaled target, covariates and calendar.
        train: windows to fit on; at most 60,000, spread evenly, are used, and fewer for long horizons.
        select: windows to choose on; at most 20,000.
        horizon: H.
        longest: longest lookback to try, in steps.
        levels: quantile levels of the answer.

    Raises:
        DataError: `train` or `select` has no window with an observed target.
    """
    available = int((train.row - history.panel.offsets[train.series]).max(initial=0))
    cap = max(1, min(longest, available))
    lookbacks = sorted({min(length, cap) for length in (*_LOOKBACKS, longest) if length <= longest})
    extras = extras_for(history, horizon, cap)
    most = min(_FIT_WINDOWS, _FIT_VALUES // (1 + cap + horizon + (extras.width(history) if extras else 0)))
    train = thinned(_usable(history, train, horizon, "train"), most)
    select = thinned(_usable(history, select, horizon, "select"), ERROR_WINDOWS)
    fit, judge = (moments(history, part, cap, extras, horizon) for part in (train, select))
    fewer = replace(extras, season=0) if extras else None  # without past covariates
    widths = {one.width(history): one for one in (fewer, extras) if one}
    setting, penalty = _chosen(fit, judge, lookbacks, sorted(widths))
    weights, intercept = solution(fit, setting, penalty)
    bare = Ridge(
        centre=setting.centre,
        penalty=penalty,
        drift=setting.drift,
        weights=weights[: setting.lookback].astype(np.float32),
        intercept=intercept.astype(np.float32),
        extras=widths.get(setting.extras),
        extra_weights=weights[setting.lookback :].astype(np.float32),
        errors=np.zeros((horizon, len(levels))),
    )
    told = bare.error_windows(train, select)
    errors = targets(history, told, horizon) - bare.point(history, told)
    return replace(bare, errors=bare.spread(errors, levels))


def moments(history: Surroundings, index: WindowIndex, lookback: int, extras: Extras | None, horizon: int) -> Moments:
    """Sum the moments of the windows, a few at a time."""
    extra = extras.width(history) if extras else 0
    size = 1 + lookback + extra + horizon
    total = np.zeros((size, size))
    for part in chunks(index, size + extra):
        some = index.take(part)
        z, _ = gather(history, some, np.arange(-lookback, horizon))
        z -= z[:, [lookback - 1]]
        blocks = [np.ones((len(z), 1)), z[:, :lookback], z[:, lookback:]]
        if extras:
            blocks.insert(2, extras.of(history, some))
        design = np.concatenate(blocks, axis=1)
        total += design.T @ design
    return Moments(sums=total / len(index), lookback=lookback, extra=extra, horizon=horizon)


def solution(fit: Moments, setting: Setting, penalty: float) -> tuple[Reals, Reals]:
    """Return the weights `[L + E, H]` and the intercept `[H]` of a setting and a penalty."""
    ours, means, sizes = _system(fit, setting)
    values, vectors = np.linalg.eigh(ours[0])
    weights = sizes[:, None] * (vectors @ ((vectors.T @ ours[1]) * _shrunk(values, penalty)[:, None]))
    count = len(weights)
    return weights, means[1 + count :] - means[1 : 1 + count] @ weights


def errors_of(fit: Moments, judge: Moments, setting: Setting) -> Iterator[tuple[float, float]]:
    """Yield each penalty and the mean squared error that the setting's solution with it has on `judge`.

    In the basis of the eigenvectors of the inputs' moments a penalty only scales, so that each costs next to nothing.
    """
    (gram, cross), means, sizes = _system(fit, setting)
    constant = np.zeros(len(means))
    constant[0] = 1.0
    theirs = _less(judge.of(setting), constant, means)
    inputs, ahead = slice(1, 1 + len(gram)), slice(1 + len(gram), None)
    values, vectors = np.linalg.eigh(gram)
    scaled = sizes[:, None] * vectors
    turned = vectors.T @ cross
    linear = (turned * (scaled.T @ theirs[inputs, ahead])).sum(axis=1)
    square = (turned @ turned.T) * (scaled.T @ theirs[inputs, inputs] @ scaled)
    whole = float(np.trace(theirs[ahead, ahead]))
    for penalty in _PENALTIES:
        kept = _shrunk(values, penalty)
        yield penalty, max(0.0, whole - 2.0 * float(kept @ linear) + float(kept @ square @ kept)) / fit.horizon


def _chosen(fit: Moments, judge: Moments, lookbacks: Sequence[int], extras: Sequence[int]) -> tuple[Setting, float]:
    """The setting and the penalty to take: lookback and centre, then drift, then extra inputs with any lookback."""
    found: list[Judged] = []

    def best_with(*settings: Setting) -> Setting:
        found.extend((error, penalty, one) for one in settings for penalty, error in errors_of(fit, judge, one))
        return _best(found)[2]

    bare = [Setting(lookback=n, centre=c, drift=False, extras=0) for n in lookbacks for c in ("last", "mean")]
    best = best_with(*bare)
    best = best_with(replace(best, drift=True))
    best_with(*[replace(best, extras=count, lookback=n) for count in extras for n in lookbacks])
    _, penalty, setting = _best(found)
    return setting, penalty


def _best(found: list[Judged]) -> Judged:
    found = _tied(found, _TIE, lambda one: (not one[2].drift, -one[2].extras))
    found = _tied(found, _TIE, lambda one: one[2].lookback)
    found = _tied(found, _PENALTY_TIE, lambda one: one[1])
    return min(found, key=lambda one: one[0])


def _tied(found: list[Judged], tie: float, worth: Callable[[Judged], Any]) -> list[Judged]:
    """Of what errs no more than `tie` times the least, that which is worth most, and all that is worth the same."""
    least = min(error for error, *_ in found)
    most = max(worth(one) for one in found if one[0] <= least * tie)
    return [one for one in found if worth(one) == most]


def _system(fit: Moments, setting: Setting) -> tuple[tuple[Reals, Reals], Reals, Reals]:
    """What is to be solved.

    Returns:
        Moments of the inputs and of inputs and targets, the inputs divided by their sizes; the means of all, zeros
        without drift; the factors `[L + E]` that bring each extra input to the mean size of the lookback's, so that one
        penalty suits both.
    """
    ours = fit.of(setting)
    means = np.zeros(len(ours))
    if setting.drift:
        means[1:] = ours[0, 1:]
        constant = np.zeros(len(ours))
        constant[0] = 1.0
        ours = _less(ours, constant, means)
    count = len(ours) - 1 - fit.horizon
    squares = np.diag(ours)[1 : 1 + count]
    typical, sizes = float(squares[: setting.lookback].mean()), np.ones(count)
    extra = squares[setting.lookback :]
    sizes[setting.lookback :] = np.sqrt(np.where(extra > 1e-9, typical / np.maximum(extra, 1e-9), 0.0))
    gram = ours[1 : 1 + count, 1 : 1 + count] * np.outer(sizes, sizes)
    return (gram, ours[1 : 1 + count, 1 + count :] * sizes[:, None]), means, sizes


def _shrunk(values: Reals, penalty: float) -> Reals:
    """What a penalty leaves of each eigenvector's share, over its eigenvalue."""
    return np.asarray(1.0 / (np.maximum(values, 0.0) + penalty * max(float(values.mean()), 1e-12)))


def _less(inner: Reals, part: Reals, times: Reals) -> Reals:
    """The moments of `d - times * (part . d)`, from those of d."""
    crossed = inner @ part
    return inner - np.outer(times, crossed) - np.outer(crossed, times) + (part @ crossed) * np.outer(times, times)


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
