"""What linear models on some of the data tell before a network is trained.

Which transform suits the target, whether past covariates help, and whether the drift of training misleads.

Both are closed-form fits of a second or so on windows of the train part, judged on windows of `select`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import gather
from sextet.baselines.median_regression import median_line
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.covariates import CovariateScaler
from sextet.data.prepare import Prepared, prepare
from sextet.data.scale import Scaler, Transform
from sextet.data.split import Split
from sextet.data.windows import draw_windows, with_observed

Reals = NDArray[np.float64]

TAILS = 6.0
"""Excess kurtosis of a typical series from which on tails are heavy; a Laplace distribution has 3."""

GAIN = 0.005
"""Share of the error by which a transform must beat none, on `select` and over the stretches before it."""

EARLIER = 3
"""Stretches of training before `select` on which a transform is judged as well: what pays in one season alone does not
last. Nord Pool's prices gain 9 % by the logarithm on the 30 weeks of `select` and lose 1 % on those before."""

_SHARE = 10  # such a stretch is as long as `select`, and a tenth of training at least

_IN_WORDS: dict[Transform, str] = {"none": "without one", "asinh": "by arsinh", "log1p": "by logarithm"}

DRIFT = 0.005
"""Share of the squared error that a linear model must gain by having no drift, for windows to be flipped."""

_ROWS = 200_000  # about as many rows are looked at: the choice is between two curves
_FIT_WINDOWS = 6_000
_JUDGE_WINDOWS = 2_000
_LONGEST = 336  # steps of history
_PENALTY = 0.1  # relative to the mean variance of the inputs
_STEPS = 4  # of the horizon that medians are fitted for


HELP = 0.03
"""Share of the error by which past covariates must help a linear model, for members to be given them."""


@dataclass(frozen=True, kw_only=True)
class _Windows:
    """Windows in the scaled space, measured from their last value.

    Attributes:
        past: `[W, L]`.
        ahead: `[W, K]` some steps of the horizon, all observed.
        last: `[W, 1]` the last value.
        index: which windows these are.
    """

    past: Reals
    ahead: Reals
    last: Reals
    index: WindowIndex


def choose_transform(panel: Panel, split: Split, horizon: int, *, seed: int = 0) -> tuple[Transform, str]:
    """Return "none", "asinh" or "log1p", and a sentence that says why.

    Tails that are heavy can be drawn in ("asinh"), and what is never below 0 may change by shares of itself ("log1p").
    A linear model of the median is fitted under each for a few steps of the horizon, and judged by its mean absolute
    error in the unit of each series' training spread. It is the median that is fitted, as members fit quantiles: least
    squares would be pulled by tails that do not pull them. A transform must pay on `select`, and on average over
    `EARLIER` stretches before it, each forecast from what precedes it, where there are rows for them.
    """
    panel, split = _some_rows(panel, split)
    tails = _excess_kurtosis(panel, split)
    names: list[Transform] = ["none"]
    if tails > TAILS:
        names.append("asinh")
    if np.nanmin(panel.y, initial=np.inf) >= 0:
        names.append("log1p")
    if len(names) == 1:
        return "none", f"Targets are not transformed: their tails are not heavy (excess kurtosis {tails:.1f})."
    errors = _errors(panel, split, horizon, names, seed)
    if not np.isfinite(errors["none"]):
        return "none", "Targets are not transformed: there are too few rows to try a transform on."
    best = min(names, key=lambda name: errors[name])
    if not errors[best] < (1.0 - GAIN) * errors["none"]:
        best = "none"
    shown = ", ".join(f"{errors[name]:.4g} {_IN_WORDS[name]}" for name in names)
    said = f"on select the error of a linear model is {shown}, in training spreads"
    if best != "none":
        earlier = [_errors(panel, one, horizon, ["none", best], seed) for one in stretches_before(split)]
        shares = [one[best] / one["none"] for one in earlier if one["none"] > 0 and np.isfinite(one[best])]
        if shares:
            more = float(np.mean(shares)) - 1.0
            lasting = "lower" if more < 0 else "higher"
            where = f"the {len(shares)} stretches" if len(shares) > 1 else "the stretch"
            said += f"; over {where} before, it is {abs(more):.1%} {lasting} {_IN_WORDS[best]}"
            best = best if more < -GAIN else "none"
    return best, f"Targets are {'not transformed' if best == 'none' else f'transformed {_IN_WORDS[best]}'}: {said}."


