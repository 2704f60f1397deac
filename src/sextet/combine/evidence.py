"""What the members said on validation, drawn down to a few ten thousand (window, step) points.

A window's steps, quantiles and neighbouring windows say much the same thing, so weights for a handful of
members need far fewer points than there are. Points are drawn by strata in the order of series, block of
steps and time: one from each of equal runs, at a place drawn from a fixed seed. The same input gives the
same points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import SextetError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POINTS = 12_000
POINTS_A_SERIES = 120
MOST_POINTS = 40_000
_OF_POINTS = ("answers", "target", "series", "step", "cutoff", "spike")  # arrays of `Evidence` along its points


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """N observed (window, step) points.

    Attributes:
        answers: `[N, Q, M]` members' quantiles.
        target: `[N]`.
        series: `[N]` series number.
        step: `[N]` step of the horizon, 0-based.
        cutoff: `[N]` row of the window's first target, from any row of its series on.
        spike: `[N]` probability of the spike regime, 0..1; zeros without one.
        levels: `[Q]`.
        horizon: H.
        seen: number of observed points that these were drawn from.
    """

    answers: NDArray[np.float32]
    target: Floats
    series: Ints
    step: Ints
    cutoff: Ints
    spike: Floats
    levels: Floats
    horizon: int
    seen: int

    def __len__(self) -> int:
        """Number of points."""
        return len(self.target)

    @property
    def members(self) -> int:
        """Number of members M."""
        return int(self.answers.shape[2])

    def take(self, which: NDArray[np.bool_] | Ints) -> Evidence:
        """Return the points at `which`."""
        points: dict[str, Any] = {name: getattr(self, name)[which] for name in _OF_POINTS}
        return replace(self, **points)

    def with_more(self, later: Evidence) -> Evidence:
        """Return points of both, drawn as thinly from the one as from the other; rows count from the same row."""
        share = min(len(one) / max(one.seen, 1) for one in (self, later))
        parts = [one.take(_strata(len(one), max(1, round(share * one.seen)))) for one in (self, later)]
        whole: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _OF_POINTS}
        return replace(self, **whole, seen=self.seen + later.seen)

    def losses(self, weights: Floats) -> Floats:
        """Return the pinball loss `[N]`, mean over levels, of the members combined with `weights` `[N or 1, M]`."""
        combined = np.matmul(self.answers, weights.astype(np.float32)[:, :, None])[:, :, 0]
        residual = self.target[:, None] - combined
        return np.asarray(np.maximum(self.levels * residual, (self.levels - 1.0) * residual).mean(axis=1))


def effective_windows(evidence: Evidence, series: int) -> Floats:
    """Count how many windows' worth of separate targets each of `series` series has: `[series]`.

    Cutoffs one row apart share all but one of their targets; a span of k horizons holds about k windows.
    """
    counts = np.zeros(series)
    if len(evidence) == 0:
        return counts
    row = evidence.cutoff + evidence.step
    last = np.full(series, -1, dtype=np.int64)
    first = np.full(series, np.iinfo(np.int64).max)
    np.maximum.at(last, evidence.series, row)
    np.minimum.at(first, evidence.series, row)
    seen = last >= 0
    windows = np.unique(np.stack([evidence.series, evidence.cutoff]), axis=1)[0]
    distinct = np.bincount(windows, minlength=series)
    counts[seen] = np.minimum((last - first + 1)[seen] / evidence.horizon, distinct[seen])
    return counts


def gather_evidence(
    answers: NDArray[np.floating],
    target: NDArray[np.floating],
    series: NDArray[np.integer],
    levels: Sequence[float],
    regime: NDArray[np.floating] | None = None,
    row: NDArray[np.integer] | None = None,
) -> Evidence:
    """Draw the points that weights are learned from.

    Args:
        answers: `[M, W, H, Q]`.
        target: `[W, H]`, NaN where missing.
        series: `[W]`.
        levels: `[Q]`.
        regime: `[W, H]` probability of the spike regime.
        row: `[W]` row of the first target; without it, windows of a series are taken as consecutive cutoffs.
    """
    horizon = target.shape[1]
    cutoff = _ranks(np.asarray(series)) if row is None else np.asarray(row, dtype=np.int64)
    window, step = np.nonzero(np.isfinite(target))
    owner = np.asarray(series, dtype=np.int64)[window]
    # Half octaves of the step: each part of the horizon gets its share of the points.
    band = np.floor(2 * np.log2(step + 1.0)).astype(np.int64)
    order = np.lexsort((step, cutoff[window], band, owner))
    limit = min(max(POINTS, POINTS_A_SERIES * len(np.unique(owner))), MOST_POINTS)
    seen = len(order)
    order = order[_strata(seen, limit)]
    window, step = window[order], step[order]
    said = np.stack([member[window, step] for member in answers], axis=-1).astype(np.float32)
    return Evidence(
        answers=said.reshape(len(window), len(levels), len(answers)),
        target=np.asarray(target[window, step], dtype=np.float64),
        series=owner[order],
        step=step.astype(np.int64),
        cutoff=cutoff[window],
        spike=np.zeros(len(window)) if regime is None else _probability(regime)[window, step],
        levels=np.asarray(levels, dtype=np.float64),
        horizon=horizon,
        seen=seen,
    )


def relative_rows(series: Ints, row: Ints) -> Ints:
    """Return `[W]` rows counted from the first of each series."""
    first = np.full(int(series.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, series, row)
    return np.asarray(row - first[series])


def _ranks(series: NDArray[np.integer]) -> Ints:
    """Return `[W]` the place of each window among those of its series."""
    owner = np.unique(series, return_inverse=True)[1].reshape(-1)
    count = int(owner.max()) + 1 if len(owner) else 0
    order = np.argsort(owner, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))[:-1]]).astype(np.int64)
    ranks = np.empty(len(owner), dtype=np.int64)
    ranks[order] = np.arange(len(owner)) - starts[owner[order]]
    return ranks


def refuse_missing(answers: NDArray[np.floating], names: Sequence[str]) -> None:
    """Raise where a member answered NaN or infinity.

    Raises:
        SextetError: names the member and the first place.
    """
    for name, member in zip(names, answers, strict=True):
        for start in range(0, len(member), 4096):
            finite = np.isfinite(member[start : start + 4096])
            if finite.all():
                continue
            window, step, level = (int(i) for i in np.argwhere(~finite)[0])
            value = member[start + window, step, level]
            raise SextetError(
                f"Member {name!r} must answer a finite number everywhere; it answered {value} in window "
                f"{start + window}, step {step + 1}, quantile {level + 1}. Its training probably diverged: "
                "train it again with a lower learning rate, or leave it out with --members."
            )


def _probability(regime: NDArray[np.floating]) -> Floats:
    return np.clip(np.nan_to_num(np.asarray(regime, dtype=np.float64), nan=0.0), 0.0, 1.0)


def _strata(count: int, limit: int) -> Ints:
    """Pick at most `limit` of `count` positions, one at a seeded place in each of equal runs."""
    if count <= limit:
        return np.arange(count)
    edges = np.arange(limit) * (count / limit)
    places = np.random.default_rng(20).random(limit) * (count / limit)
    return np.minimum((edges + places).astype(np.int64), count - 1)
