"""Batch normalisation that is one over all replicas, and counts no sample twice and no padding at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sextet.members.backend import PACKAGE, Tensor, keras, layers, ops, tf

_COUNTED: ContextVar[Tensor | None] = ContextVar("counted", default=None)


@contextmanager
def counted(real: Tensor | None) -> Iterator[None]:
    """Within it, samples count by `real [B]`: 1, or 0 for padding; None counts them all.

    A network's inputs stay as they are, so that the graph that is exported does not know of padding.
    """
    token = _COUNTED.set(real)
    try:
        yield
    finally:
        _COUNTED.reset(token)


@keras.saving.register_keras_serializable(package=PACKAGE)
class SharedNorm(layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167) whose moments are those of the whole batch.

    On several replicas their sums are added up in one exchange; Keras takes three, and knows no weights there. Always
    in float32, whatever the policy.
    """

    def __init__(self, **kwargs: Any) -> None:
        """Normalise the last axis, options as of `keras.layers.BatchNormalization`."""
        super().__init__(**{**kwargs, "synchronized": True})

    def _moments(self, inputs: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Mean and variance of each channel, over what is counted of all replicas."""
        real, replicas = _COUNTED.get(), tf.distribute.get_strategy().num_replicas_in_sync
        if real is None and replicas == 1:
            return super()._moments(inputs, mask)  # type: ignore[no-any-return]
        axes = list(range(len(inputs.shape) - 1))
        weight = ops.ones_like(inputs[..., :1])
        if real is not None:
            weight = weight * ops.reshape(ops.cast(real, inputs.dtype), (-1,) + (1,) * len(axes))
        sums = ops.concatenate(
            [ops.sum(inputs * weight, axes), ops.sum(ops.square(inputs) * weight, axes), ops.sum(weight, axes)]
        )
        if replicas > 1:
            sums = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, sums)
        channels = inputs.shape[-1]
        count = ops.maximum(sums[2 * channels :], 1.0)
        mean = sums[:channels] / count
        return mean, ops.maximum(sums[channels : 2 * channels] / count - ops.square(mean), 0.0)
