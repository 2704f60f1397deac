"""The convex problem behind the ensemble weights: least mean pinball over the simplex.

    minimise  sum_n c_n rho_{tau_n}(y_n - sum_m w_m a_{nm})   with  w >= 0,  sum_m w_m = 1,
    rho_tau(r) = max(tau r, (tau - 1) r) = (tau - 1/2) r + |r| / 2      (Koenker & Bassett 1978)

plus, where weights are to stay near equal ones, `entropy` times the loss of equal weights times
KL(w || equal) = sum_m w_m log(M w_m): a member as good as the others keeps its share, a bad one loses it
exponentially fast in how bad it is. The problem stays convex.

Solved by a path-following interior point method (Boyd & Vandenberghe 2004, chapter 11): |r| is smoothed to
sqrt(r^2 + eps^2), the bounds become a log barrier, and damped Newton steps follow the minimiser while both
fade. A problem has as many unknowns as members, so a step costs one pass over the data. Many problems (a
block of steps, a series) are solved side by side as one batch. There is no randomness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FADES = (0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
_AGAIN = _FADES[2:] * 3  # where the optimum lies far below the start: the same fades of the loss reached by then
_STEPS = np.array([1.0, 0.7, 0.4, 0.2, 0.1, 0.04, 0.01, 0.001])
_NEWTON = 12


@dataclass(frozen=True, kw_only=True)
class PinballProblems:
    """P problems of the same padded size.

    Attributes:
        answers: `[P, M, N]` what each member said; members first, so that passes over the data run along it.
        target: `[P, N]`.
        levels: `[N]` quantile level of each term.
        weight: `[P, N]` weight of each term, 0 for padding; each row sums to one.
    """

    answers: Floats
    target: Floats
    levels: Floats
    weight: Floats


@dataclass(frozen=True, kw_only=True)
class PinballSolution:
    """What the solver found.

    Attributes:
        weights: `[P, M]`, non-negative, summing to one.
        loss: `[P]` mean pinball at `weights`, plus the entropy term.
        gap: `[P]` proven bound on how far `loss` lies above the optimum.
    """

    weights: Floats
    loss: Floats
    gap: Floats


def solve(problems: PinballProblems, entropy: float = 0.0, tolerance: float = 1e-4) -> PinballSolution:
    """Minimise the mean pinball of P problems over the simplex.

    Args:
        problems: the data; all values finite.
        entropy: pull towards equal weights, in units of the loss of equal weights; 0: none.
        tolerance: relative distance from the optimum at which the batch may stop.
    """
    data = _Centred.of(problems, entropy)
    weights = data.equal_weights()
    start = data.loss(weights)
    bound = np.zeros(len(start))
    loss = start
    for fade in (*_FADES, *_AGAIN) if data.members > 1 else ():
        scale = np.maximum(loss, 1e-12 * np.maximum(start, 1e-300))
        faded = fade * scale
        stage = _Stage(data, smooth=faded, barrier=0.5 * faded / data.members, accuracy=0.03 * faded)
        weights = stage.descend(weights)
        bound = np.maximum(bound, stage.lower_bound(weights))
        loss = data.loss(weights)
        if bool(np.all(loss - bound <= 0.9 * tolerance * loss + 1e-12 * start)):
            break
    weights, loss = _polish(data, weights, loss)
    gap = np.maximum(loss - bound, 0.0) if data.members > 1 else np.zeros(len(start))
    return PinballSolution(weights=weights, loss=loss, gap=gap)


def solve_path(problems: PinballProblems, entropies: Sequence[float]) -> Floats:
    """Return weights `[K, P, M]` for K falling strengths of `entropy`, each starting from the one before.

    Meant for choosing a strength: residuals stay smoothed at a hundredth of the loss and single precision is
    used, both far below what sampling error does to weights; the whole path is cheaper than one `solve`.
    """
    data = _Centred.of(problems, 0.0, np.float32)
    weights = data.equal_weights()
    start = np.maximum(data.loss(weights), 1e-300)
    path = []
    for entropy in entropies:
        if np.isfinite(entropy) and data.members > 1:
            bent = replace(data, entropy=entropy * start)
            weights = _Stage(bent, smooth=0.01 * start, barrier=1e-5 * start, accuracy=2e-5 * start).descend(weights)
        path.append(weights)
    return np.stack(path)


@dataclass(frozen=True, kw_only=True)
class _Centred:
    """The data of problems, moved so that the members' mean is 0 in each row.

    Weights sum to one, so a shift shared by target and members changes no residual but saves digits.
    """

    answers: NDArray[np.floating]
    target: NDArray[np.floating]
    tilt: NDArray[np.floating]
    weight: NDArray[np.floating]
    entropy: Floats  # [P]

    @classmethod
    def of(cls, problems: PinballProblems, entropy: float, dtype: type[np.floating] = np.float64) -> _Centred:
        centre = problems.answers.mean(axis=1)
        data = cls(
            answers=(problems.answers - centre[:, None, :]).astype(dtype, copy=False),
            target=(problems.target - centre).astype(dtype, copy=False),
            tilt=(problems.levels - 0.5).astype(dtype),
            weight=problems.weight.astype(dtype, copy=False),
            entropy=np.zeros(len(centre)),
        )
        return replace(data, entropy=entropy * data.loss(data.equal_weights())) if entropy else data

    @property
    def members(self) -> int:
        return int(self.answers.shape[1])

    def equal_weights(self) -> Floats:
        return np.full((len(self.target), self.members), 1.0 / self.members)

    def combined(self, weights: Floats) -> NDArray[np.floating]:
        share = weights.astype(self.answers.dtype)
        total = share[:, :1] * self.answers[:, 0]
        for member in range(1, self.members):
            total += share[:, member, None] * self.answers[:, member]
        return np.asarray(total)

    def residual(self, weights: Floats) -> NDArray[np.floating]:
        return np.asarray(self.target - self.combined(weights))

    def pinball(self, residual: NDArray[np.floating], magnitude: NDArray[np.floating]) -> Floats:
        """Mean pinball `[P]` of residuals whose absolute values, or a smooth stand-in, are `magnitude`."""
        return np.asarray((self.weight * (self.tilt * residual + 0.5 * magnitude)).sum(axis=1), dtype=np.float64)

    def divergence(self, weights: Floats) -> Floats:
        """Entropy term `[P]`; 0 log 0 is 0."""
        logs = np.log(np.maximum(weights * self.members, 1e-300))
        return np.asarray(self.entropy * (weights * logs).sum(axis=1))

    def loss(self, weights: Floats) -> Floats:
        residual = self.residual(weights)
        return self.pinball(residual, np.abs(residual)) + self.divergence(weights)


class _Stage:
    """The smoothed problem with barrier at one point of the path."""

    def __init__(self, data: _Centred, smooth: Floats, barrier: Floats, accuracy: Floats) -> None:
        self.data = data
        self.smooth, self.barrier = smooth[:, None].astype(data.answers.dtype), barrier[:, None]
        self.accuracy = accuracy

    def descend(self, weights: Floats) -> Floats:
        """Take damped Newton steps from `weights` until they no longer lower the objective."""
        residual = self.data.residual(weights)
        for _ in range(_NEWTON):
            gradient, hessian = self._derivatives(residual, weights)
            step = _newton_step(gradient, hessian)
            decrement = -(gradient * step).sum(axis=1)
            if bool(np.all(decrement <= self.accuracy)):
                break
            length = self._length(residual, weights, step)
            if not length.any():
                break
            weights = weights + length[:, None] * step
            weights = np.maximum(weights, 1e-14)
            weights = weights / weights.sum(axis=1, keepdims=True)
            residual = self.data.residual(weights)
        return weights

    def lower_bound(self, weights: Floats) -> Floats:
        """Return a bound `[P]` below the optimum, from convexity and from smoothing adding at most eps / 2."""
        residual = self.data.residual(weights)
        soft = self._soft(residual)
        gradient = self._gradient(residual, soft, weights)
        gap = (gradient * weights).sum(axis=1) - gradient.min(axis=1)
        smoothed = self.data.pinball(residual, soft) + self.data.divergence(weights)
        return np.asarray(smoothed - gap - 0.5 * self.smooth[:, 0])

    def _soft(self, residual: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.asarray(np.sqrt(residual * residual + self.smooth**2))

    def _gradient(self, residual: NDArray[np.floating], soft: NDArray[np.floating], weights: Floats) -> Floats:
        pull = self.data.weight * (self.data.tilt + 0.5 * residual / soft)
        entropy = self.data.entropy[:, None] * (np.log(weights * weights.shape[1]) + 1.0)
        return np.asarray(entropy - np.matmul(self.data.answers, pull[:, :, None])[:, :, 0])

    def _derivatives(self, residual: NDArray[np.floating], weights: Floats) -> tuple[Floats, Floats]:
        soft = self._soft(residual)
        gradient = self._gradient(residual, soft, weights) - self.barrier / weights
        bend = self.data.weight * (0.5 * self.smooth**2) / (soft * soft * soft)
        answers = self.data.answers
        hessian = np.matmul(answers * bend[:, None, :], answers.transpose(0, 2, 1))
        curvature = self.data.entropy[:, None] / weights + self.barrier / weights**2
        return gradient, np.asarray(hessian + curvature[:, :, None] * np.eye(weights.shape[1]))

    def _length(self, residual: NDArray[np.floating], weights: Floats, step: Floats) -> Floats:
        """Return the longest of a few step lengths `[P]` that lowers the objective enough; 0 where none does."""
        with np.errstate(divide="ignore"):
            room = np.where(step < 0, -weights / np.where(step < 0, step, -1.0), np.inf).min(axis=1)
        longest = np.minimum(1.0, 0.95 * room)
        along = self.data.combined(step)
        start = self._objective(residual, weights)
        best, chosen = start, np.zeros(len(weights))
        for share in _STEPS:
            length = share * longest
            moved = residual - length[:, None].astype(along.dtype) * along
            value = self._objective(moved, weights + length[:, None] * step)
            better = value < best
            best, chosen = np.where(better, value, best), np.where(better, length, chosen)
            if bool(np.all((chosen > 0) | (value <= start * (1 + 1e-12)))):
                break
        return chosen

    def _objective(self, residual: NDArray[np.floating], weights: Floats) -> Floats:
        loss = self.data.pinball(residual, self._soft(residual))
        barrier = self.barrier[:, 0] * np.log(weights).sum(axis=1)
        return np.asarray(loss + self.data.divergence(weights) - barrier)


def _newton_step(gradient: Floats, hessian: Floats) -> Floats:
    """Solve the Newton system `[P, M]` on the plane where the weights keep their sum."""
    ones = np.ones_like(gradient)
    solved = np.linalg.solve(hessian, np.stack([gradient, ones], axis=2))
    multiplier = solved[:, :, 0].sum(axis=1) / solved[:, :, 1].sum(axis=1)
    return np.asarray(-(solved[:, :, 0] - multiplier[:, None] * solved[:, :, 1]))


def _polish(data: _Centred, weights: Floats, loss: Floats) -> tuple[Floats, Floats]:
    """Clear the traces that the barrier leaves on unused members, and prefer a single member that is as good."""
    candidates = [np.broadcast_to(row, weights.shape) for row in np.eye(data.members)]
    for floor in (1e-5, 1e-4, 1e-3):
        cleared = np.where(weights < floor, 0.0, weights)
        candidates.append(cleared / cleared.sum(axis=1, keepdims=True))
    for candidate in candidates:
        value = data.loss(candidate)
        better = value <= loss
        weights = np.where(better[:, None], candidate, weights)
        loss = np.minimum(value, loss)
    return weights, loss
