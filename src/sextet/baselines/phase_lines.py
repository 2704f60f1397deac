"""Linear models of the median, one for each phase of the season, on one scale of the target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.extras import Surroundings
from sextet.baselines.history import targets, thinned
from sextet.baselines.median_regression import median_line
from sextet.baselines.phase_inputs import PhaseInputs
from sextet.core.window import WindowIndex

Reals = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 5
"""Of reweighting towards the median."""

WINDOWS = 4_000
"""Most cutoffs of a phase to fit on."""

NEAR = 84
"""Seasons that a correction looks back."""

_HALF_LIVES = 3.0  # in the span that is fitted on: a cutoff a third of it ago counts half as much as the last
_LEAST_NEAR = 14
_FLOOR = 1e-3  # least size of an input
_FARTHEST = 6.0  # sizes from the mean of the last cutoffs at which an input is held
_SHARE = 0.5  # of a correction that is applied: errors of the past come back by half, on prices and elsewhere


@dataclass(frozen=True, kw_only=True)
class PhaseLines:
    """A fitted linear model of every phase.

    Attributes:
        inputs: what is read.
        width: the target is read and answered as arsinh(z / width), which draws in tails; 0: as it is.
        limit: largest answer on that scale, either way.
        weights: `[P, E, H]` of each phase.
        intercept: `[P, H]`.
    """

    inputs: PhaseInputs
    width: float
    limit: float
    weights: NDArray[np.float32]
    intercept: NDArray[np.float32]

    @classmethod
    def unfitted(cls, inputs: PhaseInputs, width: float) -> PhaseLines:
        """Return models that answer 0."""
        return cls(
            inputs=inputs,
            width=width,
            limit=0.0,
            weights=np.zeros((inputs.season, inputs.width, inputs.horizon), dtype=np.float32),
            intercept=np.zeros((inputs.season, inputs.horizon), dtype=np.float32),
        )

    def fitted(
        self, history: Surroundings, index: WindowIndex, penalty: float, phases: Sequence[int] | None = None
    ) -> PhaseLines:
        """Fit the models of `phases` (None: all) on the windows `index`, whose targets were all observed."""
        weights, intercept, limit = self.weights.copy(), self.intercept.copy(), self.limit
        for phase, inputs, ahead, age in self._by_phase(history, index, phases):
            weights[phase], intercept[phase] = _lines(inputs, ahead, age, penalty)
            limit = max(limit, 1.5 * float(np.abs(ahead).max()))
        return replace(self, weights=weights, intercept=intercept, limit=limit)

    def point(self, history: Surroundings, index: WindowIndex, strength: float) -> Reals:
        """Forecast `[W, H]` in the scaled space, with half the correction of `strength` where that is above 0."""
        ours, phase = self._read(history, index), self.inputs.phase(history, index)
        said = self._line(ours, phase)
        if strength:
            said = said + _SHARE * _correction(ours, *self._lately(history, index, phase), strength)
        return self._back(np.clip(said, -self.limit, self.limit))

    def _drawn(self, z: Reals) -> Reals:
        return np.arcsinh(z / self.width) if self.width else z

    def _back(self, drawn: Reals) -> Reals:
        return np.sinh(drawn) * self.width if self.width else drawn

    def _read(self, history: Surroundings, index: WindowIndex) -> Reals:
        """Inputs `[W, E]`, those of the target drawn in."""
        inputs = self.inputs.of(history, index)
        inputs[:, : self.inputs.target_width] = self._drawn(inputs[:, : self.inputs.target_width])
        return inputs

    def _line(self, inputs: Reals, phase: Ints) -> Reals:
        """What the models say `[W, H]` to inputs `[W, E]`."""
        out = np.empty((len(inputs), self.inputs.horizon))
        for one in np.unique(phase):
            mine = phase == one
            out[mine] = inputs[mine] @ self.weights[one].astype(np.float64) + self.intercept[one]
        return out

    def _by_phase(
        self, history: Surroundings, index: WindowIndex, phases: Sequence[int] | None
    ) -> Iterator[tuple[int, Reals, Reals, Reals]]:
        """Yield phase, inputs `[N, E]`, targets `[N, H]`, and how long before the last each cutoff lies, 0..1."""
        phase = self.inputs.phase(history, index)
        for one in range(self.inputs.season) if phases is None else phases:
            some = thinned(index.take(phase == one), WINDOWS)
            if len(some):
                row = (some.row - history.panel.offsets[some.series]).astype(np.float64)
                age = (row.max() - row) / max(float(np.ptp(row)), 1.0)
                ahead = self._drawn(targets(history, some, self.inputs.horizon))
                yield one, self._read(history, some), ahead, age

    def _lately(self, history: Surroundings, index: WindowIndex, phase: Ints) -> tuple[Reals, Reals, NDArray[np.bool_]]:
        """Inputs `[W, K, E]` and errors `[W, K, H]` of the last cutoffs of each window's phase, and which there are."""
        back = (self.inputs.first_passed + np.arange(NEAR)) * self.inputs.season
        row, series = index.row[:, None] - back, np.repeat(index.series[:, None], NEAR, axis=1)
        there = row >= history.panel.offsets[index.series][:, None] + self.inputs.reach
        before = WindowIndex(series=series.ravel(), row=np.where(there, row, index.row[:, None]).ravel())
        inputs = self._read(history, before)
        wrong = np.zeros((there.size, self.inputs.horizon))
        known = np.flatnonzero(there)
        truth = self._drawn(targets(history, before.take(known), self.inputs.horizon))
        wrong[known] = np.nan_to_num(truth - self._line(inputs[known], np.repeat(phase, NEAR)[known]))
        return inputs.reshape(*there.shape, -1), wrong.reshape(*there.shape, -1), there


