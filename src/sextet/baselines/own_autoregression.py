"""An autoregression of each series on its own past, fitted anew at every cutoff.

Its lags are the last two steps and, for each of the last seasons, the step a season ago with its two neighbours: the
form that multiplying a short autoregression with a seasonal one leads to (Box and Jenkins 1970), with every
coefficient free. Of many series too different for one model, each is forecast by what its own history says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import History, chunks, gather
from sextet.core.window import WindowIndex

Reals = NDArray[np.float64]

MOST_ROWS = 4096
"""Most rows of history that are read."""

_SEASONS = 42  # read at most: further back the past changes the coefficients little
_PENALTY = (
    1e-4  # a row, in units of the history's variance: lags are nearly the same, and few rows would tell them apart
)


@dataclass(frozen=True, kw_only=True)
class OwnAutoregression:
    """Ridge regression of the next step on lags, by rows of the series before the cutoff alone; then step by step.

    A forecast never leaves the range of the history by more than its width, whatever the coefficients.

    Attributes:
        season: steps of a season.
        cycles: seasons back that lags are taken from.
    """

    season: int
    cycles: int

    @property
    def lags(self) -> NDArray[np.int64]:
        """The lags, ascending."""
        seasonal = {self.season * cycle + near for cycle in range(1, self.cycles + 1) for near in (-1, 0, 1)}
        return np.array(sorted({1, 2} | seasonal - {0}), dtype=np.int64)

    @property
    def reach(self) -> int:
        """Rows of history that are read."""
        return max(min(self.season * _SEASONS, MOST_ROWS), self.need)

    @property
    def need(self) -> int:
        """Fewest rows of history that coefficients can be learned from."""
        return 2 * int(self.lags[-1]) + len(self.lags)

    @property
    def label(self) -> str:
        """What it does, in words."""
        return f"autoregression of each series on its own last {self.cycles} seasons of {self.season} steps"

    def point(self, history: History, index: WindowIndex, horizon: int) -> Reals:
        """Forecast `[W, H]`; the last value where the history is too short."""
        out = np.empty((len(index), horizon))
        lags = self.lags
        for part in chunks(index, (self.reach + horizon) * (len(lags) + 2)):
            some = index.take(part)
            z, seen = gather(history, some, np.arange(-self.reach, 0))
            start = np.maximum(self.reach - (some.row - history.panel.offsets[some.series]), 0)
            out[part] = _forecast(z, seen, start, lags, horizon)
        return out


def _forecast(
    z: Reals, seen: NDArray[np.bool_], start: NDArray[np.int64], lags: NDArray[np.int64], horizon: int
) -> Reals:
    """Forecast `[W, H]` from histories `z [W, R]` whose first `start [W]` rows lie before the series."""
    width, longest = z.shape[1], int(lags[-1])
    inside = np.arange(width) >= start[:, None]
    count = inside.sum(axis=1, keepdims=True)
    mean = (z * inside).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    spread = np.sqrt((((z - mean) * inside) ** 2).sum(axis=1, keepdims=True) / np.maximum(count, 1))
    flat = spread[:, 0] < 1e-9
    scaled = (z - mean) / np.where(flat[:, None], 1.0, spread)
    usable = seen[:, longest:] & (np.arange(longest, width) >= start[:, None] + longest)
    coefficients = _coefficients(scaled, usable, lags)
    low, high = (f(np.where(inside, scaled, scaled[:, -1:]), axis=1) for f in (np.min, np.max))
    low, high = low - (high - low), high + (high - low)
    path = np.concatenate([scaled[:, width - longest :], np.zeros((len(z), horizon))], axis=1)
    for step in range(longest, longest + horizon):
        said = (path[:, step - lags] * coefficients[:, :-1]).sum(axis=1) + coefficients[:, -1]
        path[:, step] = np.clip(said, low, high)
    short = flat | (usable.sum(axis=1) < 2 * len(lags))
    ahead = path[:, longest:] * spread + mean
    return np.where(short[:, None], z[:, -1:], ahead)


def _coefficients(scaled: Reals, usable: NDArray[np.bool_], lags: NDArray[np.int64]) -> Reals:
    """Ridge coefficients `[W, lags + 1]` of each window, its constant last, from the rows that are `usable`."""
    longest, width = int(lags[-1]), scaled.shape[1]
    columns = [scaled[:, longest - lag : width - lag] for lag in lags]
    design = np.stack([*columns, np.ones_like(columns[0])], axis=2) * usable[:, :, None]
    gram = np.matmul(design.transpose(0, 2, 1), design)
    cross = np.matmul(design.transpose(0, 2, 1), scaled[:, longest:, None])
    penalty = np.full(len(lags) + 1, _PENALTY)
    penalty[-1] = 1e-9
    gram += np.eye(len(penalty)) * (penalty * np.maximum(usable.sum(axis=1), 1)[:, None])[:, None, :]
    solved: Reals = np.linalg.solve(gram, cross)[:, :, 0]
    return solved
