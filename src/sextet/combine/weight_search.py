"""Which weights to trust: shrinkage, regimes and the best member, by cross-validation in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sextet.combine.evidence import Evidence, relative_rows
from sextet.combine.weight_table import Fits, Shrinkage, Solver, block_ends, fit_cells

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STARTS = (0.4, 0.6, 0.8)  # where held-out runs of cutoffs begin, as shares of the time; each ends where the next begins
LEAST_POINTS = 40  # points a fit needs for each member
TIE = 1e-6  # members that agree are combined, not chosen between
MARGIN = 5e-4  # relative gain by which weights with more freedom must win
ENTROPIES = (np.inf, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
BLOCK_K = (np.inf, 64.0, 16.0)
SERIES_K = (np.inf, 64.0, 16.0, 4.0, 1.0)
REGIME_K = (8.0, 2.0, 0.5)
LEAST_HORIZONS = 2  # cutoffs, in horizons, below which held-out runs share most of their targets with what was known
LEAST_SERIES = 20  # series with which a short time is cross-validated over them
SERIES_FOLDS = 5
CAUTIOUS = Shrinkage(entropy=0.1)  # where there is too little data to choose


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What cross-validation chose.

    Attributes:
        shrinkage: of the weights.
        regime: k that pulls the regimes' weights to the common ones, or None: one table for both.
        member: number of the member that the ensemble becomes, or None: it combines.
        scores: mean pinball on the validated points by name: "combination", "best member so far",
            "equal weights", "one regime", and each member's number as text.
        validated: False where there was too little data to cross-validate; scores are then in-sample.
    """

    shrinkage: Shrinkage
    regime: float | None
    member: int | None
    scores: dict[str, float]
    validated: bool


@dataclass(frozen=True, kw_only=True)
class RegimeFits:
    """Fits on all points, on calm ones and on spiky ones; the last two are None without regimes."""

    both: Fits
    calm: Fits | None = None
    spike: Fits | None = None

    def tables(self, shrinkage: Shrinkage, regime: float | None) -> Floats:
        """Return `[R, 1 + G, B, M]`: one table, or the calm and the spiky one."""
        both = self.both.table(shrinkage)
        if regime is None or self.calm is None or self.spike is None:
            return both[None]
        pooled = replace(shrinkage, series=np.inf)
        spike_own = self.spike.windows / (self.spike.windows + regime)
        calm_own = self.calm.windows / (self.calm.windows + regime)
        spike = both + spike_own * (self.spike.table(pooled)[:1] - both)
        calm = both + calm_own * (self.calm.table(shrinkage) - both)
        return np.stack([calm, spike])


@dataclass(frozen=True, kw_only=True)
class _Fold:
    fits: RegimeFits
    ends: Ints
    held_out: Evidence
    leader: int  # the best member on the targets known by then

    def losses(self, shrinkage: Shrinkage, regime: float | None) -> Floats:
        tables = self.fits.tables(shrinkage, regime)
        return self.held_out.losses(point_weights(tables, self.fits.both.owners, self.ends, self.held_out))


def point_weights(tables: Floats, owners: Ints, ends: Ints, evidence: Evidence) -> Floats:
    """Return `[N, M]` the weights of each point."""
    row = table_rows(owners, evidence.series)
    block = np.searchsorted(ends, evidence.step, side="right")
    weights = tables[0][row, block]
    if len(tables) > 1:
        weights = weights + evidence.spike[:, None] * (tables[1][row, block] - weights)
    return np.asarray(weights)


def table_rows(owners: Ints, series: NDArray[np.integer]) -> Ints:
    """Return the table row of each series: 0 for one without weights of its own."""
    series = np.asarray(series, dtype=np.int64)
    if len(owners) == 0:
        return np.zeros(series.shape, dtype=np.int64)
    place = np.minimum(np.searchsorted(owners, series), len(owners) - 1)
    return np.where(owners[place] == series, place + 1, 0)


