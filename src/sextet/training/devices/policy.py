"""The precision in which networks are trained, as Keras is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sextet.hardware.capability import Capability
from sextet.hardware.precision import FLOAT32, Precision, best
from sextet.members.backend import keras
from sextet.training.devices.visible import visible_gpus


def precision(asked: str = "auto") -> Precision:
    """Return the precision of a training on the GPUs that TensorFlow sees, and why."""
    if asked != "auto":
        return Precision(asked, f"{asked} was asked for.")
    return best((gpu.name, gpu.capability or Capability(0, 0)) for gpu in visible_gpus())


@contextmanager
def policy(name: str = FLOAT32) -> Iterator[None]:
    """Within it, Keras builds layers in the dtype policy `name`."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
