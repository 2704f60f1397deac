"""Split conformal calibration of quantiles, per step of the horizon.

Conformalised quantile regression (Romano, Patterson & Candes 2019) in its one-sided form: for a level tau
above the median, scores (y - q_tau) / spread of the n calibration points have the quantile of rank
ceil((n + 1) tau) as shift; q_tau + shift x spread then covers with probability at least tau where points are
exchangeable. Levels below are mirrored. The spread q_0.9 - q_0.1 keeps intervals as adaptive as the forecast. Points
whose quantiles agree, as where a user's rule sets them, teach nothing of those that have a spread. Weeks are not
exchangeable with other weeks: `combine.trust` says how much of a shift carries over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.combine.spread import LevelGrid, spread_floor

Floats = NDArray[np.floating]

LEAST_POINTS = 20  # fewer than this over all steps: nothing can be learned
POOL_POINTS = 400  # a step with fewer borrows from its neighbours
_LOSS_WINDOWS = 1024


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Shifts of quantiles by step and level.

    Attributes:
        levels: `[Q]`.
        shift: `[H, Q]` in units of the local spread; 0 at the median.
        floor: least spread.
        points: `[H]` points each step's shift was learned from, borrowed ones included.
        notes: what the user should know.
    """

    levels: tuple[float, ...]
    shift: NDArray[np.float64]
    floor: float
    points: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    @classmethod
    def identity(cls, levels: Sequence[float], horizon: int, note: str = "") -> Calibration:
        """Return a calibration that changes nothing."""
        grid = LevelGrid.of(levels)
        return cls(
            levels=grid.levels,
            shift=np.zeros((horizon, len(grid.levels))),
            floor=1e-9,
            points=np.zeros(horizon, dtype=np.int64),
            notes=(note,) if note else (),
        )

    @classmethod
    def fit(cls, quantiles: Floats, target: Floats, levels: Sequence[float]) -> Calibration:
        """Learn shifts on `calibrate`.

        Args:
            quantiles: `[W, H, Q]`, scaled space, so that series can be pooled.
            target: `[W, H]`, NaN where missing.
            levels: `[Q]`.

        Raises:
            SextetError: levels without a median.
        """
        grid = LevelGrid.of(levels)
        horizon = target.shape[1]
        seen = np.isfinite(target)
        if int(seen.sum()) < LEAST_POINTS:
            return cls.identity(
                levels,
                horizon,
                f"Intervals are not calibrated: calibrate has {int(seen.sum())} observed targets, "
                f"{LEAST_POINTS} are needed.",
            )
        floor = spread_floor(quantiles[seen], target[seen], grid)
        scores = _scores(quantiles, target, grid, floor)
        unsure = seen & ~grid.certain(quantiles, floor)
        if int(unsure.sum()) >= LEAST_POINTS:
            seen = unsure
        counts = seen.sum(axis=0)
        shift = np.zeros((horizon, len(grid.levels)))
        points = np.zeros(horizon, dtype=np.int64)
        capped: set[float] = set()
        for step in range(horizon):
            first, last = _neighbours(counts, step)
            near = scores[:, first : last + 1][seen[:, first : last + 1]]
            points[step] = len(near)
            shift[step], short = _shifts(near, grid)
            capped |= short
        notes: tuple[str, ...] = ()
        if capped:
            shown = ", ".join(f"{level:g}" for level in sorted(capped))
            notes = (f"calibrate is too short for the outermost levels ({shown}): its extreme errors stand in.",)
        return cls(levels=grid.levels, shift=shift, floor=floor, points=points, notes=notes)

    def drawn(self, share: float) -> Calibration:
        """Return it drawn towards no shift: by `share`, 0 to 1, of what it shifts now."""
        return replace(self, shift=share * self.shift)

    def apply(self, quantiles: Floats) -> NDArray[np.float32]:
        """Return calibrated `quantiles [W, H, Q]`; steps beyond the horizon learned take the last step's shift."""
        grid = LevelGrid.of(self.levels)
        steps = np.minimum(np.arange(quantiles.shape[1]), len(self.shift) - 1)
        shift = self.shift[steps]
        out = np.empty(quantiles.shape, dtype=np.float32)
        for start in range(0, len(quantiles), _LOSS_WINDOWS):
            part = quantiles[start : start + _LOSS_WINDOWS]
            out[start : start + _LOSS_WINDOWS] = grid.ordered(part + shift * grid.spread(part, self.floor))
        out[..., grid.median] = quantiles[..., grid.median]
        return out

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return plain arrays for an npz without pickle; `meta` is JSON text."""
        meta = {"levels": self.levels, "floor": self.floor, "notes": self.notes}
        return {"shift": self.shift, "points": self.points, "meta": np.array(json.dumps(meta))}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Calibration:
        """Read what `to_arrays` wrote."""
        meta = json.loads(str(arrays["meta"]))
        return cls(
            levels=tuple(meta["levels"]),
            shift=np.asarray(arrays["shift"], dtype=np.float64),
            floor=float(meta["floor"]),
            points=np.asarray(arrays["points"], dtype=np.int64),
            notes=tuple(meta["notes"]),
        )


def _scores(quantiles: Floats, target: Floats, grid: LevelGrid, floor: float) -> NDArray[np.float32]:
    """How far each target lies above each quantile, in spreads: `[W, H, Q]`."""
    out = np.empty(quantiles.shape, dtype=np.float32)
    for start in range(0, len(quantiles), _LOSS_WINDOWS):
        part = slice(start, start + _LOSS_WINDOWS)
        out[part] = (target[part, :, None] - quantiles[part]) / grid.spread(quantiles[part], floor)
    return out


def _neighbours(counts: NDArray[np.int64], step: int) -> tuple[int, int]:
    """Return the first and last step pooled for `step`: as few neighbours as give enough points."""
    first = last = step
    while counts[first : last + 1].sum() < POOL_POINTS and (first > 0 or last < len(counts) - 1):
        first, last = max(first - 1, 0), min(last + 1, len(counts) - 1)
    return first, last


def _shifts(scores: NDArray[np.float32], grid: LevelGrid) -> tuple[NDArray[np.float64], set[float]]:
    """Return shifts `[Q]` from scores `[n, Q]`, and the levels whose rank lies beyond n."""
    count = len(scores)
    shifts, short = np.zeros(len(grid.levels)), set()
    for place, level in enumerate(grid.levels):
        if place == grid.median:
            continue
        tail = level if level > 0.5 else 1.0 - level
        rank = int(np.ceil((count + 1) * tail - 1e-9))
        if rank > count:
            short.add(level)
            rank = count
        index = rank - 1 if level > 0.5 else count - rank
        shifts[place] = np.partition(scores[:, place], index)[index]
    return shifts, short
