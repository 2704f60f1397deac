"""The one door to Keras: quiet, on TensorFlow, with a clear message where it is not installed.

Every other module imports `keras`, `layers`, `ops` and `tf` from here, so that the log level is set before
TensorFlow's libraries load and nobody meets an ImportError.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sextet.core.errors import DependencyError, installing
from sextet.hardware.cudnn_workspace import limit_workspace

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
limit_workspace()


@contextmanager
def _hushed() -> Iterator[None]:
    """Hold back what TensorFlow's libraries write to the process's error stream while they load.

    They greet with lines about instructions and absent GPUs before any log level counts. If loading fails, what
    was held back is written out; not where the user ends it.
    """
    try:
        stream = os.dup(2)
    except OSError:  # a process without an error stream
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            held.seek(0)
            os.write(stream, held.read())
            raise
        finally:
            os.dup2(stream, 2)
            os.close(stream)


def _refuse(backend: str) -> DependencyError:
    return DependencyError(
        f"Training needs Keras on TensorFlow; Keras runs on {backend} here. "
        "Unset KERAS_BACKEND, or set it to tensorflow, before Keras is imported."
    )


if os.environ["KERAS_BACKEND"] != "tensorflow":
    raise _refuse(os.environ["KERAS_BACKEND"])

try:
    with _hushed():
        import keras
        import tensorflow as tf
        from keras import layers, ops

        # looks for GPUs now, where the complaints about their absence are not seen; claims none of them
        tf.config.list_physical_devices()
except ImportError as error:
    raise DependencyError(
        f"Training needs TensorFlow and Keras, and {error.name} cannot be imported ({error}). "
        f"Install them with: {installing('train')}."
    ) from error

if keras.backend.backend() != "tensorflow":
    raise _refuse(keras.backend.backend())

tf.get_logger().setLevel("ERROR")

Tensor = Any
"""A KerasTensor while a model is built, a tensor of the backend while it runs."""

PACKAGE = "sextet"
"""The name under which our layers are registered with Keras."""

__all__ = ["PACKAGE", "Tensor", "keras", "layers", "ops", "tf"]