def fit_regimes(evidence: Evidence, ends: Ints, with_series: bool, with_regime: bool, solver: Solver) -> RegimeFits:
    """Fit all cells, and again for each regime where asked."""
    ones = np.ones(len(evidence))
    both = fit_cells(evidence, ends, ones, with_series, solver)
    if not with_regime:
        return RegimeFits(both=both)
    return RegimeFits(
        both=both,
        calm=fit_cells(evidence, ends, 1.0 - evidence.spike, with_series, solver),
        spike=fit_cells(evidence, ends, evidence.spike, False, solver),
    )


def path_to(entropy: float) -> tuple[float, ...]:
    """Return the strengths from the strongest down to `entropy`."""
    return ENTROPIES[: ENTROPIES.index(entropy) + 1]


def regimes_present(evidence: Evidence) -> bool:
    """Tell whether both regimes hold enough points for weights of their own."""
    least = LEAST_POINTS * evidence.members
    return bool(evidence.spike.sum() >= least and (1.0 - evidence.spike).sum() >= least)


def search(evidence: Evidence) -> Choice:
    """Choose shrinkage, regimes and whether to combine at all.

    Each held-out run of cutoffs is predicted with weights from the targets that had passed when its first
    forecast was made. The best member has to be known by the same targets: combining is kept unless it loses
    to following, in each run, the member that had been best until then.
    """
    folds = _folds(evidence)
    if not folds:
        return _without_validation(evidence)
    candidates = _candidates(evidence)
    scores = [_score(folds, candidate, None) for candidate in candidates]
    # From the most to the least restrained: more freedom must earn its keep.
    chosen = 0
    for i, score in enumerate(scores):
        if score < scores[chosen] * (1.0 - MARGIN):
            chosen = i
    shrinkage, loss = candidates[chosen], scores[chosen]
    named = {"equal weights": scores[0], "one regime": loss}
    regime: float | None = None
    if all(fold.fits.spike is not None for fold in folds):
        for k in REGIME_K:
            score = _score(folds, shrinkage, k)
            if score < loss * (1.0 - MARGIN):
                regime, loss = k, score
    named["combination"] = loss
    named |= {str(i): float(score) for i, score in enumerate(_member_scores([fold.held_out for fold in folds]))}
    named["best member so far"], lost = _against_leaders(folds, shrinkage, regime)
    return Choice(
        shrinkage=shrinkage,
        regime=regime,
        member=int(np.argmin(_member_scores([evidence]))) if lost else None,
        scores=named,
        validated=True,
    )


def _against_leaders(folds: Sequence[_Fold], shrinkage: Shrinkage, regime: float | None) -> tuple[float, bool]:
    """Score following the best member so far, and tell whether combining lost to it.

    A difference below its standard error over the held-out runs is a toss-up and does not count as lost: few
    members stay best, and a mixture is the safer of two equals.
    """
    followed = [fold.held_out.losses(np.eye(fold.held_out.members)[fold.leader][None]) for fold in folds]
    excess = [fold.losses(shrinkage, regime) - alone for fold, alone in zip(folds, followed, strict=True)]
    score, mean = float(np.concatenate(followed).mean()), float(np.concatenate(excess).mean())
    runs = [float(part.mean()) for part in excess]
    error = float(np.std(runs, ddof=1) / np.sqrt(len(runs))) if len(runs) > 1 else 0.0
    return score, mean > max(error, TIE * score)


def _candidates(evidence: Evidence) -> list[Shrinkage]:
    single = len(np.unique(evidence.series)) == 1
    series = (np.inf,) if single else SERIES_K
    blocks = (np.inf,) if evidence.horizon == 1 else BLOCK_K
    grid = [Shrinkage(entropy=e, block=b, series=s) for e, s, b in product(ENTROPIES[1:], series, blocks)]
    freedom = sorted(grid, key=lambda c: (np.isfinite(c.block) + np.isfinite(c.series), -c.entropy))
    return [Shrinkage(), *freedom]


