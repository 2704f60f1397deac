"""Examines a run on its test part, window by window, with what will be shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import targets
from sextet.combine.online import OnlineCalibration
from sextet.core.answer import Answer
from sextet.core.quantiles import MEDIAN
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.data.windows import ordinals_of
from sextet.data.windows import targets as observed
from sextet.ensemble.baselines import NAIVE, Baseline
from sextet.metrics.leaderboard import Row, Tally, leaderboard, tally
from sextet.metrics.point import seasonal_scale
from sextet.runtime.combination import Combination
from sextet.runtime.crew import Crew, spike_probability

ENSEMBLE = "sextet"
ONLINE = "sextet-online"
PERCENTS = (80.0, 95.0)

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Examination:
    """How a run did on its test part, in the unit of the target unless said otherwise.

    Attributes:
        index: the windows.
        target: `[W, H]`, NaN where missing.
        quantiles: `[W, H, Q]` of the ensemble, calibrated once.
        online: `[W, H, Q]` of the ensemble, calibration adapted to every target that has passed.
        members, baselines: name -> median `[W, H]`.
        weights: name -> `[H]` mean weight over the windows.
        probability: `[W, H]` spike probability, or None.
        rows: the leaderboard, best MAE first.
        scaled_rows: the same on the scaled series, as papers on long horizons report it; with `mse`.
        state: the online calibration after the last window.
    """

    index: WindowIndex
    target: Floats
    quantiles: Floats
    online: Floats
    members: dict[str, Floats]
    baselines: dict[str, Floats]
    weights: dict[str, NDArray[np.float64]]
    probability: Floats | None
    rows: list[Row]
    scaled_rows: list[Row]
    state: OnlineCalibration


@dataclass
class _Sums:
    """Tallies by name in both spaces, added to window by window."""

    prepared: Prepared
    scale: NDArray[np.float64]
    unit: dict[str, Tally] = field(default_factory=dict)
    scaled: dict[str, Tally] = field(default_factory=dict)

    def add(self, name: str, z: NDArray[np.floating], target: NDArray[np.floating], index: WindowIndex) -> Floats:
        """Add quantiles `z [W, H, Q]` against scaled `target [W, H]`; return the quantiles in the target's unit."""
        scaler = self.prepared.scaler
        quantiles = scaler.from_z(z, index.series).astype(np.float32)
        truth, _ = observed(self.prepared.panel, index, target.shape[1])  # as given: non-negative forecasts cut none
        unit = tally(truth, quantiles, scale=self.scale[index.series], percents=PERCENTS)
        scaled = tally(target, z, percents=PERCENTS)
        self.unit[name] = self.unit[name] + unit if name in self.unit else unit
        self.scaled[name] = self.scaled[name] + scaled if name in self.scaled else scaled
        return quantiles


def examine(
    crew: Crew,
    combination: Combination,
    baselines: Mapping[str, Baseline],
    prepared: Prepared,
    index: WindowIndex,
    train_rows: NDArray[np.integer],
) -> Examination:
    """Forecast every window of `index` and score it.

    Args:
        crew: the members.
        combination: weights and calibration.
        baselines: name -> fitted baseline.
        prepared: the data the run was trained on.
        index: the test windows.
        train_rows: `[S]` rows that the denominators of MASE are taken from.
    """
    windows, horizon, levels = len(index), crew.shape.horizon, len(crew.shape.levels)
    target = targets(prepared, index, horizon)
    raw = np.empty((windows, horizon, levels), dtype=np.float32)
    medians = {name: np.empty((windows, horizon), dtype=np.float32) for name in (*crew.names, *baselines)}
    weights = {name: np.zeros(horizon) for name in crew.names}
    warned = np.full((windows, horizon), np.nan, dtype=np.float32)
    sums = _Sums(prepared, seasonal_scale(prepared.panel, train_rows))
    for part, answers in crew.batches(prepared, index):
        some = index.take(part)
        raw[part] = combination.raw(answers, some.series)
        said: dict[str, Answer] = {**answers, **{name: b.answer(prepared, some) for name, b in baselines.items()}}
        for name, answer in said.items():
            medians[name][part] = sums.add(name, answer.quantiles, target[part], some)[..., MEDIAN]
        for name, weight in combination.weights_of(answers, some.series).items():
            weights[name] += weight.sum(axis=0) / windows
        probability = spike_probability(answers)
        if probability is not None:
            warned[part] = probability
    static, online, state = _calibrated(combination, raw, target, index, prepared)
    return Examination(
        index=index,
        target=observed(prepared.panel, index, horizon)[0].astype(np.float32),
        quantiles=_scored(sums, ENSEMBLE, static, target, index),
        online=_scored(sums, ONLINE, online, target, index),
        members={name: medians[name] for name in crew.names},
        baselines={name: medians[name] for name in baselines},
        weights=weights,
        probability=warned if np.isfinite(warned).any() else None,
        rows=leaderboard(sums.unit, reference=NAIVE),
        scaled_rows=[{**row, "mse": float(row["rmse"]) ** 2} for row in leaderboard(sums.scaled, reference=NAIVE)],
        state=state,
    )


def _calibrated(
    combination: Combination,
    raw: Floats,
    target: NDArray[np.float64],
    index: WindowIndex,
    prepared: Prepared,
) -> tuple[Floats, Floats, OnlineCalibration]:
    static = combination.calibration.apply(raw)
    online, state = combination.online.advance(raw, target, index.series, ordinals_of(prepared.panel, index))
    return static, online, state


def _scored(sums: _Sums, name: str, z: Floats, target: NDArray[np.float64], index: WindowIndex) -> Floats:
    """Score the windows chunk by chunk and turn `z` into the unit of the target."""
    out = np.empty_like(z)
    for low in range(0, len(index), 1024):
        part = slice(low, low + 1024)
        out[part] = sums.add(name, z[part], target[part], index.take(part))
    return out