def _lines(inputs: Reals, ahead: Reals, age: Reals, penalty: float) -> tuple[Reals, Reals]:
    """Weights `[E, H]` and intercept `[H]` of the median."""
    share = np.asarray(0.5 ** (_HALF_LIVES * age))
    mean = (inputs * share[:, None]).sum(axis=0) / share.sum()
    size = np.sqrt((((inputs - mean) ** 2) * share[:, None]).sum(axis=0) / share.sum())
    size = np.where(size < _FLOOR, 1.0, size)
    scaled = (inputs - mean) / size
    lines = np.stack([median_line(scaled, step, penalty, share, ROUNDS) for step in ahead.T], axis=1)
    weights = lines[:-1] / size[:, None]
    return weights, lines[-1] - mean @ weights


def _correction(ours: Reals, inputs: Reals, wrong: Reals, there: NDArray[np.bool_], strength: float) -> Reals:
    """Forecast each window's error `[W, H]` from the last errors of its phase, by ridge regression in its dual form.

    Args:
        ours: inputs `[W, E]` of the windows.
        inputs: `[W, K, E]` of the cutoffs before.
        wrong: `[W, K, H]`, their errors.
        there: `[W, K]`, whether there is such a cutoff.
        strength: of the ridge.
    """
    share = there[:, :, None].astype(np.float64)
    count = np.maximum(share.sum(axis=1), 1.0)
    mean = (inputs * share).sum(axis=1) / count
    size = np.sqrt((((inputs - mean[:, None]) ** 2) * share).sum(axis=1) / count) + _FLOOR
    scaled = (inputs - mean[:, None]) / size[:, None] * share / np.sqrt(inputs.shape[2])
    asked = np.clip((ours - mean) / size, -_FARTHEST, _FARTHEST) / np.sqrt(inputs.shape[2])
    usual = (wrong * share).sum(axis=1) / count
    system = scaled @ scaled.transpose(0, 2, 1) + strength * np.eye(inputs.shape[1])
    told = np.linalg.solve(system, (wrong - usual[:, None]) * share)
    line = usual + ((asked[:, None] @ scaled.transpose(0, 2, 1)) @ told)[:, 0]
    return np.where(there.sum(axis=1)[:, None] >= _LEAST_NEAR, line, 0.0)
