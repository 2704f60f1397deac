"""What the formulas miss, as a smooth function of the shape: the same factor for every card of a kind.

Left-over logarithms of measured over computed time are a Gaussian process over the coordinates of `shapes.places`
(Rasmussen and Williams 2006, section 8.3.1, subset of regressors): one part common to all cards, one that fades over
the row of architectures. Bandwidth, rates and multiprocessors do not enter, so the correction cannot turn a better
card into a slower one. Far from what was measured it fades to nothing, and `near` says how far that is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
COMMON, OWN, REACH, NOISE = 0.3, 0.25, 1.0, 0.25
"""Standard deviations of the common part and of the architectures' own, in log time; length over the row of
architectures; noise of a measurement."""


def _alike(places: Array, centres: Array) -> Array:
    alike: Array = np.sum(places**2, axis=1)[:, None] + np.sum(centres**2, axis=1) - 2 * places @ centres.T
    np.maximum(alike, 0.0, out=alike)
    alike *= -0.5
    return np.exp(alike, out=alike)


def _kernel(places: Array, architecture: Array, centres: Array, of: Array) -> Array:
    fade = np.exp(-0.5 * ((architecture[:, None] - of) / REACH) ** 2)
    return _alike(places, centres) * (COMMON**2 + OWN**2 * fade)


@dataclass(frozen=True)
class Correction:
    """A fitted correction of one class.

    Attributes:
        centres: [centres, coordinates].
        architecture: of each centre, [centres].
        weights: [centres].
    """

    centres: Array
    architecture: Array
    weights: Array

    @classmethod
    def fit(cls, places: Array, architecture: Array, left: Array, most: int = 600, seed: int = 0) -> Correction:
        """Fit `left` (log of measured over computed, [rows]) with at most `most` of the rows as centres."""
        chosen = np.random.default_rng(seed).permutation(len(places))[:most]
        centres, of = places[chosen], architecture[chosen].astype(float)
        among = _kernel(places, architecture.astype(float), centres, of)
        within = NOISE**2 * _kernel(centres, of, centres, of)
        system = among.T @ among + within + 1e-4 * np.eye(len(chosen))
        weights = np.linalg.solve(system, among.T @ np.clip(left, -0.8, 0.8))
        return cls(centres, of, weights.astype(np.float64))

    def __call__(self, places: Array, architecture: Array) -> Array:
        """Return log factors of the computed time, [operations]."""
        return _kernel(places, architecture, self.centres, self.architecture) @ self.weights

    def of_architectures(self, places: Array, architectures: Array) -> tuple[Array, Array]:
        """Return log factors for each of some architectures, [operations, architectures], and `near`, [operations]."""
        alike = _alike(places, self.centres)
        fade = np.exp(-0.5 * ((architectures[:, None] - self.architecture) / REACH) ** 2)
        logs: Array = alike @ ((COMMON**2 + OWN**2 * fade) * self.weights).T
        nearest: Array = alike.max(axis=1)
        return logs, nearest

    def near(self, places: Array) -> Array:
        """Return how near measured shapes lie, 0 (far) to 1 (measured), [operations]."""
        nearest: Array = _alike(places, self.centres).max(axis=1)
        return nearest
