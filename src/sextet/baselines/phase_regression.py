"""A linear regression of the median for each phase of the season, corrected by what it got wrong lately.

Electricity prices are forecast so (LEAR of Lago, Marcjasz, De Schutter and Weron, "Forecasting day-ahead electricity
prices", Applied Energy 293, 2021): whoever forecasts at midnight needs one model of midnights, in which each hour of
the next day has coefficients of its own for each hour of past days and of what is known ahead. Here there is a model
for each phase, fitted on all known cutoffs of that phase, recent ones counting more, once on the target as it is and
once with its tails drawn in; the forecast is the mean of the two. At each cutoff half of a ridge regression on the
errors at the last cutoffs of the phase is added, by which it follows a change without being fitted anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.error_quantiles import spread
from sextet.baselines.extras import Surroundings
from sextet.baselines.history import chunks, targets, thinned
from sextet.baselines.phase_inputs import PhaseInputs, phase_inputs
from sextet.baselines.phase_lines import NEAR, ROUNDS, WINDOWS, PhaseLines
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex

Reals = NDArray[np.float64]

_PENALTIES = (1e-3, 3e-3, 1e-2, 3e-2)
_STRENGTHS = (0.0, 1.0, 3.0, 10.0)  # of the correction's ridge; 0: no correction
_SELECT_WINDOWS = 1_000  # most cutoffs of a phase to choose on
_ERROR_WINDOWS = 4_000
_MOST_WORK = 5e12  # multiplications that fitting every phase may take: minutes on one core


@dataclass(frozen=True, kw_only=True)
class PhaseRegression:
    """Fitted models of every phase.

    Attributes:
        plain: on the target as it is.
        drawn: on the target with its tails drawn in.
        penalty: of squared coefficients, inputs being of size 1.
        strength: of the ridge of the correction; 0: none.
        errors: `[H, Q]` empirical error quantiles on `select`.
    """

    plain: PhaseLines
    drawn: PhaseLines
    penalty: float
    strength: float
    errors: Reals

    @property
    def inputs(self) -> PhaseInputs:
        """What is read."""
        return self.plain.inputs

    @property
    def reach(self) -> int:
        """Rows of history that are read."""
        seasons = NEAR + self.inputs.first_passed if self.strength else 0
        return self.inputs.reach + seasons * self.inputs.season

    @property
    def label(self) -> str:
        """What it does, in words."""
        words = f"regression for each phase of {self.inputs.season} steps on past seasons"
        words += " and on what is known ahead" if self.inputs.known else ""
        return words + (f", corrected by its errors of the last {NEAR}" if self.strength else "")

    def point(self, history: Surroundings, index: WindowIndex) -> Reals:
        """Forecast `[W, H]` in the scaled space."""
        out = np.empty((len(index), self.inputs.horizon))
        for part in chunks(index, (1 + NEAR * (self.strength > 0)) * (self.inputs.width + self.inputs.horizon)):
            some = index.take(part)
            out[part] = 0.5 * sum(lines.point(history, some, self.strength) for lines in (self.plain, self.drawn))
        return out

    def refit(self, history: Surroundings, index: WindowIndex, asked: WindowIndex | None = None) -> PhaseRegression:
        """Fit every phase anew on the windows `index`; settings and error quantiles stay.

        Where all that will be `asked` is known, phases of other windows are left out: they would answer 0.
        """
        if asked is not None:
            phases = np.unique(self.inputs.phase(history, asked))
            index = index.take(np.isin(self.inputs.phase(history, index), phases))
        return self.fitted(history, _whole(history, index, self.inputs))

    def fitted(self, history: Surroundings, whole: WindowIndex) -> PhaseRegression:
        """Do so on windows whose inputs lie within the series and whose targets were all observed."""
        plain, drawn = (
            PhaseLines.unfitted(self.inputs, lines.width).fitted(history, whole, self.penalty)
            for lines in (self.plain, self.drawn)
        )
        return replace(self, plain=plain, drawn=drawn)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the model as plain arrays."""
        arrays: dict[str, NDArray[Any]] = {
            "inputs": self.inputs.to_array(),
            "penalty": np.asarray(self.penalty),
            "strength": np.asarray(self.strength),
            "errors": self.errors,
        }
        for name, lines in (("plain", self.plain), ("drawn", self.drawn)):
            arrays |= {f"{name}.{key}": np.asarray(value) for key, value in vars(lines).items() if key != "inputs"}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> PhaseRegression:
        """Make the model again from `to_arrays`."""
        inputs = PhaseInputs.from_array(arrays["inputs"])

        def lines(name: str) -> PhaseLines:
            return PhaseLines(
                inputs=inputs,
                width=float(arrays[f"{name}.width"]),
                limit=float(arrays[f"{name}.limit"]),
                weights=arrays[f"{name}.weights"],
                intercept=arrays[f"{name}.intercept"],
            )

        return cls(
            plain=lines("plain"),
            drawn=lines("drawn"),
            penalty=float(arrays["penalty"]),
            strength=float(arrays["strength"]),
            errors=arrays["errors"],
        )


