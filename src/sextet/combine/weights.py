"""Weights of the members: learned on validation, by block of steps, series and regime; non-negative, summing to one.

A combined quantile is the weighted mean of the members' quantiles (Vincentisation), which keeps quantiles
from crossing. Weights minimise the mean pinball over levels, windows, steps and series in scaled space.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sextet.combine.evidence import Evidence, gather_evidence, refuse_missing
from sextet.combine.weight_search import (
    TIE,
    Choice,
    fit_regimes,
    path_to,
    regimes_present,
    search,
    table_rows,
)
from sextet.combine.weight_table import Shrinkage, Solver, block_ends
from sextet.core.errors import SextetError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_POINTS_A_BLOCK = 200
_WINDOWS_A_TIME = 1024


@dataclass(frozen=True, kw_only=True)
class EnsembleWeights:
    """Weights of M members; never changed in place.

    Attributes:
        names: `[M]` members.
        horizon: H they were learned for.
        ends: `[B]` last step + 1 of each block of steps.
        table: `[R, 1 + G, B, M]`: R = 1, or 2 for the calm and the spiky regime; row 0 for any series, then
            those with weights of their own.
        owners: `[G]` series numbers, ascending.
        member: the member that the ensemble became because combining lost on validation, or None.
        scores: mean pinball, cross-validated on validation: "combination", "equal weights", "one regime" and each
            member; empty where there was too little data.
        choice: the shrinkage chosen, for the report.
        notes: what the user should know, one sentence each.
    """

    names: tuple[str, ...]
    horizon: int
    ends: Ints
    table: Floats
    owners: Ints
    member: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    choice: Mapping[str, float | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def equal(cls, names: Sequence[str], horizon: int, note: str = "") -> EnsembleWeights:
        """Return the same weight for every member."""
        return cls(
            names=tuple(names),
            horizon=horizon,
            ends=np.array([horizon]),
            table=np.full((1, 1, 1, len(names)), 1.0 / len(names)),
            owners=np.zeros(0, dtype=np.int64),
            notes=(note,) if note else (),
        )

    @property
    def uses_regime(self) -> bool:
        """Whether weights depend on the regime."""
        return len(self.table) > 1

    def of(
        self,
        series: NDArray[np.integer],
        regime: NDArray[np.floating] | None = None,
        horizon: int | None = None,
    ) -> Floats:
        """Return `[W, H, M]` the weights of each window and step; they sum to one over the members.

        Args:
            series: `[W]` series numbers of the training panel; -1, or one never weighed, gets the common weights.
            regime: `[W, H]` probability of a spike, 0..1; None: calm.
            horizon: H; steps beyond the one learned take the last block's weights.
        """
        steps = np.minimum(np.arange(horizon or self.horizon), self.horizon - 1)
        block = np.searchsorted(self.ends, steps, side="right")
        row = table_rows(self.owners, np.asarray(series))
        weights = self.table[0][row[:, None], block[None, :]]
        if self.uses_regime and regime is not None:
            spike = np.clip(np.nan_to_num(np.asarray(regime, dtype=np.float64)), 0.0, 1.0)[:, :, None]
            weights = weights + spike * (self.table[1][row[:, None], block[None, :]] - weights)
        return np.asarray(weights)

    def apply(
        self,
        answers: NDArray[np.floating],
        series: NDArray[np.integer],
        regime: NDArray[np.floating] | None = None,
    ) -> NDArray[np.float32]:
        """Combine answers `[M, W, H, Q]` into `[W, H, Q]`.

        Raises:
            SextetError: the members are not the ones that were weighed, or one answered NaN.
        """
        if len(answers) != len(self.names):
            raise SextetError(
                f"The ensemble weighs {len(self.names)} members ({', '.join(self.names)}); "
                f"{len(answers)} answered. Give one answer for each, in this order."
            )
        refuse_missing(answers, self.names)
        windows, horizon, levels = np.shape(answers[0])
        out = np.empty((windows, horizon, levels), dtype=np.float32)
        for start in range(0, windows, _WINDOWS_A_TIME):
            part = slice(start, start + _WINDOWS_A_TIME)
            weights = self.of(series[part], None if regime is None else regime[part], horizon)
            total = np.zeros(out[part].shape)
            for m, member in enumerate(answers):
                total += weights[:, :, m, None] * member[part]
            out[part] = total
        return out

    def report(self) -> dict[str, object]:
        """Return what the report draws, as plain lists and numbers: weights by step of each member."""
        calm = self.of(np.array([-1]), np.zeros((1, self.horizon)))[0]
        view: dict[str, object] = {
            "members": list(self.names),
            "horizon": self.horizon,
            "blocks": [int(end) for end in self.ends],
            "weights": {name: [round(float(w), 6) for w in calm[:, m]] for m, name in enumerate(self.names)},
            "series_with_own_weights": len(self.owners),
            "regimes": self.uses_regime,
            "member": self.member,
            "scores": dict(self.scores),
            "choice": dict(self.choice),
            "notes": list(self.notes),
        }
        if self.uses_regime:
            spiky = self.of(np.array([-1]), np.ones((1, self.horizon)))[0]
            view["spike_weights"] = {
                name: [round(float(w), 6) for w in spiky[:, m]] for m, name in enumerate(self.names)
            }
        return view

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return plain arrays for an npz without pickle; `meta` is JSON text."""
        meta = {
            "names": self.names,
            "horizon": self.horizon,
            "member": self.member,
            "scores": dict(self.scores),
            "choice": dict(self.choice),
            "notes": self.notes,
        }
        return {"ends": self.ends, "table": self.table, "owners": self.owners, "meta": np.array(json.dumps(meta))}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> EnsembleWeights:
        """Read what `to_arrays` wrote."""
        meta = json.loads(str(arrays["meta"]))
        return cls(
            names=tuple(meta["names"]),
            horizon=int(meta["horizon"]),
            ends=np.asarray(arrays["ends"], dtype=np.int64),
            table=np.asarray(arrays["table"], dtype=np.float64),
            owners=np.asarray(arrays["owners"], dtype=np.int64),
            member=meta["member"],
            scores=meta["scores"],
            choice=meta["choice"],
            notes=tuple(meta["notes"]),
        )


