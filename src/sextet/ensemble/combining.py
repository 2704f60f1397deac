"""Learns how to combine members: weights on `weigh`, calibration and alert threshold on `calibrate`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import targets
from sextet.combine.conformal import Calibration
from sextet.combine.online import OnlineCalibration
from sextet.combine.trust import separate_windows, trust, trust_in_all
from sextet.combine.weights import EnsembleWeights, fit_weights
from sextet.core.answer import Answer
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.data.split import Split
from sextet.data.windows import ordinals_of
from sextet.runtime.combination import Combination
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


def ask(crew: Crew, prepared: Prepared, index: WindowIndex, until: NDArray[np.int64] | None = None) -> Answered:
    """Let every member answer `index`; no target is looked at from row `until` `[S]` of its series on."""
    target = targets(prepared, index, crew.shape.horizon)
    if until is not None:
        ahead = index.row[:, None] + np.arange(crew.shape.horizon)
        target[ahead >= (prepared.panel.offsets[:-1] + until)[index.series][:, None]] = np.nan
    return Answered(index=index, answers=crew.answers(prepared, index), target=target)


def learn(
    crew: Crew, prepared: Prepared, weigh: WindowIndex, calibrate: WindowIndex, split: Split | None = None
) -> tuple[Combination, Answered, Answered]:
    """Learn weights and calibration on the training panel; return them with what was answered for each part.

    Args:
        crew: the members.
        prepared: the training panel.
        weigh: the windows that weights are learned from.
        calibrate: the windows that calibration is learned from.
        split: where the parts end, so that a window that reaches beyond its part is heard up to its end; None: no
            window does.
    """
    known, count = np.arange(prepared.panel.series), prepared.panel.series
    weighed = ask(crew, prepared, weigh, split.weigh if split else None)
    heard = ask(crew, prepared, calibrate, split.calibrate if split else None)
    weights = learn_weights(crew, weighed, known, count)
    return calibrated(weights, crew, heard, prepared.panel, known, count), weighed, heard


def learn_weights(crew: Crew, weighed: Answered, numbers: NDArray[np.integer], series: int) -> EnsembleWeights:
    """Learn weights from what was answered for `weigh`.

    Args:
        crew: the members.
        weighed: what they answered.
        numbers: `[S]` the training panel's number of each series of the data, -1 for one never seen.
        series: number of series of the training panel.
    """
    # a newcomer is a series too
    owners = np.where(numbers < 0, series + np.arange(len(numbers)), numbers)[weighed.index.series]
    weights = fit_weights(
        [weighed.answers[name].quantiles for name in crew.names],  # type: ignore[arg-type]
        weighed.target,
        owners,
        crew.shape.levels,
        crew.names,
        regime=spike_probability(weighed.answers),
        row=weighed.index.row,
    )
    return _without_newcomers(weights, series)


def calibrated(
    weights: EnsembleWeights, crew: Crew, heard: Answered, panel: Panel, numbers: NDArray[np.integer], series: int
) -> Combination:
    """Learn the calibration of `weights` from what was answered for `calibrate`; numbers and series as above.

    It counts by how many separate windows it was learned from: what is the same for all series by all of them, what
    is a series' own by its own.
    """
    own, levels = numbers[heard.index.series], crew.shape.levels
    raw = weights.apply(
        [heard.answers[name].quantiles for name in weights.names],  # type: ignore[arg-type]
        own,
        spike_probability(heard.answers),
    )
    row = ordinals_of(panel, heard.index)
    everyone = separate_windows(heard.target, heard.index.series, row, panel.series)
    calibration = Calibration.fit(raw, heard.target, levels).drawn(trust_in_all(everyone))
    online = OnlineCalibration.start(calibration, levels, crew.shape.horizon, series)
    _, online = online.advance(raw, heard.target, own, row)
    online = online.drawn(trust(separate_windows(heard.target, own, row, series)))
    return Combination(weights=weights, calibration=calibration, online=online)


def _without_newcomers(weights: EnsembleWeights, count: int) -> EnsembleWeights:
    """Drop weights of their own of series that training never saw: the run has no number to find them by."""
    kept = weights.owners < count
    return replace(weights, owners=weights.owners[kept], table=weights.table[:, np.append(True, kept)])
