"""Sets a network's linear map from the history to a ridge regression in closed form, before training begins.

What the map cannot say is left to the network, which learns the residual. The map stays as it is: gradient descent
on few windows would only spoil a solution that is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.window import WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.data.windows import batches
from sextet.members.backend import keras
from sextet.members.layers.scene import SKIP, WINDOW_NORM
from sextet.training.feeder import network_inputs, spread_out

_WINDOWS = 20_000
_SELECT_WINDOWS = 4_000
_BATCH = 1024
_PENALTIES = (1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0)  # times the mean variance of the inputs

Reals = NDArray[np.float64]


def prime(
    network: keras.Model,
    prepared: Prepared,
    train: WindowIndex,
    select: WindowIndex,
    shape: WindowShape,
    *,
    drift: bool = True,
) -> None:
    """Fit the linear map of `network` on windows of `train`, its penalty chosen on `select`; without one, do nothing.

    Args:
        network: as built; its map gets its weights.
        prepared: the data.
        train: windows to fit on; at most 20,000, spread evenly.
        select: windows to choose on; at most 4,000.
        shape: of the windows.
        drift: whether the map has a constant for each step: the mean drift of the training windows.
    """
    layer = next((one for one in network.layers if one.name == SKIP), None)
    if layer is None:
        return
    _, level, spread = network.get_layer(WINDOW_NORM).output
    seen = keras.Model(network.input, [layer.input, level, spread])
    fit = _moments(seen, prepared, spread_out(train, _WINDOWS), shape)
    judge = _moments(seen, prepared, spread_out(select, _SELECT_WINDOWS), shape)
    if fit is None or judge is None:
        return
    layer.set_weights(_ridge(fit, judge, layer.input.shape[-1], drift))


def _moments(seen: keras.Model, prepared: Prepared, index: WindowIndex, shape: WindowShape) -> Reals | None:
    """Mean of `d d'`, `d = (1, inputs, targets)` times the window's spread, over windows with every target known.

    Inputs and targets are measured as the window is; times its spread, so that errors count in units of the series.
    """
    total: Any = 0.0
    count = 0
    for batch in batches(prepared, index, shape, _BATCH):
        whole = (batch.weight > 0).all(axis=1)
        if whole.any():
            said = seen.predict_on_batch(network_inputs(batch, shape))
            inputs, level, spread = (np.asarray(values, dtype=np.float64)[whole] for values in said)
            ahead = (batch.target[whole] - level) / spread
            design = np.concatenate([np.ones((len(inputs), 1)), inputs, ahead], axis=1) * spread
            total = total + design.T @ design
            count += len(design)
    return np.asarray(total) / count if count else None


def _ridge(fit: Reals, judge: Reals, size: int, drift: bool) -> list[NDArray[np.float32]]:
    """Kernel `[inputs, H]` and bias `[H]` with the least squared error on `judge`, of several penalties."""
    past, ahead = slice(1, 1 + size), slice(1 + size, None)
    mean_past, mean_ahead = (fit[0, part] / fit[0, 0] * drift for part in (past, ahead))
    centred = fit[0, 0] * drift
    values, vectors = np.linalg.eigh(fit[past, past] - centred * np.outer(mean_past, mean_past))
    turned = vectors.T @ (fit[past, ahead] - centred * np.outer(mean_past, mean_ahead))
    typical = max(float(values.mean()), 1e-12)
    own = judge[: 1 + size, : 1 + size]
    best, least = np.zeros((1 + size, turned.shape[1])), np.inf
    for penalty in _PENALTIES:
        weights = vectors @ (turned / (np.maximum(values, 0.0) + penalty * typical)[:, None])
        full = np.vstack([mean_ahead - mean_past @ weights, weights])
        error = float((full * (own @ full)).sum() - 2 * (full * judge[: 1 + size, ahead]).sum())
        if error < least:
            best, least = full, error
    return [best[1:].astype(np.float32), best[0].astype(np.float32)]
