"""Goes through the windows of a finished backtest again and keeps what was said of each step, alarms above all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.backtesting.fold_fit import FoldFit
from sextet.backtesting.run import Backtest
from sextet.baselines.history import targets as scaled_targets
from sextet.core.progress import Progress
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.data.windows import ordinals_of, targets
from sextet.metrics.exceedance import mass_of
from sextet.metrics.quantile import pinball_by_point
from sextet.runtime.crew import spike_probability

Reals = NDArray[np.floating]

OURS = "ensemble"
QUANTILE = "upper quantile"
MASS = "quantiles, mass above"
DETECTOR = "spike-detector alone"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a backtest said of every step of its test windows, as it would have been said at the cutoff.

    Attributes:
        series, row: `[W]` of the windows.
        fold: `[W]` the fit that forecast each.
        label: `[W, H]` 1 spike, 0 none, NaN not observed.
        level: `[W, H]` above which a step counts as a spike, as known at the cutoff.
        alarms: name -> `[W, H]` score, larger where a spike is likelier.
        error, loss: `[W, H]` absolute error of the median and mean pinball over the levels, adapted as forecasts are.
        threshold: `[W]` probability at which the ensemble alerts; infinite without a member that warns.
    """

    series: NDArray[np.int32]
    row: NDArray[np.int64]
    fold: NDArray[np.int64]
    label: Reals
    level: Reals
    alarms: Mapping[str, Reals]
    error: Reals
    loss: Reals
    threshold: Reals


def fits(work: Backtest, progress: Progress, without: str | None = None) -> Iterator[tuple[int, FoldFit, WindowIndex]]:
    """Yield each fold's number, fit and windows; members lie in the folder, weights are learned again.

    Args:
        work: the backtest.
        progress: told how it goes.
        without: a member that is left out, so that weights and calibration are those of the others.
    """
    if without is not None:
        members = tuple(spec for spec in work.config.members if spec.name != without)
        work = replace(work, config=replace(work.config, members=members))
    work = replace(work, baselines=())
    fit: FoldFit | None = None
    for number in range(len(work.plan)):
        fit = work.fit(number, fit, progress)
        yield number, fit, work.plan.windows(fit.ground.panel, number)


def replayed(work: Backtest, progress: Progress, without: str | None = None) -> Said:
    """Return what the backtest said of all its windows; arguments as of `fits`."""
    parts = [_said(number, fit, index) for number, fit, index in fits(work, progress, without)]
    whole: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("series", "row", "fold", "label", "level", "error", "loss", "threshold")
    }
    alarms = {name: np.concatenate([part.alarms[name] for part in parts]) for name in parts[0].alarms}
    return Said(**whole, alarms=alarms)


def _said(number: int, fit: FoldFit, index: WindowIndex) -> Said:
    """What the fit of a fold says of its windows."""
    prepared, spikes = fit.ground.prepared, fit.ground.spikes
    panel, horizon = prepared.panel, fit.crew.shape.horizon
    answers = fit.crew.answers(prepared, index)
    raw = fit.combination.raw(answers, index.series)
    z = fit.combination.online.run(
        raw, scaled_targets(prepared, index, horizon), index.series, ordinals_of(panel, index)
    )
    quantiles = prepared.scaler.from_z(z, index.series)
    truth = targets(panel, index, horizon)[0]
    level = spikes.spike_level(panel, index, horizon)
    score = spikes.quantile_score(panel, index, quantiles)
    alarms: dict[str, Reals] = {QUANTILE: quantiles[..., -1] - level, MASS: mass_of(score)}
    warned = spike_probability(answers)
    if warned is not None:
        alarms = {OURS: fit.policies.blend.apply(warned, score), **alarms, DETECTOR: warned}
    return Said(
        series=index.series,
        row=index.row,
        fold=np.full(len(index), number),
        label=labels(panel, index, horizon),
        level=level,
        alarms=alarms,
        error=np.abs(truth - quantiles[..., MEDIAN]),
        loss=pinball_by_point(truth, quantiles, LEVELS),
        threshold=np.full(len(index), fit.policies.own.threshold),
    )


def labels(panel: Any, index: WindowIndex, horizon: int) -> Reals:
    """Labels of the steps of windows, `[W, H]`; NaN where the target was not observed."""
    known = targets(panel, index, horizon)[1]
    rows = index.row[:, None] + np.arange(horizon)
    return np.where(known, np.take(panel.label, rows, mode="clip") > 0, np.nan)
