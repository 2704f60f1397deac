"""How likely a quantile forecast makes it that a level is exceeded: any forecast is an alarm, too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sextet.core.quantiles import LEVELS, normal_scores

Reals = NDArray[np.floating]

_CHUNK = 1 << 18  # points at a time


def mass_above(quantiles: Reals, level: Reals, levels: Sequence[float] = LEVELS) -> NDArray[np.float64]:
    """Probability that the target lies above `level`, read off quantile forecasts.

    The inverse of `core.quantiles.read_quantiles`: linear in the normal score of the level between quantiles and
    beyond the outermost. Where neighbouring quantiles are equal there is no mass between them.

    Args:
        quantiles: `[W, H, Q]`, never decreasing along Q.
        level: `[W, H]`, same unit; infinite: nothing lies above.
        levels: `[Q]` levels of the quantiles.

    Returns:
        `[W, H]` in 0..1.
    """
    return mass_of(score_above(quantiles, level, levels))


def mass_of(score: Reals) -> NDArray[np.float64]:
    """The probability that `score_above` is the normal score of, same shape."""
    from scipy.special import ndtr  # not needed by `score_above`, which forecasts call

    return np.asarray(ndtr(score), dtype=np.float64)


def score_above(quantiles: Reals, level: Reals, levels: Sequence[float] = LEVELS) -> NDArray[np.float64]:
    """The normal score of that probability: above 0 where it is above a half; infinite where there is no doubt.

    Arguments as of `mass_above`; NaN where `level` is.
    """
    scores = normal_scores(tuple(levels))
    flat, cut = quantiles.reshape(-1, quantiles.shape[-1]), np.asarray(level, dtype=np.float64).reshape(-1)
    out = np.empty(len(cut))
    for low in range(0, len(cut), _CHUNK):
        part = slice(low, low + _CHUNK)
        out[part] = _score(flat[part].astype(np.float64), cut[part], scores)
    return out.reshape(level.shape)


def _score(known: NDArray[np.float64], cut: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    right = np.clip((known < cut[:, None]).sum(axis=1), 1, known.shape[1] - 1)
    row = np.arange(len(cut))
    low, high = known[row, right - 1], known[row, right]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (cut - low) / (high - low)
        # no width: a cut at the point itself keeps the right score, one above or below leaves the distribution
        share = np.where(high > low, share, np.where(cut == high, 1.0, np.copysign(np.inf, cut - high)))
    score = scores[right - 1] + share * (scores[right] - scores[right - 1])
    return np.asarray(np.where(np.isnan(cut), np.nan, -score), dtype=np.float64)
