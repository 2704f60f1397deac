"""Examines a run on its test part, window by window, with what will be shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
from sextet.ensemble.ruling import Left, Ruling, joined
from sextet.metrics.leaderboard import Row, Tally, leaderboard, tally
from sextet.metrics.point import seasonal_scale
from sextet.rules.user_rules import in_z
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
        quantiles: `[W, H, Q]` of the ensemble, calibrated once, after the user's final rules.
        online: `[W, H, Q]` of the ensemble, calibration adapted to every target that has passed, likewise.
        members, baselines: name -> median `[W, H]`.
        weights: name -> `[H]` mean weight over the windows.
        warned: `[W, H]` spike probability of the member that warns, or None.
        score, probability: of `quantiles`, as `ruling.Left` has them.
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
    warned: Floats | None
    score: Floats | None
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
        return self.take(name, z, self.prepared.scaler.from_z(z, index.series), target, index)

    def take(
        self,
        name: str,
        z: NDArray[np.floating],
        quantiles: NDArray[np.floating],
        target: NDArray[np.floating],
        index: WindowIndex,
    ) -> Floats:
        """Add quantiles that are known in both spaces; return those in the target's unit."""
        quantiles = quantiles.astype(np.float32)
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
    ruling: Ruling,
    index: WindowIndex,
    train_rows: NDArray[np.integer],
) -> Examination:
    """Forecast every window of `index` and score it; the ensemble as the user's final rules leave it.

    Args:
        crew: the members.
        combination: weights and calibration.
        baselines: name -> fitted baseline.
        ruling: the user's final rules on the data the run was trained on.
        index: the test windows.
        train_rows: `[S]` rows that the denominators of MASE are taken from.
    """
    prepared = ruling.prepared
    windows, horizon, levels = len(index), crew.shape.horizon, len(crew.shape.levels)
    target = targets(prepared, index, horizon)
    raw = np.empty((windows, horizon, levels), dtype=np.float32)
    medians = {name: np.empty((windows, horizon), dtype=np.float32) for name in (*crew.names, *baselines)}
    weights = {name: np.zeros(horizon) for name in crew.names}
    warned: Floats | None = None
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
            warned = np.full((windows, horizon), np.nan, dtype=np.float32) if warned is None else warned
            warned[part] = probability
    static, online, state = _calibrated(combination, raw, target, index, prepared)
    once = _scored(sums, ENSEMBLE, static, target, index, ruling, warned)
    adapted = _scored(sums, ONLINE, online, target, index, ruling, warned if ruling.rules.final else None)
    return Examination(
        index=index,
        target=observed(prepared.panel, index, horizon)[0].astype(np.float32),
        quantiles=once.quantiles,
        online=adapted.quantiles,
        members={name: medians[name] for name in crew.names},
        baselines={name: medians[name] for name in baselines},
        weights=weights,
        warned=warned,
        score=once.score,
        probability=once.probability,
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


def _scored(
    sums: _Sums,
    name: str,
    z: Floats,
    target: NDArray[np.float64],
    index: WindowIndex,
    ruling: Ruling,
    warned: Floats | None,
) -> Left:
    """Let the rules act on the windows chunk by chunk, and score what they leave."""
    parts = []
    for low in range(0, len(index), 1024):
        part = slice(low, low + 1024)
        some = index.take(part)
        left = ruling.left(z[part], some, None if warned is None else warned[part])
        scaled = in_z(z[part], left.quantiles, left.acted, ruling.prepared.scaler, some)
        parts.append(replace(left, quantiles=sums.take(name, scaled, left.quantiles, target[part], some)))
    return joined(parts)
