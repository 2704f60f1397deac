"""The quantile levels every member answers, and how other levels are read off them.

Between the levels a quantile is interpolated, and beyond the outermost it is extrapolated, linearly in the
normal score of the level: exact for a normal distribution, monotone for any.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError

LEVELS: tuple[float, ...] = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
MEDIAN: int = LEVELS.index(0.5)


@cache
def normal_scores(levels: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the normal score `[Q]` of each level, read-only: each row of a stream asks for them anew."""
    scores = np.array([NormalDist().inv_cdf(level) for level in levels])
    scores.setflags(write=False)
    return scores


def interval(level: float) -> tuple[float, float]:
    """Return the lower and upper quantile level of a central interval, `level` in percent: 80 -> (0.1, 0.9).

    Raises:
        ConfigError: `level` is not from 1 to below 100; who wrote 0.8 is told of 80.
    """
    if not 1 <= level < 100:
        meant = f" For {100 * level:g} % give {100 * level:g}." if 0 < level < 1 else ""
        raise ConfigError(
            f"An interval level is a percentage from 1 to below 100, for example 80; got {level:g}.{meant}"
        )
    tail = (1 - level / 100) / 2
    return round(tail, 6), round(1 - tail, 6)


def read_quantiles(
    values: NDArray[np.floating], wanted: Sequence[float], levels: Sequence[float] = LEVELS
) -> NDArray[np.float64]:
    """Read `wanted` levels off quantiles `values [..., Q]` known at `levels [Q]`; returns `[..., len(wanted)]`."""
    scores = normal_scores(tuple(levels))
    out = []
    for score in normal_scores(tuple(wanted)):
        right = int(np.clip(np.searchsorted(scores, score), 1, len(scores) - 1))
        share = (score - scores[right - 1]) / (scores[right] - scores[right - 1])
        out.append(values[..., right - 1] * (1 - share) + values[..., right] * share)
    return np.stack(out, axis=-1).astype(np.float64)


def quantile_mean(values: NDArray[np.floating], levels: Sequence[float] = LEVELS) -> NDArray[np.float64]:
    """Mean of the quantile function `values [..., Q]`; returns `[...]`.

    It is the integral over the level by the trapezoid rule, the outermost quantiles held constant to 0 and 1.
    """
    edges = np.array([0.0, *levels, 1.0])
    padded = np.concatenate([values[..., :1], values, values[..., -1:]], axis=-1).astype(np.float64)
    return np.asarray(((padded[..., 1:] + padded[..., :-1]) / 2 * np.diff(edges)).sum(axis=-1))
