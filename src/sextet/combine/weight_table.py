"""A table of weights by regime, series and block of steps, and how its cells are fitted and shrunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.combine.evidence import Evidence, effective_windows
from sextet.combine.pinball_solver import PinballProblems, solve_path

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL_POINTS = 6_000  # most points a cell is fitted on
BATCH_VALUES = 12_000_000  # most values a batch of problems holds, padding included
EDGES = (1 / 24, 1 / 8, 1 / 4, 1 / 2, 1.0)  # ends of the blocks as shares of the horizon: near steps differ most


@dataclass(frozen=True, kw_only=True)
class Shrinkage:
    """How far fitted weights are pulled towards simpler ones.

    Attributes:
        entropy: pull of each fit towards equal weights (see `pinball_solver`); infinity: equal weights.
        block: weights of a block of steps are pulled to those of the whole horizon by k / (n + k), n being
            the effective windows; infinity: one block.
        series: the same k from a series to all series; infinity: no weights of their own.
    """

    entropy: float = np.inf
    block: float = np.inf
    series: float = np.inf


@dataclass(frozen=True, kw_only=True)
class Fits:
    """Weights fitted cell by cell, not yet drawn together; K strengths of the entropy term.

    Attributes:
        entropies: `[K]` the strengths.
        whole: `[K, 1, M]` all series, all steps.
        blocks: `[K, B, M]` all series, each block.
        series: `[K, G, B, M]` each series with data, each block.
        owners: `[G]` the series' numbers.
        windows: effective windows over all series.
        series_windows: `[G]` effective windows of each series.
    """

    entropies: tuple[float, ...]
    whole: Floats
    blocks: Floats
    series: Floats
    owners: Ints
    windows: float
    series_windows: Floats

    def table(self, shrinkage: Shrinkage) -> Floats:
        """Return `[1 + G, B, M]` weights: row 0 for all series and unseen ones, then each of `owners`."""
        k = self.entropies.index(shrinkage.entropy)
        blocks = self.whole[k] + _own(np.array(self.windows), shrinkage.block) * (self.blocks[k] - self.whole[k])
        share = _own(self.series_windows, shrinkage.series)[:, None, None]
        return np.concatenate([blocks[None], blocks + share * (self.series[k] - blocks)])


def _own(windows: Floats, k: float) -> Floats:
    return np.zeros_like(windows) if np.isinf(k) else np.asarray(windows / np.maximum(windows + k, 1e-12))


@dataclass(frozen=True, kw_only=True)
class Solver:
    """How cells are solved.

    Attributes:
        entropies: names of the strengths, falling, as in `Shrinkage.entropy`.
        factor: what they are multiplied with (a fold with half the data needs twice the pull).
    """

    entropies: tuple[float, ...]
    factor: float = 1.0

    def weights(self, problems: PinballProblems) -> Floats:
        """Return `[K, P, M]`."""
        return solve_path(problems, [entropy * self.factor for entropy in self.entropies])


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


def fit_cells(evidence: Evidence, ends: Ints, weight: Floats, with_series: bool, solver: Solver) -> Fits:
    """Fit weights for the whole, each block, and each series and block.

    Args:
        evidence: the points.
        ends: `[B]` from `block_ends`.
        weight: `[N]` weight of each point (the regime's probability).
        with_series: False where series shall have no weights of their own.
        solver: strengths of the entropy term.
    """
    blocks = len(ends)
    block = np.searchsorted(ends, evidence.step, side="right")
    equal = np.full((len(solver.entropies), 1, evidence.members), 1.0 / evidence.members)
    whole = _fit_groups(evidence, np.zeros_like(block), weight, solver, equal)
    by_block = whole
    if blocks > 1:
        by_block = _fit_groups(evidence, block, weight, solver, np.tile(whole, (1, blocks, 1)))
    windows = effective_windows(evidence, int(evidence.series.max(initial=-1)) + 1)
    mass = np.bincount(evidence.series, weights=weight, minlength=len(windows))
    windows = windows * mass / np.maximum(np.bincount(evidence.series, minlength=len(windows)), 1)
    owners, group = np.unique(evidence.series, return_inverse=True)
    if with_series:
        parent = np.tile(by_block, (1, len(owners), 1))
        cells = _fit_groups(evidence, group.reshape(-1) * blocks + block, weight, solver, parent)
    else:
        owners, cells = owners[:0], by_block[:, :0]
    return Fits(
        entropies=solver.entropies,
        whole=whole,
        blocks=by_block,
        series=cells.reshape(len(cells), len(owners), blocks, evidence.members),
        owners=owners,
        windows=float(windows.sum()),
        series_windows=windows[owners],
    )


def _fit_groups(evidence: Evidence, group: Ints, weight: Floats, solver: Solver, parent: Floats) -> Floats:
    """Fit each group of points; one without weight keeps its row of `parent [K, groups, M]`."""
    fitted = parent.copy()
    order = np.argsort(group, kind="stable")
    order = order[weight[order] > 0]
    counts = np.bincount(group[order], minlength=parent.shape[1])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    filled = [int(g) for g in np.flatnonzero(counts)]
    picks = {g: order[starts[g] + _even(int(counts[g]), CELL_POINTS)] for g in filled}
    by_size = sorted(picks, key=lambda g: (len(picks[g]), g))
    width = len(evidence.levels) * (evidence.members + 4)
    batch: list[int] = []
    for position, g in enumerate(by_size):
        batch.append(g)
        following = by_size[position + 1] if position + 1 < len(by_size) else None
        if following is None or len(picks[following]) * (len(batch) + 1) * width > BATCH_VALUES:
            fitted[:, batch] = solver.weights(_problems(evidence, [picks[i] for i in batch], weight))
            batch = []
    return fitted


def _problems(evidence: Evidence, picks: list[Ints], weight: Floats) -> PinballProblems:
    """Lay groups of points side by side, padded to the largest."""
    levels = len(evidence.levels)
    size = max(len(pick) for pick in picks)
    answers = np.zeros((len(picks), evidence.members, size * levels))
    target = np.zeros((len(picks), size * levels))
    share = np.zeros((len(picks), size * levels))
    for i, pick in enumerate(picks):
        used = len(pick) * levels
        answers[i, :, :used] = evidence.answers[pick].reshape(used, -1).T
        target[i, :used] = np.repeat(evidence.target[pick], levels)
        share[i, :used] = np.repeat(weight[pick] / (weight[pick].sum() * levels), levels)
    return PinballProblems(answers=answers, target=target, levels=np.tile(evidence.levels, size), weight=share)


def _even(count: int, limit: int) -> Ints:
    """Pick at most `limit` evenly spaced positions of `count`."""
    return np.arange(count) if count <= limit else (np.arange(limit) * (count / limit)).astype(np.int64)
