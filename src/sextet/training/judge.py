"""How good a network is on some windows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sextet.core.errors import DataError
from sextet.core.window import Floats, WindowBatch, WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.data.windows import batches
from sextet.members.backend import keras
from sextet.training.feeder import network_inputs
from sextet.training.losses import score

BATCH = 512


def answers(
    model: keras.Model, prepared: Prepared, index: WindowIndex, shape: WindowShape
) -> Iterator[tuple[WindowBatch, Floats]]:
    """Yield the windows of `index` batch by batch, each with the quantiles `[B, H, Q]` that `model` answers."""
    for batch in batches(prepared, index, shape, BATCH):
        yield batch, np.asarray(model.predict_on_batch(network_inputs(batch, shape))["quantiles"])


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
