"""What linear models on some of the data tell before a network is trained: which transform, and whether to flip.

Both are closed-form fits of a second or so on windows of the train part, judged on windows of `select`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import gather
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.covariates import CovariateScaler
from sextet.data.prepare import Prepared, prepare
from sextet.data.scale import Scaler, Transform
from sextet.data.split import Split
from sextet.data.windows import draw_windows, with_observed

Reals = NDArray[np.float64]

GAIN = 0.03
"""Share of the error by which "asinh" must beat no transform: it bends the scale for every member."""

DRIFT = 0.005
"""Share of the squared error that a linear model must gain by having no drift, for windows to be flipped."""

_ROWS = 200_000  # about as many rows are looked at: the choice is between two curves
_FIT_WINDOWS = 6_000
_JUDGE_WINDOWS = 2_000
_LONGEST = 336  # steps of history
_PENALTY = 0.1  # relative to the mean variance of the inputs
_STEPS = 4  # of the horizon, for the transform
_ROUNDS = 8  # of reweighting, for the median


@dataclass(frozen=True, kw_only=True)
class _Windows:
    """Windows in the scaled space, measured from their last value.

    Attributes:
        past: `[W, L]`.
        ahead: `[W, K]` some steps of the horizon, all observed.
        last: `[W, 1]` the last value.
        series: `[W]`.
    """

    past: Reals
    ahead: Reals
    last: Reals
    series: NDArray[np.int32]


def choose_transform(panel: Panel, split: Split, horizon: int, *, seed: int = 0) -> tuple[Transform, str]:
    """Return "none" or "asinh", and a sentence that says why.

    Under each, a linear model of the median is fitted for a few steps of the horizon, and judged by its mean absolute
    error in the unit of each series' training spread. It is the median that is fitted, as members fit quantiles:
    least squares would be pulled by tails that do not pull them.
    """
    panel, split = _some_rows(panel, split)
    steps = np.unique(np.linspace(0, horizon - 1, _STEPS).round().astype(np.int64))
    unit = Scaler.fit(panel, split.train).scale
    errors = {}
    for name in ("none", "asinh"):
        scaler = Scaler.fit(panel, split.train, transform=name)
        prepared = prepare(panel, scaler, CovariateScaler.fit(panel, split.train))
        errors[name] = _median_error(*_drawn(prepared, split, horizon, steps, seed), scaler, unit)
    better: Transform = "asinh" if errors["asinh"] < (1.0 - GAIN) * errors["none"] else "none"
    return better, (
        f"Targets are {'transformed by arsinh' if better == 'asinh' else 'not transformed'}: on select the error of a "
        f"linear model is {errors['asinh']:.4g} with arsinh and {errors['none']:.4g} without, in training spreads."
    )


def without_drift(prepared: Prepared, split: Split, horizon: int, *, seed: int = 0) -> bool:
    """Tell whether the drift of the training years misleads: a linear model does better on `select` without one.

    The model maps the history, from its last value, to the targets, from the same. An intercept for each step is
    the mean drift in training; over a long horizon it is large, and the years to come need not share it. Networks
    learn it too, in their biases; windows shown upside down as often as not (`TrainConfig.flip`) keep them from it.
    """
    fit, judge = _drawn(prepared, split, horizon, np.arange(horizon), seed)
    if len(fit.past) < fit.past.shape[1] or not len(judge.past):
        return False
    with_one, without = (_squared_error(fit, judge, drift=drift) for drift in (True, False))
    return without < (1.0 - DRIFT) * with_one


def _squared_error(fit: _Windows, judge: _Windows, *, drift: bool) -> float:
    mean_past, mean_ahead = (values.mean(axis=0) * drift for values in (fit.past, fit.ahead))
    inputs = fit.past - mean_past
    moments = inputs.T @ inputs
    penalty = _PENALTY * max(float(np.trace(moments)) / len(moments), 1e-9)
    weights = np.linalg.solve(moments + penalty * np.eye(len(moments)), inputs.T @ (fit.ahead - mean_ahead))
    return float(((judge.ahead - mean_ahead - (judge.past - mean_past) @ weights) ** 2).mean())


def _median_error(fit: _Windows, judge: _Windows, scaler: Scaler, unit: Reals) -> float:
    if len(fit.past) < fit.past.shape[1] or not len(judge.past):
        return float("nan")
    ours, theirs = (np.concatenate([w.past, np.ones((len(w.past), 1))], axis=1) for w in (fit, judge))
    said = np.stack([theirs @ _median_line(ours, step) for step in fit.ahead.T], axis=1)
    error = scaler.from_z(said + judge.last, judge.series) - scaler.from_z(judge.ahead + judge.last, judge.series)
    return float((np.abs(error) / unit[judge.series][:, None]).mean())


def _median_line(inputs: Reals, ahead: Reals) -> Reals:
    """Coefficients of a regression of the median, by reweighted least squares, ridge on all but the last."""
    penalty = np.full(inputs.shape[1], _PENALTY * max(float((inputs[:, :-1] ** 2).mean()), 1e-9) * len(inputs))
    penalty[-1] = 0.0
    weight: Reals = np.ones(len(inputs))
    line: Reals = np.zeros(inputs.shape[1])
    for _ in range(_ROUNDS):
        weighed = inputs * weight[:, None]
        system = weighed.T @ inputs + np.diag(penalty * weight.mean() + 1e-9)
        line = np.asarray(np.linalg.solve(system, weighed.T @ ahead), dtype=np.float64)
        error = np.abs(ahead - inputs @ line)
        weight = np.asarray(1.0 / np.maximum(error, max(0.1 * float(np.median(error)), 1e-9)))
    return line


def _drawn(
    prepared: Prepared, split: Split, horizon: int, steps: NDArray[np.int64], seed: int
) -> tuple[_Windows, _Windows]:
    """Windows of train and of select, all of whose `steps` of the horizon were observed."""
    start = np.minimum(split.train // 2, _LONGEST)
    lookback = max(1, min(_LONGEST, int(start.min())))
    return tuple(  # type: ignore[return-value]
        _gathered(prepared, draw_windows(prepared.panel, low, high, horizon, most=most, seed=seed), lookback, steps)
        for low, high, most in ((start, split.train, _FIT_WINDOWS), (split.train, split.select, _JUDGE_WINDOWS))
    )


def _gathered(prepared: Prepared, index: WindowIndex, lookback: int, steps: NDArray[np.int64]) -> _Windows:
    index = with_observed(prepared.panel, index, int(steps[-1]) + 1)
    z, seen = gather(prepared, index, np.concatenate([np.arange(-lookback, 0), steps]))
    whole = seen[:, lookback:].all(axis=1)
    z = z[whole]
    last = z[:, [lookback - 1]]
    return _Windows(past=z[:, :lookback] - last, ahead=z[:, lookback:] - last, last=last, series=index.series[whole])


def _some_rows(panel: Panel, split: Split) -> tuple[Panel, Split]:
    """The rows of train and select of an even draw of series, about `_ROWS` of them; a long series from late on."""
    wanted = int(np.clip(panel.series * _ROWS / max(len(panel.y), 1), 1, panel.series))
    some = np.linspace(0, panel.series - 1, wanted).round().astype(np.int64)
    start = np.clip(split.select[some] - _ROWS, 0, split.train[some] // 2)
    lengths = split.select[some] - start
    low = panel.offsets[some] + start
    rows = np.concatenate([np.arange(first, first + length) for first, length in zip(low, lengths, strict=True)])
    part = replace(
        panel,
        ids=tuple(panel.ids[s] for s in some),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        first=panel.first[some] + start,
        known=lengths,
        y=panel.y[rows],
        past=panel.past[rows],
        future=panel.future[rows],
        static=panel.static[some],
        weight=None,
        label=None,
    )
    train = split.train[some] - start
    return part, Split(train=train, select=lengths, weigh=lengths, calibrate=lengths, test=lengths)