def fit_weights(
    answers: NDArray[np.floating],
    target: NDArray[np.floating],
    series: NDArray[np.integer],
    levels: Sequence[float],
    names: Sequence[str],
    regime: NDArray[np.floating] | None = None,
    row: NDArray[np.integer] | None = None,
) -> EnsembleWeights:
    """Learn the weights from what members said of windows that they were not trained on.

    Args:
        answers: `[M, W, H, Q]` in scaled space (a list of `[W, H, Q]` will do).
        target: `[W, H]` in scaled space, NaN where missing.
        series: `[W]` series numbers.
        levels: `[Q]`.
        names: `[M]`.
        regime: `[W, H]` probability of a spike, 0..1, or None for one regime.
        row: `[W]` row of each window's first target; None: windows of a series are consecutive, in order.

    Raises:
        SextetError: a member answered NaN (it is named), or shapes do not match.
    """
    _check(answers, target, series, levels, names)
    refuse_missing(answers, names)
    horizon = target.shape[1]
    if len(names) == 1:
        return EnsembleWeights.equal(names, horizon)
    evidence = gather_evidence(answers, target, series, levels, regime, row)
    choice = search(evidence)
    if not choice.scores:
        return EnsembleWeights.equal(
            names, horizon, "Too few observed targets to learn weights from: every member weighs the same."
        )
    return _fitted(evidence, choice, tuple(names))


