"""Peaks over threshold: the level that is exceeded with a given small probability.

By the theorem of Pickands, Balkema and de Haan the excesses over a high threshold t follow a generalised Pareto
distribution; its tail gives levels that the sample itself hardly reaches (Siffer, Fouque, Termier and
Largouet, KDD 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

_INITIAL = 0.02  # share of the sample above t, as in the paper
_LEAST_EXCESSES = 50
_LARGEST_SHARE = 0.1  # beyond it the excesses are no tail
_MOST_EXCESSES = 20_000
_CELLS = 500_000
_SHAPES = (-0.5, 2.0)  # below -0.5 the likelihood has no regular maximum; above 1 the tail has no mean


@dataclass(frozen=True, kw_only=True)
class Tail:
    """A fitted tail.

    Attributes:
        start: t, the threshold that excesses are taken over.
        shape, scale: gamma and sigma of the generalised Pareto distribution of the excesses.
        share: share of the sample above t.
    """

    start: float
    shape: float
    scale: float
    share: float

    def level(self, risk: float) -> float:
        """The level z_q exceeded with probability `risk`: `t + sigma / gamma ((q n / N_t)^-gamma - 1)`.

        For a risk above the share of the tail, t itself.
        """
        ratio = min(risk / self.share, 1.0)
        if abs(self.shape) < 1e-9:
            return self.start - self.scale * float(np.log(ratio))
        return self.start + self.scale / self.shape * float(ratio**-self.shape - 1.0)


def fit_tail(sample: Reals) -> Tail | None:
    """Fit the upper tail of a sample; None where it is too small (below 500) or has no tail to fit.

    Args:
        sample: `[n]` finite values.
    """
    n = len(sample)
    share = max(_INITIAL, _LEAST_EXCESSES / n) if n else 1.0
    if share > _LARGEST_SHARE:
        return None
    start = float(np.quantile(sample, 1.0 - share))
    excesses = sample[sample > start] - start
    excesses = excesses[excesses > 0]
    if len(excesses) < _LEAST_EXCESSES // 5:
        return None
    shape, scale = fit_pareto(excesses)
    return Tail(start=start, shape=shape, scale=scale, share=len(excesses) / n)


def fit_pareto(excesses: Reals, *, detail: float = 1.0) -> tuple[float, float]:
    """Maximum-likelihood (gamma, sigma) of a generalised Pareto distribution of positive excesses.

    Grimshaw (1993) reduces the two parameters to one, `theta = gamma / sigma`: for a given theta the likelihood is
    greatest at `gamma = mean(log(1 + theta y))`. That one is searched on a grid, then refined around the best.

    Args:
        excesses: `[n]` above 0.
        detail: of the grid; a stream, which fits often, does with less.
    """
    y = np.sort(excesses)
    if len(y) > _MOST_EXCESSES:
        y = y[np.linspace(0, len(y) - 1, _MOST_EXCESSES).round().astype(np.int64)]
    mean, top = float(y.mean()), float(y[-1])
    y = y / mean
    lower = -mean / top * (1.0 - 1e-6)
    grid = np.concatenate([np.linspace(lower, -1e-4, round(60 * detail)), np.geomspace(1e-4, 1e3, round(120 * detail))])
    for _ in range(4 if detail >= 1.0 else 2):
        score, shapes = _profile_likelihood(y, grid)
        best = int(np.argmax(score))
        left, right = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        grid = np.linspace(left, right, round(40 * detail))
        grid = grid[grid != 0]
    score, shapes = _profile_likelihood(y, grid)
    best = int(np.argmax(score))
    exponential = -len(y) * 1.0  # log-likelihood of gamma = 0, sigma = mean = 1
    if score[best] <= exponential:
        return 0.0, mean
    return float(shapes[best]), float(shapes[best] / grid[best]) * mean


def _profile_likelihood(y: Reals, theta: Reals) -> tuple[Reals, Reals]:
    chunk = max(1, _CELLS // len(y))
    shape = np.concatenate(
        [np.log1p(theta[low : low + chunk, None] * y).mean(axis=1) for low in range(0, len(theta), chunk)]
    )
    allowed = (shape >= _SHAPES[0]) & (shape <= _SHAPES[1]) & (shape != 0)
    sigma = np.where(allowed, shape / theta, 1.0)
    score = np.where(allowed, -len(y) * (np.log(sigma) + shape + 1.0), -np.inf)
    return score, shape