def _errors(panel: Panel, split: Split, horizon: int, names: Sequence[Transform], seed: int) -> dict[Transform, float]:
    """Return the error on `select` of a linear model of the median under each transform; NaN without rows enough."""
    unit = Scaler.fit(panel, split.train).scale
    covariates = CovariateScaler.fit(panel, split.train)
    found: dict[Transform, float] = {}
    for name in names:
        scaler = Scaler.fit(panel, split.train, transform=name)
        drawn = _drawn(prepare(panel, scaler, covariates), split, horizon, _some_steps(horizon), seed)
        found[name] = _median_error(*drawn, scaler, unit)
    return found


def stretches_before(split: Split) -> Iterator[Split]:
    """Yield splits whose `select` lies in training, the latest first; what is before each is its training."""
    length = np.maximum(split.select - split.train, split.train // _SHARE)
    for back in range(1, EARLIER + 1):
        train = split.train - back * length
        if int(train.min()) < 1:
            return
        end = train + length
        yield Split(train=train, select=end, weigh=end, calibrate=end, test=end)


def _excess_kurtosis(panel: Panel, split: Split) -> float:
    """Of the training targets of the median series; NaN where no series varies."""
    found = []
    for s, rows in enumerate(split.train):
        y = panel.y[int(panel.offsets[s]) : int(panel.offsets[s]) + int(rows)]
        y = y[np.isfinite(y)]
        spread = float(y.std()) if len(y) else 0.0
        if spread > 0:
            found.append(float((((y - y.mean()) / spread) ** 4).mean()) - 3.0)
    return float(np.median(found)) if found else float("nan")


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


def past_helps(prepared: Prepared, split: Split, horizon: int, *, seed: int = 0) -> bool:
    """Tell whether past covariates help a linear model of the median on `select`; without any, they do.

    Their last rows and their means over the last horizon are added to the target's history. Readings of many sensors
    that say nothing of the future are learned by heart instead.
    """
    if not prepared.past.shape[1]:
        return True
    fit, judge = _drawn(prepared, split, horizon, _some_steps(horizon), seed)
    if len(fit.past) < fit.past.shape[1] or not len(judge.past):
        return True
    more = [np.concatenate([w.past, *_recent(prepared, w.index, horizon)], axis=1) for w in (fit, judge)]
    bare = np.abs(judge.ahead - _median_said(fit, judge, fit.past, judge.past)).mean()
    helped = np.abs(judge.ahead - _median_said(fit, judge, more[0], more[1])).mean()
    return bool(helped < (1.0 - HELP) * bare)


def _recent(prepared: Prepared, index: WindowIndex, horizon: int) -> tuple[Reals, Reals]:
    """Past covariates of each window, `[W, P]`: of the last row, and their means over the last `horizon` rows."""
    rows = np.maximum(index.row[:, None] - 1 - np.arange(horizon), prepared.panel.offsets[index.series][:, None])
    mean = sum(prepared.past[rows[:, back]].astype(np.float64) for back in range(horizon)) / horizon
    return prepared.past[rows[:, 0]].astype(np.float64), np.asarray(mean)


def _some_steps(horizon: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, horizon - 1, _STEPS).round().astype(np.int64))


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
    said = _median_said(fit, judge, fit.past, judge.past)
    series = judge.index.series
    error = scaler.from_z(said + judge.last, series) - scaler.from_z(judge.ahead + judge.last, series)
    return float((np.abs(error) / unit[series][:, None]).mean())


def _median_said(fit: _Windows, judge: _Windows, ours: Reals, theirs: Reals) -> Reals:
    """Forecast `judge.ahead` from the inputs `theirs`, by lines fitted to `fit` on the inputs `ours`."""
    penalty = _PENALTY * max(float((ours**2).mean()), 1e-9)
    lines = [median_line(ours, step, penalty) for step in fit.ahead.T]
    return np.stack([theirs @ line[:-1] + line[-1] for line in lines], axis=1)


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
    whole = np.asarray(seen[:, lookback:].all(axis=1))
    z = z[whole]
    last = z[:, [lookback - 1]]
    return _Windows(past=z[:, :lookback] - last, ahead=z[:, lookback:] - last, last=last, index=index.take(whole))


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
