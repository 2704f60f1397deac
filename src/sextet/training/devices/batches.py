"""Fills up a data set to whole batches by samples that do not count."""

from __future__ import annotations

from typing import Any

import numpy as np

from sextet.core.errors import ConfigError
from sextet.members.backend import keras


def whole(x: Any, y: Any, batch: int, sample_weight: Any = None) -> tuple[Any, Any, Any]:
    """Return `x`, `y` and weights, filled up; see `sextet.devices.whole_batches`.

    The first samples are repeated, so that what does not count has values such as the model knows.
    """
    sizes = {len(one) for one in keras.tree.flatten((x, y)) if one is not None}
    if len(sizes) != 1 or 0 in sizes or batch < 1:
        raise ConfigError(
            f"Expected arrays of as many samples each, at least one, and a batch of at least one; got "
            f"{', '.join(map(str, sorted(sizes)))} samples and a batch of {batch}."
        )
    (count,) = sizes
    rows = np.arange(-(-count // batch) * batch)
    weight = np.ones(count, dtype=np.float32) if sample_weight is None else np.asarray(sample_weight, dtype=np.float32)
    if weight.shape != (count,):
        raise ConfigError(f"Expected one weight for each of {count} samples; got an array of shape {weight.shape}.")
    filled = keras.tree.map_structure(lambda one: None if one is None else np.asarray(one)[rows % count], (x, y))
    return (*filled, np.where(rows < count, weight[rows % count], np.float32(0.0)))
