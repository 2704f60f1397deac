"""How a run makes one answer of its members' answers: weights, then calibration, then what was learned since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.combine.conformal import Calibration
from sextet.combine.online import OnlineCalibration
from sextet.combine.sweep import Forecasts
from sextet.combine.weights import EnsembleWeights
from sextet.core.answer import Answer
from sextet.runtime.crew import spike_probability

_PARTS = ("weights", "calibration", "online")


@dataclass(frozen=True, kw_only=True)
class Combination:
    """Weights and calibration, both learned in scaled space.

    Attributes:
        weights: of the members.
        calibration: learned once, on `calibrate`.
        online: the same, adapted to every target that has passed since.
    """

    weights: EnsembleWeights
    calibration: Calibration
    online: OnlineCalibration

    def raw(self, answers: Mapping[str, Answer], series: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the weighted quantiles `[W, H, Q]`, not calibrated; `series` are numbers of the training panel."""
        stacked = [answers[name].quantiles for name in self.weights.names]
        return self.weights.apply(stacked, series, spike_probability(answers))  # type: ignore[arg-type]

    def weights_of(self, answers: Mapping[str, Answer], series: NDArray[np.integer]) -> dict[str, NDArray[np.float64]]:
        """Return the weight `[W, H]` of each member."""
        horizon = next(iter(answers.values())).quantiles.shape[1]
        table = self.weights.of(series, spike_probability(answers), horizon)
        return {name: table[..., m] for m, name in enumerate(self.weights.names)}

    def settled(self) -> Combination:
        """Return it without the forecasts that still wait for their targets: what a run stores."""
        nobody = Forecasts.none(*self.online.theta.shape[1:])
        return replace(self, online=replace(self.online, waiting=nobody))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for an npz without pickle."""
        return {f"{part}.{key}": value for part in _PARTS for key, value in getattr(self, part).to_arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Combination:
        """Read what `to_arrays` gave."""
        parts = {part: section(arrays, part) for part in _PARTS}
        return cls(
            weights=EnsembleWeights.from_arrays(parts["weights"]),
            calibration=Calibration.from_arrays(parts["calibration"]),
            online=OnlineCalibration.from_arrays(parts["online"]),
        )


def section(arrays: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays whose key begins with `name` and a dot, without that beginning."""
    return {key.removeprefix(f"{name}."): value for key, value in arrays.items() if key.startswith(f"{name}.")}
