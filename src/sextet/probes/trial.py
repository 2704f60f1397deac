"""Tries one device against the CPU, operation by operation; runs in a process of its own.

    python -P trial.py DEVICE OPERATION ...      DEVICE such as GPU:0; `ALL` for the operation all_reduce

Before each operation it writes a line that it begins, after it a line with the result, so that whoever started it
knows in which one the process ended. On a CPU device (a second logical one, for tests) cuDNN is not asked for.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

MARK = "SEXTET-TRIAL "
SEED = 7
BATCH, STEPS, FEATURES, UNITS = 8, 24, 4, 16
LOGICAL_CPUS = 2  # what a trial without a GPU is made with


def conv1d(tf: Any, device: str) -> float:
    """A convolution over time, forward and backward."""
    return _layer(tf, device, lambda on_gpu: tf.keras.layers.Conv1D(UNITS, 3, padding="causal"))


def lstm(tf: Any, device: str) -> float:
    """An LSTM; on a GPU it has to be cuDNN's."""
    return _layer(tf, device, lambda on_gpu: tf.keras.layers.LSTM(UNITS, **_cudnn(tf, on_gpu)))


def gru(tf: Any, device: str) -> float:
    """A GRU; on a GPU it has to be cuDNN's."""
    return _layer(tf, device, lambda on_gpu: tf.keras.layers.GRU(UNITS, **_cudnn(tf, on_gpu)))


def mixed_matmul(tf: Any, device: str) -> float:
    """A matrix product in float16 against float32 on the CPU."""
    left = tf.random.stateless_normal((256, 128), (SEED, 1))
    right = tf.random.stateless_normal((128, 64), (SEED, 2))
    with tf.device("CPU:0"):
        expected = tf.matmul(left, right)
    with tf.device(device):
        made = tf.cast(tf.matmul(tf.cast(left, tf.float16), tf.cast(right, tf.float16)), tf.float32)
    return _difference(tf, [made], [expected])


def all_reduce(tf: Any, device: str) -> float:
    """A sum over all GPUs, as training on several of them adds gradients up."""
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    devices = [one.name for one in tf.config.list_logical_devices(kind)]
    strategy = tf.distribute.MirroredStrategy(devices)

    @tf.function  # type: ignore[untyped-decorator]
    def step() -> Any:
        def replica() -> Any:
            context = tf.distribute.get_replica_context()
            own = tf.cast(context.replica_id_in_sync_group + 1, tf.float32)
            return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.fill((1000, 1000), own))

        return strategy.run(replica)

    count = len(devices)
    expected = tf.fill((1000, 1000), count * (count + 1) / 2.0)
    made = strategy.experimental_local_results(step())
    return max(_difference(tf, [one], [expected]) for one in made)


OPERATIONS: dict[str, Callable[[Any, str], float]] = {
    "conv1d": conv1d,
    "lstm": lstm,
    "gru": gru,
    "mixed_matmul": mixed_matmul,
    "all_reduce": all_reduce,
}


def _cudnn(tf: Any, on_gpu: Any) -> dict[str, Any]:
    """Return the argument that asks for cuDNN; Keras 2 has none and takes cuDNN where it can."""
    return {"use_cudnn": on_gpu} if int(tf.keras.__version__.split(".")[0]) >= 3 else {}


def _layer(tf: Any, device: str, make: Callable[[Any], Any]) -> float:
    """Return how far outputs and gradients of one layer on `device` are from those on the CPU."""
    values = tf.random.stateless_normal((BATCH, STEPS, FEATURES), (SEED, 0))
    reference = make(False)
    expected = _step(tf, reference, values, "CPU:0")
    tried = make(True if device.startswith("GPU") else "auto")
    with tf.device(device):
        tried.build(values.shape)
    tried.set_weights(reference.get_weights())
    return _difference(tf, _step(tf, tried, values, device), expected)


def _step(tf: Any, layer: Any, values: Any, device: str) -> list[Any]:
    with tf.device(device), tf.GradientTape() as tape:
        output = layer(values)
        loss = tf.reduce_mean(tf.square(output))
    return [output, *tape.gradient(loss, layer.trainable_variables)]


def _difference(tf: Any, made: list[Any], expected: list[Any]) -> float:
    with tf.device("CPU:0"):
        return max(
            float(tf.reduce_max(tf.abs(one - other)) / (tf.reduce_max(tf.abs(other)) + 1e-12))
            for one, other in zip(made, expected, strict=True)
        )


def prepare(device: str) -> Any:
    """Import TensorFlow, set up so that results can be compared and no memory is taken ahead."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(False)
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    if not tf.config.list_physical_devices("GPU"):
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * LOGICAL_CPUS)
    return tf


def say(**values: object) -> None:
    """Write one line for whoever started this."""
    print(MARK + json.dumps(values), flush=True)


def main() -> int:
    """Try the operations named on the command line; the exit code."""
    device, *operations = sys.argv[1:]
    tf = prepare(device)
    for name in operations:
        say(operation=name, begins=True)
        try:
            say(operation=name, difference=OPERATIONS[name](tf, device))
        except Exception as error:  # whatever the library raises is the result of the trial
            say(operation=name, error=f"{type(error).__name__}: {' '.join(str(error).split())[:600]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
