"""A roofline of a machine's own: what a kernel costs by its counts, with rates that were measured on the machine.

    seconds = a + b x steps + c x FLOPs + d x bytes

a to d are at least 0, one set a class and fitted to relative errors, so that more work is never faster. It serves
processors, and cards that the catalogue does not hold. On a processor kernels do not overlap with their launches, so a
holds the launch as well. Steps cost by cell, since LSTM and GRU are loops of kernels there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sextet.planner.kernel import kind_of
from sextet.planner.operations import (
    Attention,
    Convolution,
    Gemm,
    Normalisation,
    Operation,
    Recurrent,
)

Array: TypeAlias = NDArray[np.float64]
Limit = Literal["launches", "sequential steps", "arithmetic", "memory"]

# What a feature is worth before anything is measured: it decides only where kernels do not tell features apart.
_GUESS: dict[Limit, float] = {"launches": 2e-5, "sequential steps": 1e-4, "arithmetic": 2e-11, "memory": 2e-10}
CACHED = 2.0**19
"""Bytes from which on an element-wise kernel may take longer for each: what it moves no longer lies in a near cache."""

_PULL = 0.02
"""Weight of the guess, in measurements."""

_STRAY = 0.15
"""Relative error from which on a measurement counts less: something ran beside it, or no term of the roofline is it."""


@dataclass(frozen=True)
class Features:
    """What the cost of a class is a sum of: by name, what more of it is called, and its amount."""

    limits: tuple[Limit, ...]
    amounts: Callable[[Any], tuple[float, ...]]


def _gemm(one: Gemm) -> tuple[float, ...]:
    return 1.0, float(one.batch), one.flops, one.bytes()


def _convolution(one: Convolution) -> tuple[float, ...]:
    # the arrays of the product it amounts to are made in memory, and read again
    return 1.0, one.flops, one.gemm.bytes() + one.bytes()


def _attention(one: Attention) -> tuple[float, ...]:
    return 1.0, float(one.batch * one.heads), one.flops, one.bytes()


def _recurrent(one: Recurrent) -> tuple[float, ...]:
    lstm = one.cell == "lstm"
    steps = (float(one.sequential * lstm), float(one.sequential * (not lstm)))
    forward = (1.0, *steps, one.flops, one.bytes())
    nothing = (0.0,) * len(forward)
    if one.direction == "forward":
        return (*forward, *nothing)
    return (*nothing, *forward)


def _elementwise(one: Any) -> tuple[float, ...]:
    return 1.0, one.flops, one.bytes(), max(0.0, one.bytes() - CACHED)


def _normalisation(one: Normalisation) -> tuple[float, ...]:
    moved, kinds = one.bytes(), ("softmax", "layer", "batch")
    return (1.0, *(moved * (one.kind == kind) for kind in kinds), float(one.kind != "softmax"))


def _update(one: Any) -> tuple[float, ...]:
    return 1.0, one.bytes()


_PASS: tuple[Limit, ...] = ("launches", "sequential steps", "sequential steps", "arithmetic", "memory")
FEATURES: dict[str, Features] = {
    "gemm": Features(("launches", "launches", "arithmetic", "memory"), _gemm),
    "convolution": Features(("launches", "arithmetic", "memory"), _convolution),
    "recurrent": Features(_PASS + _PASS, _recurrent),
    "attention": Features(("launches", "launches", "arithmetic", "memory"), _attention),
    "elementwise": Features(("launches", "arithmetic", "memory", "memory"), _elementwise),
    "normalisation": Features(("launches", "memory", "memory", "memory", "launches"), _normalisation),
    "update": Features(("launches", "memory"), _update),
}


def amounts(kind: str, operations: Sequence[Operation]) -> Array:
    """Return the features of operations of one class, [operations, features]."""
    return np.array([FEATURES[kind].amounts(one) for one in operations], dtype=float)


@dataclass(frozen=True)
class Own:
    """The cost of one class: seconds by feature."""

    kind: str
    cost: Array

    def each(self, operations: Sequence[Operation]) -> Array:
        """Return the seconds of operations, [operations]."""
        found: Array = amounts(self.kind, operations) @ self.cost
        return found

    def limits(self, operations: Sequence[Operation], counts: Array) -> dict[str, float]:
        """Return their seconds, each so many times, by what more of would save them."""
        found: dict[str, float] = {}
        shares = (counts @ amounts(self.kind, operations)) * self.cost
        for limit, seconds in zip(FEATURES[self.kind].limits, shares.tolist(), strict=True):
            found[limit] = found.get(limit, 0.0) + seconds
        return found


def fit(kind: str, rows: Sequence[Sequence[Operation]], seconds: Sequence[float]) -> Own:
    """Fit the costs of a class to measured sums of operations, by weights that are found anew (Huber 1981)."""
    guess = np.array([_GUESS[limit] for limit in FEATURES[kind].limits])
    measured = np.asarray(seconds, dtype=float)
    table = np.array([amounts(kind, row).sum(axis=0) for row in rows]) * guess / measured[:, None]
    pull = np.sqrt(_PULL / len(guess)) * np.eye(len(guess))
    # The guess says how features relate; how fast the machine is comes from the measurements.
    level = float(np.exp(-np.mean(np.log(table.sum(axis=1)))))
    weights, found = np.ones(len(measured)), np.zeros(len(guess))
    for _ in range(6):
        system = np.vstack([table * weights[:, None], pull / level])
        found = nonnegative(system, np.concatenate([weights, np.diag(pull)]))
        missing = np.maximum(np.abs(1 - table @ found), 1e-9)
        weights = np.sqrt(np.minimum(1.0, _STRAY / missing))
    return Own(kind, found * guess)


def nonnegative(system: Array, aim: Array) -> Array:
    """Solve least squares with no value below 0 (Lawson and Hanson 1974, chapter 23)."""
    count = system.shape[1]
    free, found = np.zeros(count, dtype=bool), np.zeros(count)
    for _ in range(3 * count):
        slope = system.T @ (aim - system @ found)
        if free.all() or np.max(slope[~free]) <= 1e-12 * max(1.0, float(np.abs(slope).max())):
            break
        free[np.argmax(np.where(free, -np.inf, slope))] = True
        found = _inside(system, aim, free, found)
    return found


def _inside(system: Array, aim: Array, free: NDArray[np.bool_], found: Array) -> Array:
    """Return the solution over `free`, which loses what would fall below 0 on the way from `found`."""
    while free.any():
        trial = np.zeros_like(found)
        trial[free] = np.linalg.lstsq(system[:, free], aim, rcond=None)[0]
        if trial[free].min() > 0:
            return trial
        falling = free & (trial <= 0)
        share = np.min(found[falling] / np.maximum(found[falling] - trial[falling], 1e-300))
        found = found + share * (trial - found)
        free &= found > 1e-15
        found = np.where(free, found, 0.0)
    return found


def by_kind(operations: Sequence[tuple[Operation, int]]) -> dict[str, list[tuple[Operation, int]]]:
    """Return operations with their counts by class."""
    found: dict[str, list[tuple[Operation, int]]] = {}
    for one, count in operations:
        found.setdefault(kind_of(one), []).append((one, count))
    return found