def _folds(evidence: Evidence) -> list[_Fold]:
    """Hold out runs of cutoffs; where there are too few for that, series."""
    if len(evidence) == 0:
        return []
    size, cutoff = int(evidence.series.max()) + 1, relative_rows(evidence.series, evidence.cutoff)
    span = np.zeros(size, dtype=np.int64)
    np.maximum.at(span, evidence.series, cutoff + 1)
    if int(span.max()) < LEAST_HORIZONS * evidence.horizon:
        return _folds_of_series(evidence)
    least = LEAST_POINTS * evidence.members
    folds = []
    for share, following in zip(STARTS, (*STARTS[1:], 1.0), strict=True):
        start, end = (np.ceil(span * part).astype(np.int64)[evidence.series] for part in (share, following))
        known = evidence.take(cutoff + evidence.step < start)
        held_out = evidence.take((cutoff >= start) & (cutoff < end))
        if len(known) < least or len(held_out) == 0:
            continue
        many = len(np.unique(evidence.series)) > 1
        folds.append(_fold(known, held_out, with_series=many, share=share))
    return folds


def _folds_of_series(evidence: Evidence) -> list[_Fold]:
    """Hold out every n-th series: many series tell which member to trust where a short time does not."""
    series = np.unique(evidence.series)
    if len(series) < LEAST_SERIES:
        return []
    least = LEAST_POINTS * evidence.members
    group = np.searchsorted(series, evidence.series) % SERIES_FOLDS
    folds = []
    for one in range(SERIES_FOLDS):
        known, held_out = evidence.take(group != one), evidence.take(group == one)
        if len(known) < least or len(held_out) == 0:
            return []
        folds.append(_fold(known, held_out, with_series=False, share=1.0 - 1.0 / SERIES_FOLDS))
    return folds


def _fold(known: Evidence, held_out: Evidence, *, with_series: bool, share: float) -> _Fold:
    """Fit what is known, a `share` of all, to be judged on what is held out."""
    ends = block_ends(known, LEAST_POINTS * known.members)
    solver = Solver(entropies=ENTROPIES, factor=1.0 / share)
    fits = fit_regimes(known, ends, with_series, regimes_present(known), solver)
    leader = int(np.argmin(_member_scores([known])))
    return _Fold(fits=fits, ends=ends, held_out=held_out, leader=leader)


def _score(folds: Sequence[_Fold], shrinkage: Shrinkage, regime: float | None) -> float:
    return float(np.concatenate([fold.losses(shrinkage, regime) for fold in folds]).mean())


def _member_scores(parts: Sequence[Evidence]) -> Floats:
    members = parts[0].members
    return np.array([np.concatenate([part.losses(one[None]) for part in parts]).mean() for one in np.eye(members)])


def _without_validation(evidence: Evidence) -> Choice:
    if len(evidence) < LEAST_POINTS * evidence.members:
        return Choice(shrinkage=Shrinkage(), regime=None, member=None, scores={}, validated=False)
    ends = np.array([evidence.horizon])
    fits = fit_regimes(evidence, ends, False, False, Solver(entropies=path_to(CAUTIOUS.entropy)))
    weights = point_weights(fits.tables(CAUTIOUS, None), fits.both.owners, ends, evidence)
    loss = float(evidence.losses(weights).mean())
    members = _member_scores([evidence])
    equal = np.full((1, evidence.members), 1.0 / evidence.members)
    scores = {"combination": loss, "one regime": loss, "equal weights": float(evidence.losses(equal).mean())}
    scores |= {str(i): float(score) for i, score in enumerate(members)}
    # what was best on targets that the weights were fitted to says too little to give up combining
    return Choice(shrinkage=CAUTIOUS, regime=None, member=None, scores=scores, validated=False)
