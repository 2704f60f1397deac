"""Learns how to combine members: weights on `weigh`, calibration and alert threshold on `calibrate`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import targets
from sextet.combine.conformal import Calibration
from sextet.combine.online import OnlineCalibration
from sextet.combine.weights import EnsembleWeights, fit_weights
from sextet.core.answer import Answer
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.runtime.combination import Combination, ordinals_of
from sextet.runtime.crew import Crew, spike_probability


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What the members answered for the windows of a part.

    Attributes:
        index: the windows.
        answers: name -> answers in scaled space.
        target: `[W, H]` scaled targets, NaN where missing.
    """

    index: WindowIndex
    answers: dict[str, Answer]
    target: NDArray[np.float64]


def ask(crew: Crew, prepared: Prepared, index: WindowIndex) -> Answered:
    """Let every member answer `index`."""
    return Answered(
        index=index,
        answers=crew.answers(prepared, index),
        target=targets(prepared, index, crew.shape.horizon),
    )


def learn(
    crew: Crew,
    prepared: Prepared,
    weigh: WindowIndex,
    calibrate: WindowIndex,
    numbers: NDArray[np.integer] | None = None,
    series: int | None = None,
) -> tuple[Combination, Answered, Answered]:
    """Learn weights and calibration; return them with what was answered for `weigh` and for `calibrate`.

    Args:
        crew: the members.
        prepared: the data.
        weigh: windows to learn weights on.
        calibrate: windows to learn calibration on.
        numbers: `[S]` the training panel's number of each series of the data; None: the same panel.
        series: number of series of the training panel; None: the same panel.
    """
    panel, levels = prepared.panel, crew.shape.levels
    known = np.arange(panel.series) if numbers is None else np.asarray(numbers)
    count = series or panel.series
    weighed = ask(crew, prepared, weigh)
    weights = fit_weights(
        [weighed.answers[name].quantiles for name in crew.names],  # type: ignore[arg-type]
        weighed.target,
        np.where(known < 0, count + np.arange(len(known)), known)[weigh.series],  # a newcomer is a series too
        levels,
        crew.names,
        regime=spike_probability(weighed.answers),
        row=weigh.row,
    )
    weights = _without_newcomers(weights, count)
    heard = ask(crew, prepared, calibrate)
    own = known[calibrate.series]
    raw = weights.apply(
        [heard.answers[name].quantiles for name in weights.names],  # type: ignore[arg-type]
        own,
        spike_probability(heard.answers),
    )
    calibration = Calibration.fit(raw, heard.target, levels)
    online = OnlineCalibration.start(calibration, levels, crew.shape.horizon, count)
    _, online = online.advance(raw, heard.target, own, ordinals_of(panel, calibrate))
    return Combination(weights=weights, calibration=calibration, online=online), weighed, heard


def _without_newcomers(weights: EnsembleWeights, count: int) -> EnsembleWeights:
    """Drop weights of their own of series that training never saw: the run has no number to find them by."""
    kept = weights.owners < count
    return replace(weights, owners=weights.owners[kept], table=weights.table[:, np.append(True, kept)])
