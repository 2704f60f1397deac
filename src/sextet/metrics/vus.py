"""VUS-PR: the volume under the surface of precision, recall and the width of a buffer around each anomaly.

Paparrizos, Boniol, Palpanas, Tsay, Elmore and Franklin, "Volume under the surface: a new accuracy evaluation measure
for time-series anomaly detection" (PVLDB 15, 2022). Labels are rarely right to the row, so they become continuous:
1 within an anomaly and, with a buffer of width l, sqrt(1 - d / l) at a distance of d rows from its edge, up to l / 2.
For each l, over all thresholds,

    TP = sum of the labels where the score reaches the threshold
    recall = min(TP / P, 1) x share of the anomalies, with their buffers, in which a score reaches it
    precision = TP / number of scores that reach it

with P the mean of the sums of the old and the new labels. The area under precision by recall, averaged over
l = 0 ... L, is the volume.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sextet.core.errors import DataError

Reals = NDArray[np.float64]


def vus_pr(score: ArrayLike, label: ArrayLike, buffer: int) -> float:
    """The mean over buffers 0 to `buffer` of the area under the range-based precision-recall curve.

    Args:
        score: `[n]` how anomalous each row is; only the order matters. NaN: never an alarm.
        label: `[n]` other than 0 in anomalies.
        buffer: L, widest buffer in rows; the paper takes about a period of the series.

    Returns:
        0..1; NaN without an anomaly.

    Raises:
        DataError: shapes differ, or the buffer is below 0.
    """
    if buffer < 0:
        raise DataError(f"Expected a buffer of at least 0 rows; got {buffer}.")
    return float(np.mean([range_pr_auc(score, label, width) for width in range(buffer + 1)]))


def range_pr_auc(score: ArrayLike, label: ArrayLike, buffer: int) -> float:
    """The area for one width of the buffer; arguments as of `vus_pr`."""
    rank = np.nan_to_num(np.asarray(score, dtype=np.float64), nan=-np.inf)
    truth = np.asarray(label) != 0
    if rank.shape != truth.shape or rank.ndim != 1:
        raise DataError(f"Expected scores and labels of one series, equally long; got {rank.shape} and {truth.shape}.")
    if not truth.any():
        return float("nan")
    soft = buffered(truth, buffer)
    positives = (truth.sum() + soft.sum()) / 2
    order = np.argsort(-rank, kind="stable")
    ranked = rank[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    last = last[ranked[last] > -np.inf]
    hit = np.cumsum(soft[order])[last]
    tops = np.sort(_tops(rank, soft > 0))
    reached = len(tops) - np.searchsorted(tops, ranked[last], side="left")
    recall = np.minimum(hit / positives, 1.0) * reached / len(tops)
    return float((np.diff(recall, prepend=0.0) * hit / (last + 1)).sum())


def buffered(truth: NDArray[np.bool_], buffer: int) -> Reals:
    """Labels `[n]` in 0..1: 1 in an anomaly, sqrt(1 - d / buffer) at a distance d of at most half the buffer."""
    soft = truth.astype(np.float64)
    for first, last in _runs(truth):
        for distance in range(1, buffer // 2 + 1):
            for row in (first - distance, last + distance):
                if 0 <= row < len(soft):
                    soft[row] += np.sqrt(1.0 - distance / buffer) if not truth[row] else 0.0
    return np.minimum(soft, 1.0)


def _tops(rank: Reals, flags: NDArray[np.bool_]) -> Reals:
    return np.array([rank[first : last + 1].max() for first, last in _runs(flags)])


def _runs(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    edge = np.diff(flags.astype(np.int8), prepend=0, append=0)
    return np.stack([np.flatnonzero(edge == 1), np.flatnonzero(edge == -1) - 1], axis=1)
