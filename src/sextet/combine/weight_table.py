"""A table of weights by regime, series and block of steps, and how its cells are fitted and shrunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.combine.evidence import Evidence, effective_windows
from sextet.combine.pinball_solver import PinballProblems, solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL_POINTS = 6_000  # most points a cell is fitted on
BATCH_VALUES = 12_000_000  # most values a batch of problems holds, padding included
EDGES = (1 / 24, 1 / 8, 1 / 4, 1 / 2, 1.0)  # ends of the blocks as shares of the horizon: near steps differ most


@dataclass(frozen=True, kw_only=True)
class Shrinkage:
    """How far fitted weights are pulled towards simpler ones; each pull is k / (n + k), n in windows.

    Attributes:
        block: k from a block of steps to the whole horizon; infinity: one block.
        series: k from a series to all series; infinity: no weights of their own.
        equal: share of equal weights mixed in, 0..1.
    """

    block: float = np.inf
    series: float = np.inf
    equal: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Fits:
    """Weights fitted cell by cell, not yet shrunk.

    Attributes:
        whole: `[M]` all series, all steps.
        blocks: `[B, M]` all series, each block.
        series: `[G, B, M]` each series with data, each block.
        owners: `[G]` the series' numbers.
        windows: effective windows over all series.
        series_windows: `[G]` effective windows of each series.
    """

    whole: Floats
    blocks: Floats
    series: Floats
    owners: Ints
    windows: float
    series_windows: Floats

    def table(self, shrinkage: Shrinkage) -> Floats:
        """Return `[1 + G, B, M]` weights: row 0 for all series and unseen ones, then each of `owners`."""
        members = len(self.whole)
        blocks = self.whole + _own(self.windows, shrinkage.block) * (self.blocks - self.whole)
        share = _own(self.series_windows, shrinkage.series)[:, None, None]
        own = blocks + share * (self.series - blocks)
        table = np.concatenate([blocks[None], own])
        return np.asarray((1.0 - shrinkage.equal) * table + shrinkage.equal / members)


def _own(windows: float | Floats, k: float) -> Floats:
    windows = np.asarray(windows, dtype=np.float64)
    return np.zeros_like(windows) if np.isinf(k) else windows / np.maximum(windows + k, 1e-12)


def block_ends(evidence: Evidence, least: int) -> Ints:
    """Return `[B]` the last step + 1 of each block; a block with fewer than `least` points joins the next."""
    horizon = evidence.horizon
    wanted = sorted({max(1, round(share * horizon)) for share in EDGES})
    counts = np.bincount(evidence.step, minlength=horizon).cumsum()
    ends: list[int] = []
    for end in wanted:
        before = counts[ends[-1] - 1] if ends else 0
        if counts[end - 1] - before >= least:
            ends.append(end)
    if not ends:
        return np.array([horizon])
    ends[-1] = horizon
    return np.array(ends)


def fit_cells(evidence: Evidence, ends: Ints, weight: Floats, with_series: bool, tolerance: float) -> Fits:
    """Fit weights for the whole, each block, and each series and block.

    Args:
        evidence: the points.
        ends: `[B]` from `block_ends`.
        weight: `[N]` weight of each point (the regime's probability).
        with_series: False where series have too little data for weights of their own.
        tolerance: of the solver.
    """
    blocks = len(ends)
    block = np.searchsorted(ends, evidence.step, side="right")
    whole = _fit_groups(evidence, np.zeros(len(evidence), dtype=np.int64), 1, weight, tolerance)
    whole_row = whole[0]
    by_block = whole if blocks == 1 else _fit_groups(evidence, block, blocks, weight, tolerance, np.tile(whole, (blocks, 1)))
    windows = effective_windows(evidence, int(evidence.series.max()) + 1 if len(evidence) else 0)
    mass = np.bincount(evidence.series, weights=weight, minlength=len(windows))
    points = np.bincount(evidence.series, minlength=len(windows))
    windows = windows * mass / np.maximum(points, 1)
    if not with_series:
        empty = np.zeros(0, dtype=np.int64)
        cells, owners = np.zeros((0, blocks, evidence.members)), empty
    else:
        owners, group = np.unique(evidence.series, return_inverse=True)
        parent = np.tile(by_block, (len(owners), 1))
        cells = _fit_groups(
            evidence, group.reshape(-1) * blocks + block, len(owners) * blocks, weight, tolerance, parent
        )
        cells = cells.reshape(len(owners), blocks, -1)
    return Fits(
        whole=whole_row,
        blocks=by_block,
        series=cells,
        owners=owners,
        windows=float(windows.sum()),
        series_windows=windows[owners],
    )


def _fit_groups(
    evidence: Evidence,
    group: Ints,
    groups: int,
    weight: Floats,
    tolerance: float,
    parent: Floats | None = None,
) -> Floats:
    """Fit each of `groups` groups of points; a group without weight keeps its row of `parent` (or equal weights)."""
    members = evidence.members
    fitted = np.full((groups, members), 1.0 / members) if parent is None else parent.copy()
    order = np.argsort(group, kind="stable")
    order = order[weight[order] > 0]
    counts = np.bincount(group[order], minlength=groups)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    filled = [int(g) for g in np.flatnonzero(counts)]
    picks = {g: order[starts[g] + _even(int(counts[g]), CELL_POINTS)] for g in filled}
    by_size = sorted(picks, key=lambda g: (len(picks[g]), g))
    width = len(evidence.levels) * (members + 4)
    batch: list[int] = []
    for position, g in enumerate(by_size):
        batch.append(g)
        following = by_size[position + 1] if position + 1 < len(by_size) else None
        if following is None or len(picks[following]) * (len(batch) + 1) * width > BATCH_VALUES:
            fitted[batch] = _solve_batch(evidence, [picks[i] for i in batch], weight, tolerance)
            batch = []
    return fitted


def _solve_batch(evidence: Evidence, picks: list[Ints], weight: Floats, tolerance: float) -> Floats:
    levels = len(evidence.levels)
    size = max(len(pick) for pick in picks)
    answers = np.zeros((len(picks), size * levels, evidence.members))
    target = np.zeros((len(picks), size * levels))
    share = np.zeros((len(picks), size * levels))
    for i, pick in enumerate(picks):
        used = len(pick) * levels
        answers[i, :used] = evidence.answers[pick].reshape(used, -1)
        target[i, :used] = np.repeat(evidence.target[pick], levels)
        share[i, :used] = np.repeat(weight[pick] / (weight[pick].sum() * levels), levels)
    problems = PinballProblems(
        answers=answers, target=target, levels=np.tile(evidence.levels, size), weight=share
    )
    return solve(problems, tolerance).weights


def _even(count: int, limit: int) -> Ints:
    """Pick at most `limit` evenly spaced positions of `count`."""
    return np.arange(count) if count <= limit else (np.arange(limit) * (count / limit)).astype(np.int64)