def fit_phase_regression(
    history: Surroundings,
    train: WindowIndex,
    select: WindowIndex,
    horizon: int,
    *,
    levels: Sequence[float] = LEVELS,
) -> PhaseRegression | None:
    """Fit a model for each phase on `train`; choose penalty, then correction, by absolute error on `select`.

    The choices are made on two phases, half a season apart.

    Args:
        history: the scaled target, covariates and calendar.
        train: windows to fit on.
        select: windows to choose on and to take error quantiles from.
        horizon: H.
        levels: quantile levels of the answer.

    Returns:
        None where it does not suit: no season, a horizon of more than two, too few cutoffs of a phase, or so many
        phases and inputs that fitting them would take more than minutes.
    """
    inputs = phase_inputs(history, horizon)
    if not _suits(inputs):
        return None
    train, select = (_whole(history, part, inputs) for part in (train, select))
    phases = sorted({0, inputs.season // 2})
    judge = _of_phases(history, select, inputs, phases)
    if not fitting_work(inputs, len(train)) or not len(judge):
        return None
    chosen = _chosen(history, train, judge, inputs, phases).fitted(history, train)
    some = thinned(select, _ERROR_WINDOWS)
    return replace(chosen, errors=spread(targets(history, some, horizon) - chosen.point(history, some), levels))


def fitting_work(inputs: PhaseInputs, windows: int) -> float:
    """Return the multiplications that fitting every phase on so many windows takes; 0 where it does not suit."""
    each = min(windows // inputs.season, WINDOWS)
    work = 2 * inputs.season * inputs.horizon * ROUNDS * float(inputs.width) ** 2 * each
    return work if _suits(inputs) and each >= inputs.width and work <= _MOST_WORK else 0.0


def _suits(inputs: PhaseInputs) -> bool:
    """Whether there is a season, and a horizon of no more than two."""
    return inputs.season >= 2 and inputs.horizon <= 2 * inputs.season


def _chosen(
    history: Surroundings, train: WindowIndex, judge: WindowIndex, inputs: PhaseInputs, phases: Sequence[int]
) -> PhaseRegression:
    """Return the settings with the least absolute error on the windows `judge`, fitted for `phases` alone."""
    width = max(1.4826 * float(np.median(np.abs(targets(history, thinned(train, WINDOWS), inputs.horizon)))), 1e-3)
    truth = targets(history, judge, inputs.horizon)

    def error(model: PhaseRegression) -> float:
        return float(np.abs(truth - model.point(history, judge)).mean())

    bare = [PhaseLines.unfitted(inputs, one) for one in (0.0, width)]
    tried = []
    for penalty in _PENALTIES:
        plain, drawn = (lines.fitted(history, train, penalty, phases) for lines in bare)
        errors = np.zeros((inputs.horizon, 1))
        tried.append(PhaseRegression(plain=plain, drawn=drawn, penalty=penalty, strength=0.0, errors=errors))
    best = min(tried, key=error)
    return min((replace(best, strength=strength) for strength in _STRENGTHS), key=error)


def _of_phases(history: Surroundings, index: WindowIndex, inputs: PhaseInputs, phases: Sequence[int]) -> WindowIndex:
    """Return the windows of some phases, of each at most as many as are chosen on."""
    phase = inputs.phase(history, index)
    return WindowIndex.joined([thinned(index.take(phase == one), _SELECT_WINDOWS) for one in phases])


def _whole(history: Surroundings, index: WindowIndex, inputs: PhaseInputs) -> WindowIndex:
    """Return the windows whose inputs lie within the series and whose targets were all observed."""
    index = index.take(index.row - history.panel.offsets[index.series] >= inputs.reach)
    seen = np.empty(len(index), dtype=bool)
    for part in chunks(index, inputs.horizon):
        seen[part] = np.isfinite(targets(history, index.take(part), inputs.horizon)).all(axis=1)
    return index.take(seen)
