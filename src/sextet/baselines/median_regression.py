"""Linear regression of the median, by iteratively reweighted least squares.

Absolute errors are squares divided by their own size (Schlossmacher 1973); small errors are floored, or one exact hit
would outweigh all else. A ridge keeps it stable where inputs are many and alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

_FLOOR = 0.1  # of the median absolute error, below which an error counts as this


def median_line(inputs: Reals, ahead: Reals, penalty: float, share: Reals | None = None, rounds: int = 8) -> Reals:
    """Return the line through `inputs [N, E]` that halves the targets `ahead [N]`: `[E + 1]`, the constant last.

    Args:
        inputs: of about equal size each.
        ahead: the targets.
        penalty: of squared coefficients, the constant's left out, in units of a row's squared error.
        share: `[N]` how much each row counts; None: all alike.
        rounds: of reweighting.
    """
    design = np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 0.0
    base = np.ones(len(design)) if share is None else share
    weight, line = base, np.zeros(design.shape[1])
    for _ in range(rounds):
        weighed = design * weight[:, None]
        system = weighed.T @ design + np.diag(ridge * weight.sum() + 1e-9)
        line = np.asarray(np.linalg.solve(system, weighed.T @ ahead), dtype=np.float64)
        error = np.abs(ahead - design @ line)
        weight = np.asarray(base / np.maximum(error, max(_FLOOR * float(np.median(error)), 1e-9)))
    return line
