"""What a regression for one phase of the season reads: whole seasons of the target and of what is known ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.extras import Surroundings, rows_of
from sextet.baselines.history import gather
from sextet.core.frequency import Frequency
from sextet.core.window import WindowIndex
from sextet.data.windows import ordinals_of

Reals = NDArray[np.float64]
Ints = NDArray[np.int64]

TARGET_SEASONS = (1, 2, 3, 7)
"""Seasons back of which the target is read, after Lago et al. 2021."""

KNOWN_SEASONS = (1, 7)
"""Seasons back of which covariates known ahead are read, besides those of the horizon."""

_MOST_CYCLES = 12  # places in the longer season that are told apart


@dataclass(frozen=True, kw_only=True)
class PhaseInputs:
    """Which numbers are read for a cutoff.

    Attributes:
        horizon: H.
        season: s, steps of a season.
        cycles: seasons in the longer season, whose place is told by indicators: 7 days of a week; 0: none.
        known: number F of covariates known ahead.
    """

    horizon: int
    season: int
    cycles: int
    known: int

    @property
    def reach(self) -> int:
        """Rows of history that are read."""
        return max(*TARGET_SEASONS, *KNOWN_SEASONS) * self.season

    @property
    def width(self) -> int:
        """Number of inputs E."""
        known = self.known * (len(KNOWN_SEASONS) * self.season + self.horizon)
        return self.target_width + known + self.cycles

    @property
    def target_width(self) -> int:
        """Number of inputs, the first ones, that are values of the target."""
        return len(TARGET_SEASONS) * self.season

    @property
    def first_passed(self) -> int:
        """Seasons back of the last cutoff of the same phase whose targets have all passed."""
        return -(-self.horizon // self.season)

    def of(self, history: Surroundings, index: WindowIndex) -> Reals:
        """Return the inputs `[W, E]` of the windows, in the scaled space."""
        back = np.concatenate([np.arange(self.season) - k * self.season for k in TARGET_SEASONS])
        parts = [gather(history, index, back)[0]]
        if self.known:
            before = [np.arange(self.season) - k * self.season for k in KNOWN_SEASONS]
            rows = np.concatenate([*before, np.arange(self.horizon)])
            parts.append(rows_of(history, history.future, index, rows).reshape(len(index), -1))
        if self.cycles:
            place = (ordinals_of(history.panel, index) // self.season) % self.cycles
            parts.append((place[:, None] == np.arange(self.cycles)).astype(np.float64))
        return np.concatenate(parts, axis=1)

    def phase(self, history: Surroundings, index: WindowIndex) -> Ints:
        """Return the phase `[W]` of the season that each window's first target lies at."""
        return ordinals_of(history.panel, index) % self.season

    def to_array(self) -> Ints:
        """Return the settings as one array."""
        return np.array([self.horizon, self.season, self.cycles, self.known], dtype=np.int64)

    @classmethod
    def from_array(cls, array: NDArray[Any]) -> PhaseInputs:
        """Make it again from `to_array`."""
        horizon, season, cycles, known = (int(value) for value in array)
        return cls(horizon=horizon, season=season, cycles=cycles, known=known)


def phase_inputs(history: Surroundings, horizon: int) -> PhaseInputs:
    """Return the inputs that these data offer."""
    return inputs_at(history.panel.frequency, horizon, int(history.future.shape[1]))


def inputs_at(frequency: Frequency, horizon: int, known: int) -> PhaseInputs:
    """Return the inputs that data of a frequency offer with so many covariates `known` ahead."""
    season, *longer = frequency.seasons
    cycles = longer[0] // season if longer and longer[0] % season == 0 else 0
    return PhaseInputs(
        horizon=horizon,
        season=season,
        cycles=cycles if cycles <= _MOST_CYCLES else 0,
        known=known,
    )
