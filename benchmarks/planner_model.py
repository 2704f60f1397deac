"""The coefficients' priors, how they are fitted, and predictions of what was left out of a fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from planner_rows import Table
from sextet.planner.timing.correction import Correction
from sextet.planner.timing.device import CAPABILITIES, LIBRARIES
from sextet.planner.timing.kernels import alone
from sextet.planner.timing.shapes import places

ROWS_PER_FIT = 2000
SCALE = 0.25  # of a residual in log time, beyond which it counts linearly (pseudo-Huber)


@dataclass(frozen=True)
class Prior:
    """A coefficient, lognormal: about `value` by a factor of exp(spread).

    `walk` is the spread between neighbours where there is one value per architecture or library, so that what no
    measurement touches takes its neighbours' value; without it they are independent.
    """

    value: float | tuple[float, ...]
    spread: float
    walk: float = 0.0
    length: int = 1


CARDS, VERSIONS = len(CAPABILITIES), len(LIBRARIES)
_STREAM = {
    "memory": Prior(0.75, 0.2, 0.08, CARDS),
    "library_memory": Prior(1.0, 0.2, 0.2, VERSIONS),
    # Library, PyTorch, TensorFlow: launch of a kernel, and what a framework adds. TensorFlow's is not measured here.
    "floor": Prior((8e-6, 32e-6, 40e-6), 0.15, 0.0, 3),
}
_PRODUCT = _STREAM | {
    "efficiency": Prior(0.75, 0.3, 0.12, CARDS),
    "tensor_efficiency": Prior(0.7, 0.3, 0.15, CARDS),
    "library": Prior(1.0, 0.1, 0.1, VERSIONS),
    "watt": Prior(60.0, 0.2),  # GFLOP/s per W: T4 70 W and 4.3 TFLOPS, P40 250 W and 11.8
    "tensor_watt": Prior(700.0, 0.3),  # A100 data sheet: 312 TFLOPS at 400 W
    "small_tile": Prior(0.15, 0.7),
    "tensor_small_tile": Prior(0.3, 0.7),
    "prologue": Prior(30.0, 0.7),
    "tensor_prologue": Prior(120.0, 0.7),
    "quantised": Prior(0.5, 0.5),
    "shared": Prior(32.0, 0.4),  # bytes per clock and SM
}
_FIXED = {"arithmetic": 0.5}
PRIORS: dict[str, dict[str, Prior]] = {
    "gemm": _PRODUCT,
    "convolution": _PRODUCT
    | {
        "winograd": Prior(1.7, 0.4),  # 2.25 fewer products, less what transforms cost (Lavin and Gray 2016)
        "winograd_moved": Prior(3.0, 0.4),
        "pointwise": Prior(1.0, 0.4),
        "large": Prior(1.0, 0.4),
        "strided": Prior(0.8, 0.4),
        "thin": Prior(0.8, 0.4),
        "inputs": Prior(0.8, 0.4),
        "weights": Prior(0.8, 0.4),
    },
    "recurrent": _PRODUCT
    | {
        "step": Prior(20e-6, 0.5, 0.2, CARDS),
        "step_library": Prior(1.0, 0.2, 0.2, VERSIONS),
        "step_backward": Prior(1.2, 0.3),
        "step_tensor": Prior(0.8, 0.3),
        "bulk": Prior(1.0, 0.2),
        "inputs": Prior(1.0, 0.3),
        "weights": Prior(1.0, 0.2),
    },
    "elementwise": _STREAM,
    "normalisation": _STREAM | {"softmax": Prior(1.3, 0.3), "layer": Prior(1.3, 0.3), "batch": Prior(1.5, 0.05)},
}

Coefficients = dict[str, np.ndarray | float]


def values(name: str, point: np.ndarray) -> Coefficients:
    """Coefficients of class `name` from logarithms relative to their priors."""
    found: Coefficients = dict(_FIXED)
    at = 0
    for key, prior in PRIORS[name].items():
        value = np.asarray(prior.value) * np.exp(point[at : at + prior.length])
        found[key] = value if prior.length > 1 else float(value[0])
        at += prior.length
    if "quantised" in found:
        found["quantised"] = min(1.0, found["quantised"])
    return found


def _penalty(name: str, point: np.ndarray) -> np.ndarray:
    parts, at = [], 0
    for prior in PRIORS[name].values():
        part = point[at : at + prior.length]
        parts.append(np.atleast_1d(part.mean() if prior.walk else part) / prior.spread)
        if prior.walk:
            parts.append(np.diff(part) / prior.walk)
        at += prior.length
    return np.concatenate(parts)


def fit(name: str, table: Table, rows: np.ndarray, start: np.ndarray | None = None, steps: int = 20) -> np.ndarray:
    """Logarithms of the coefficients fitted to at most ROWS_PER_FIT of `rows`, both sources at equal weight."""
    chosen = np.random.default_rng(1).permutation(rows)[:ROWS_PER_FIT]
    shapes, cards = table.take(chosen)
    measured, ours = np.log(table.seconds[chosen]), table.of("source")[chosen] == "DeepBench"
    weight = np.ones(len(chosen))
    if 0 < ours.sum() < len(ours):
        weight[~ours] = min(1.0, ours.sum() / (~ours).sum())

    def residuals(point: np.ndarray) -> np.ndarray:
        left = (np.log(alone(name, shapes, cards, values(name, point))) - measured) / SCALE
        bounded = np.sign(left) * np.sqrt(2 * (np.sqrt(1 + left**2) - 1))
        return np.concatenate([bounded * np.sqrt(weight), _penalty(name, point)])

    size = sum(prior.length for prior in PRIORS[name].values())
    return least_squares(residuals, np.zeros(size) if start is None else start, max_nfev=steps).x


def left_over(name: str, table: Table, rows: np.ndarray, found: Coefficients) -> np.ndarray:
    """Log of measured over computed time, less its median for each card, precision and software.

    A card's own median says how good that one card was, not how the shapes differ.
    """
    shapes, cards = table.take(rows)
    left = np.log(table.seconds[rows] / alone(name, shapes, cards, found))
    kinds = np.array([table.rows[row].card + table.rows[row].source + table.rows[row].software for row in rows])
    for kind in np.unique(kinds):
        left[kinds == kind] -= np.median(left[kinds == kind])
    return left


def corrected(name: str, table: Table, rows: np.ndarray, found: Coefficients) -> Correction:
    """The correction fitted to `rows`."""
    shapes, cards = table.take(rows)
    left = left_over(name, table, rows, found)
    return Correction.fit(places(name, shapes, cards), cards.architecture, left)


@dataclass(frozen=True)
class LeftOut:
    """Predictions of rows that the fit had not seen, seconds; how near the shapes it had seen lie; two baselines.

    `each` holds, for every fit, which rows it had not seen and its predictions of all rows.
    """

    predicted: np.ndarray
    near: np.ndarray
    constant: np.ndarray
    roofline: np.ndarray
    each: list[tuple[np.ndarray, np.ndarray]]


def roofline(name: str, table: Table) -> np.ndarray:
    """Seconds by peak rate and bandwidth alone."""
    flops = np.array([row.operation.flops for row in table.rows])
    moved = np.array([row.operation.bytes("float32") / 4 for row in table.rows]) * table.cards.size
    return np.maximum(flops / table.cards.rate, moved / table.cards.bandwidth)


def folds(groups: np.ndarray, most: int = 8) -> Iterator[np.ndarray]:
    """Rows to leave out together: whole groups, several to a fold where there are more than `most`."""
    names = np.unique(groups)
    place = dict(zip(names, np.random.default_rng(0).permutation(len(names)) % most, strict=True))
    of = np.array([place[name] for name in groups]) if len(names) > 2 * most else np.searchsorted(names, groups)
    for fold in np.unique(of):
        yield of == fold


def leave_out(name: str, table: Table, groups: np.ndarray, say: Callable[[str], None] = lambda _: None) -> LeftOut:
    """Predict every group from a fit to the others."""
    everything = np.arange(len(table.rows))
    start = fit(name, table, everything)
    predicted, near, constant = (np.zeros(len(everything)) for _ in range(3))
    each = []
    for out in folds(groups):
        kept, left = everything[~out], everything[out]
        # The start has seen all rows; six steps of Gauss and Newton from it end where they would from the priors.
        found = values(name, fit(name, table, kept, start, steps=6))
        correction = corrected(name, table, kept, found)
        where = places(name, table.shapes, table.cards)
        factor = np.exp(correction(where, table.cards.architecture))
        each.append((out, alone(name, table.shapes, table.cards, found) * factor))
        predicted[left] = each[-1][1][out]
        near[left] = correction.near(where[out])
        constant[left] = np.median(table.seconds[kept])
        say(f"{name}: {out.sum()} left out")
    return LeftOut(predicted, near, constant, roofline(name, table), each)
