"""How good a network is on some windows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sextet.core.errors import DataError
from sextet.core.window import Floats, WindowBatch, WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.data.windows import batches
from sextet.members.backend import keras, tf
from sextet.training.feeder import Inputs, network_inputs
from sextet.training.losses import score
from sextet.training.step import out_of_memory

BATCH = 512


def answers(
    model: keras.Model, prepared: Prepared, index: WindowIndex, shape: WindowShape
) -> Iterator[tuple[WindowBatch, Floats]]:
    """Yield the windows of `index` batch by batch, each with the quantiles `[B, H, Q]` that `model` answers."""
    for batch in batches(prepared, index, shape, BATCH):
        yield batch, _quantiles(model, network_inputs(batch, shape))


def _quantiles(model: keras.Model, inputs: Inputs) -> Floats:
    """Quantiles `[B, H, Q]` of windows; where they do not fit into memory at once, half after half."""
    try:
        return np.asarray(model.predict_on_batch(inputs)["quantiles"])
    except tf.errors.OpError as error:
        rows = len(next(iter(inputs.values())))
        if rows < 2 or not out_of_memory(error):
            raise
    halves = (slice(0, rows // 2), slice(rows // 2, rows))
    return np.concatenate([_quantiles(model, {name: one[half] for name, one in inputs.items()}) for half in halves])


def mean_pinball(model: keras.Model, prepared: Prepared, index: WindowIndex, shape: WindowShape) -> float:
    """Mean pinball loss over the known targets of the windows `index`, in scaled space.

    Raises:
        DataError: no target is known there.
    """
    total = weight = 0.0
    for batch, quantiles in answers(model, prepared, index, shape):
        total += float((score(batch.target, quantiles, shape.levels) * batch.weight).sum())
        weight += float(batch.weight.sum())
    if not weight:
        raise DataError(
            "No target is known in the windows of the part 'select', so nothing can be judged there. "
            "Give data with fewer gaps, or other bounds for the parts."
        )
    return total / weight
