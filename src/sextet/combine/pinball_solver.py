"""The convex problem behind the ensemble weights: least mean pinball over the simplex.

    minimise  sum_n c_n rho_{tau_n}(y_n - sum_m w_m a_{nm})   with  w >= 0,  sum_m w_m = 1,
    rho_tau(r) = max(tau r, (tau - 1) r) = (tau - 1/2) r + |r| / 2      (Koenker & Bassett 1978)

Solved by a path-following interior point method (Boyd & Vandenberghe 2004, chapter 11): |r| is smoothed to
sqrt(r^2 + eps^2), the bounds become a log barrier, and damped Newton steps follow the minimiser while both
fade. A problem has as many unknowns as members, so a step costs one pass over the data. Many problems (a
block of steps, a series) are solved side by side as one batch. There is no randomness.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FADES = (0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
_STEPS = np.array([1.0, 0.7, 0.4, 0.2, 0.1, 0.04, 0.01, 0.001])
_NEWTON = 12


@dataclass(frozen=True, kw_only=True)
class PinballProblems:
    """P problems of the same padded size.

    Attributes:
        answers: `[P, N, M]` what each member said.
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
        loss: `[P]` mean pinball at `weights`.
        gap: `[P]` proven bound on how far `loss` lies above the optimum.
    """

    weights: Floats
    loss: Floats
    gap: Floats


def solve(problems: PinballProblems, tolerance: float = 1e-4) -> PinballSolution:
    """Minimise the mean pinball of P problems over the simplex.

    Args:
        problems: the data; all values finite.
        tolerance: relative distance from the optimum at which a batch may stop.
    """
    count, _, members = problems.answers.shape
    centre = problems.answers.mean(axis=2)
    # Weights sum to one, so a shift shared by target and members changes no residual but saves digits.
    answers = problems.answers - centre[:, :, None]
    target = problems.target - centre
    tilt = problems.levels - 0.5
    weights = np.full((count, members), 1.0 / members)
    if members == 1:
        loss = _loss(answers, target, tilt, problems.weight, weights)
        return PinballSolution(weights=weights, loss=loss, gap=np.zeros(count))
    start = _loss(answers, target, tilt, problems.weight, weights)
    bound = np.zeros(count)
    for fade in _FADES:
        loss = _loss(answers, target, tilt, problems.weight, weights)
        scale = np.maximum(loss, 1e-12 * np.maximum(start, 1e-300))
        stage = _Stage(answers, target, tilt, problems.weight, fade * scale, 0.5 * fade * scale / members)
        weights = stage.descend(weights)
        bound = np.maximum(bound, stage.lower_bound(weights))
        loss = _loss(answers, target, tilt, problems.weight, weights)
        if bool(np.all(loss - bound <= 0.9 * tolerance * loss + 1e-12 * start)):
            break
    weights, loss = _polish(answers, target, tilt, problems.weight, weights)
    return PinballSolution(weights=weights, loss=loss, gap=np.maximum(loss - bound, 0.0))


class _Stage:
    """The smoothed problem with barrier at one point of the path."""

    def __init__(
        self, answers: Floats, target: Floats, tilt: Floats, weight: Floats, smooth: Floats, barrier: Floats
    ) -> None:
        self.answers, self.target, self.tilt, self.weight = answers, target, tilt, weight
        self.smooth, self.barrier = smooth[:, None], barrier[:, None]

    def descend(self, weights: Floats) -> Floats:
        """Take damped Newton steps from `weights` until they no longer lower the objective."""
        for _ in range(_NEWTON):
            residual = self.target - _combine(self.answers, weights)
            gradient, hessian = self._derivatives(residual, weights)
            step = _newton_step(gradient, hessian)
            decrement = -(gradient * step).sum(axis=1)
            if bool(np.all(decrement <= 0.02 * self.barrier[:, 0])):
                break
            weights = weights + self._length(residual, weights, step)[:, None] * step
            weights = np.maximum(weights, 1e-14)
            weights = weights / weights.sum(axis=1, keepdims=True)
        return weights

    def lower_bound(self, weights: Floats) -> Floats:
        """Return a bound `[P]` below the optimum, from convexity and from smoothing adding at most eps / 2."""
        residual = self.target - _combine(self.answers, weights)
        gradient = self._loss_gradient(residual)
        gap = (gradient * weights).sum(axis=1) - gradient.min(axis=1)
        soft = np.sqrt(residual**2 + self.smooth**2)
        smoothed = (self.weight * (self.tilt * residual + 0.5 * soft)).sum(axis=1)
        bound: Floats = smoothed - gap - 0.5 * self.smooth[:, 0]
        return bound

    def _loss_gradient(self, residual: Floats) -> Floats:
        soft = np.sqrt(residual**2 + self.smooth**2)
        pull = self.weight * (self.tilt + 0.5 * residual / soft)
        gradient: Floats = -np.matmul(pull[:, None, :], self.answers)[:, 0]
        return gradient

    def _derivatives(self, residual: Floats, weights: Floats) -> tuple[Floats, Floats]:
        soft = np.sqrt(residual**2 + self.smooth**2)
        gradient = self._loss_gradient(residual) - self.barrier / weights
        bend = self.weight * 0.5 * self.smooth**2 / soft**3
        hessian = np.matmul((self.answers * bend[:, :, None]).transpose(0, 2, 1), self.answers)
        hessian += (self.barrier / weights**2)[:, :, None] * np.eye(weights.shape[1])
        return gradient, hessian

    def _length(self, residual: Floats, weights: Floats, step: Floats) -> Floats:
        """Return the best of a few step lengths `[P]` that stay inside the simplex; 0 where none helps."""
        with np.errstate(divide="ignore"):
            room = np.where(step < 0, -weights / np.where(step < 0, step, -1.0), np.inf).min(axis=1)
        longest = np.minimum(1.0, 0.95 * room)
        along = _combine(self.answers, step)
        best = self._objective(residual, weights)
        chosen = np.zeros(len(weights))
        for share in _STEPS:
            length = share * longest
            value = self._objective(residual - length[:, None] * along, weights + length[:, None] * step)
            better = value < best
            best, chosen = np.where(better, value, best), np.where(better, length, chosen)
            if share < 1.0 and bool(np.all(chosen > length)):
                break
        return chosen

    def _objective(self, residual: Floats, weights: Floats) -> Floats:
        soft = np.sqrt(residual**2 + self.smooth**2)
        loss = (self.weight * (self.tilt * residual + 0.5 * soft)).sum(axis=1)
        value: Floats = loss - self.barrier[:, 0] * np.log(weights).sum(axis=1)
        return value


def _newton_step(gradient: Floats, hessian: Floats) -> Floats:
    """Solve the Newton system `[P, M]` on the plane where the weights keep their sum."""
    ones = np.ones_like(gradient)
    solved = np.linalg.solve(hessian, np.stack([gradient, ones], axis=2))
    multiplier = solved[:, :, 0].sum(axis=1) / solved[:, :, 1].sum(axis=1)
    step: Floats = -(solved[:, :, 0] - multiplier[:, None] * solved[:, :, 1])
    return step


def _polish(
    answers: Floats, target: Floats, tilt: Floats, weight: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Clear the traces that the barrier leaves on unused members, and prefer a single member that is as good."""
    count, members = weights.shape
    loss = _loss(answers, target, tilt, weight, weights)
    corners = [np.broadcast_to(row, (count, members)) for row in np.eye(members)]
    for floor in (1e-5, 1e-4, 1e-3):
        cleared = np.where(weights < floor, 0.0, weights)
        corners.append(cleared / cleared.sum(axis=1, keepdims=True))
    for candidate in corners:
        value = _loss(answers, target, tilt, weight, candidate)
        better = value <= loss
        weights = np.where(better[:, None], candidate, weights)
        loss = np.minimum(value, loss)
    return weights, loss


def _combine(answers: Floats, weights: Floats) -> Floats:
    combined: Floats = np.matmul(answers, weights[:, :, None])[:, :, 0]
    return combined


def _loss(answers: Floats, target: Floats, tilt: Floats, weight: Floats, weights: Floats) -> Floats:
    residual = target - _combine(answers, weights)
    loss: Floats = (weight * (tilt * residual + 0.5 * np.abs(residual))).sum(axis=1)
    return loss