def refit_weights(weights: EnsembleWeights, evidence: Evidence) -> EnsembleWeights:
    """Fit weights anew on more evidence, drawn together as far as `weights` are; scores and notes stay theirs.

    Equal weights, and those of an ensemble that became one member, stay as they are.
    """
    if weights.member is not None or weights.choice.get("entropy") is None:
        return weights
    kept = {part: np.inf if (k := weights.choice[part]) is None else k for part in ("entropy", "block", "series")}
    ends, owners, table = _tables(evidence, Shrinkage(**kept), weights.choice["regime"])
    return replace(weights, ends=ends, owners=owners, table=table)


def _fitted(evidence: Evidence, choice: Choice, names: tuple[str, ...]) -> EnsembleWeights:
    scores = {names[int(key)] if key.isdigit() else key: value for key, value in choice.scores.items()}
    shared = {
        "entropy": _finite(choice.shrinkage.entropy),
        "block": _finite(choice.shrinkage.block),
        "series": _finite(choice.shrinkage.series),
        "regime": choice.regime,
    }
    if choice.member is not None:
        table, ends = np.eye(len(names))[choice.member][None, None, None], np.array([evidence.horizon])
        owners = np.zeros(0, dtype=np.int64)
    else:
        ends, owners, table = _tables(evidence, choice.shrinkage, choice.regime)
    return EnsembleWeights(
        names=names,
        horizon=evidence.horizon,
        ends=ends,
        table=table,
        owners=owners,
        member=None if choice.member is None else names[choice.member],
        scores=scores,
        choice=shared,
        notes=_notes(choice, names),
    )


def _tables(evidence: Evidence, shrinkage: Shrinkage, regime: float | None) -> tuple[Ints, Ints, Floats]:
    """Fit the weights: the ends of the blocks, the series with weights of their own, and the table."""
    ends = block_ends(evidence, LEAST_POINTS_A_BLOCK)
    with_series = bool(np.isfinite(shrinkage.series))
    with_regime = regime is not None and regimes_present(evidence)
    solver = Solver(entropies=path_to(shrinkage.entropy))
    fits = fit_regimes(evidence, ends, with_series, with_regime, solver)
    return ends, fits.both.owners, fits.tables(shrinkage, regime)


def _notes(choice: Choice, names: Sequence[str]) -> tuple[str, ...]:
    scores, notes = choice.scores, []
    combined = scores["combination"]
    leader = scores.get("best member so far", np.inf)
    if choice.member is not None:
        name, alone = names[choice.member], min(leader, scores[str(choice.member)])
        notes.append(
            f"Combining lost on validation (mean pinball {combined:.4g}) against the best member alone ({alone:.4g}): "
            f"the ensemble is {name}."
        )
    elif leader < combined * (1.0 - TIE):
        notes.append(
            f"On validation the combination (mean pinball {combined:.4g}) and the best member ({leader:.4g}) differ by "
            "less than chance: they are combined."
        )
    if choice.member is None and choice.shrinkage == Shrinkage():
        notes.append("Equal weights did as well on validation as fitted ones: every member weighs the same.")
    if choice.member is None and choice.regime is not None:
        notes.append(
            f"Calm and spiky steps have weights of their own: mean pinball {combined:.4g} "
            f"against {scores['one regime']:.4g} on validation."
        )
    if not choice.validated:
        notes.append("Validation is too short to cross-validate: weights are drawn strongly towards equal ones.")
    return tuple(notes)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _check(
    answers: NDArray[np.floating],
    target: NDArray[np.floating],
    series: NDArray[np.integer],
    levels: Sequence[float],
    names: Sequence[str],
) -> None:
    wanted = (*np.shape(target), len(levels))
    if len(answers) != len(names) or len(names) == 0:
        raise SextetError(f"Expected one answer for each member; got {len(answers)} answers, {len(names)} names.")
    for name, member in zip(names, answers, strict=True):
        if np.shape(member) != wanted:
            raise SextetError(
                f"Member {name!r} must answer {wanted} (windows, steps, quantiles); it answered {np.shape(member)}."
            )
    if len(series) != wanted[0]:
        raise SextetError(f"Expected a series number for each of {wanted[0]} windows; got {len(series)}.")
