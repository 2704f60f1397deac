"""Learns how to combine members from the parts that no network was trained on: weights, then calibration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import targets
from sextet.combine.conformal import Calibration
from sextet.combine.evidence import Evidence, gather_evidence
from sextet.combine.online import OnlineCalibration
from sextet.combine.trust import separate_windows, trust, trust_in_all
from sextet.combine.weights import EnsembleWeights, fit_weights, refit_weights
from sextet.core.answer import Answer
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.data.split import Part
from sextet.data.windows import ordinals_of
from sextet.ensemble.ground import Ground
from sextet.ensemble.lagging import lagging
from sextet.runtime.combination import Combination
from sextet.runtime.crew import Crew, spike_probability

HEARD: tuple[Part, ...] = ("select", "weigh", "calibrate")
"""The parts that no network was trained on, in the order of time."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What the members answered for some windows.

    Attributes:
        index: the windows.
        answers: name -> answers in scaled space.
        target: `[W, H]` scaled targets, NaN where missing.
    """

    index: WindowIndex
    answers: dict[str, Answer]
    target: NDArray[np.float64]

    def part(self, windows: slice) -> Answered:
        """Return what was answered for some of the windows, as views."""
        answers = {name: answer.part(windows) for name, answer in self.answers.items()}
        return Answered(index=self.index.take(windows), answers=answers, target=self.target[windows])


def ask(crew: Crew, prepared: Prepared, index: WindowIndex, until: NDArray[np.int64] | None = None) -> Answered:
    """Let every member answer `index`; no target is looked at from row `until` of its series on.

    Args:
        crew: the members.
        prepared: the data.
        index: W windows.
        until: `[W]` rows, counted from the first of the window's series; None: every target is looked at.
    """
    target = targets(prepared, index, crew.shape.horizon, until)
    return Answered(index=index, answers=crew.answers(prepared, index), target=target)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the members answered for the parts that none was trained on.

    Attributes:
        whole: the windows of all three, part after part.
        ends: number of windows up to the end of each part.
    """

    whole: Answered
    ends: tuple[int, ...]

    def part(self, name: Part) -> Answered:
        """Return what was answered for one part."""
        place = HEARD.index(name)
        return self.whole.part(slice((0, *self.ends)[place], self.ends[place]))

    @property
    def before(self) -> Answered:
        """What was answered for the parts before `calibrate`."""
        return self.whole.part(slice(0, self.ends[-2]))

    @property
    def parts(self) -> tuple[Answered, ...]:
        """What was answered, part by part."""
        return tuple(self.part(name) for name in HEARD)


def hear(crew: Crew, ground: Ground) -> Heard:
    """Let every member answer `select`, `weigh` and `calibrate`; of each, targets are looked at up to its end."""
    parts = [ground.heard_windows(name) for name in HEARD]
    index, until = (WindowIndex.joined([one for one, _ in parts]), np.concatenate([end for _, end in parts]))
    return Heard(
        whole=ask(crew, ground.prepared, index, until),
        ends=tuple(int(end) for end in np.cumsum([len(one) for one, _ in parts])),
    )


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What was learned of combining the members.

    Attributes:
        crew: the members, drawn towards what they said before where that pays.
        combination: weights and calibration.
        heard: what was answered.
        evidence: the points of it that weights are fitted on.
    """

    crew: Crew
    combination: Combination
    heard: Heard
    evidence: Evidence


def learn(crew: Crew, ground: Ground) -> Learned:
    """Learn on the training panel how far members are drawn, then weights, then calibration.

    `weigh` alone is a short time, and who is best in one month need not be in the next: how far weights are drawn
    together is chosen on `select` and `weigh`, and so are the weights that calibration is learned with, on targets
    that they have not seen. Those that are used are then fitted on `calibrate` too, restrained as before.
    """
    crew = lagging(crew, ground)
    heard, panel = hear(crew, ground), ground.panel
    known, count = np.arange(panel.series), panel.series
    weights = learn_weights(crew, heard.before, known, count)
    combination = calibrated(weights, crew, heard.part("calibrate"), panel, known, count)
    evidence = evidence_of(crew, heard.whole, known, count)
    combination = replace(combination, weights=refitted(weights, evidence, count))
    return Learned(crew=crew, combination=combination, heard=heard, evidence=evidence)


def learn_weights(crew: Crew, heard: Answered, numbers: NDArray[np.integer], series: int) -> EnsembleWeights:
    """Learn weights, and how far they are drawn together, from what was answered.

    Args:
        crew: the members.
        heard: what they answered.
        numbers: `[S]` the training panel's number of each series of the data, -1 for one never seen.
        series: number of series of the training panel.
    """
    weights = fit_weights(**_said(crew, heard, numbers, series), names=crew.names)
    return _without_newcomers(weights, series)


def evidence_of(crew: Crew, heard: Answered, numbers: NDArray[np.integer], series: int) -> Evidence:
    """Draw the points of what was answered that weights are fitted on; numbers and series as above."""
    return gather_evidence(**_said(crew, heard, numbers, series))


def refitted(weights: EnsembleWeights, evidence: Evidence, series: int) -> EnsembleWeights:
    """Fit `weights` anew on `evidence`, drawn together as they are; series as above."""
    return _without_newcomers(refit_weights(weights, evidence), series)


def _said(crew: Crew, heard: Answered, numbers: NDArray[np.integer], series: int) -> dict[str, Any]:
    """What was answered, as `fit_weights` and `gather_evidence` take it; a newcomer is a series too."""
    owners = np.where(numbers < 0, series + np.arange(len(numbers)), numbers)
    return {
        "answers": [heard.answers[name].quantiles for name in crew.names],
        "target": heard.target,
        "series": owners[heard.index.series],
        "levels": crew.shape.levels,
        "regime": spike_probability(heard.answers),
        "row": heard.index.row,
    }


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
