"""Quantiles for a member that answers points: its errors on `select`, added to the point."""

from __future__ import annotations

import numpy as np

from sextet.core.window import Floats, WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.members.backend import keras
from sextet.members.custom import POINT
from sextet.members.layers.quantile_head import median_index
from sextet.training.judge import answers

FEWEST = 30
"""Errors a step of the horizon needs for quantiles of its own; with fewer, those of all steps are pooled."""


def answers_points(network: keras.Model) -> bool:
    """Return whether `network` answers points."""
    return any(layer.name == POINT for layer in network.layers)


def add_quantiles(network: keras.Model, prepared: Prepared, index: WindowIndex, shape: WindowShape) -> None:
    """Set the distances from the point to the quantiles, for each step, from the errors on the windows `index`.

    The median stays the point itself.
    """
    errors = []
    centre = median_index(shape.levels)
    for batch, quantiles in answers(network, prepared, index, shape):
        errors.append(np.where(batch.weight > 0, batch.target - quantiles[..., centre], np.nan))
    network.get_layer(POINT).distances.assign(distances(np.concatenate(errors), shape.levels))


def distances(errors: Floats, levels: tuple[float, ...]) -> Floats:
    """Quantiles `[H, Q]` of `errors [W, H]` (NaN where unknown); at most 0 below the median, at least 0 above."""
    pooled = errors[np.isfinite(errors)]
    out = np.zeros((errors.shape[1], len(levels)), dtype=np.float32)
    for step in range(errors.shape[1]):
        own = errors[np.isfinite(errors[:, step]), step]
        own = own if len(own) >= FEWEST else pooled
        if len(own):
            out[step] = np.quantile(own, levels)
    centre = median_index(levels)
    out[:, : centre + 1] = np.minimum(out[:, : centre + 1], 0.0)
    out[:, centre:] = np.maximum(out[:, centre:], 0.0)
    return out
