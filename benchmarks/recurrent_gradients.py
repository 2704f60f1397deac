"""Gradients of LSTM and GRU on this machine's GPU, by precision, with cuDNN's kernels and without.

    python benchmarks/recurrent_gradients.py [--json]

A layer with the same weights and the same windows answers in every precision, and its gradients are compared with those
of float32 without cuDNN: the norm of the difference over the norm. `kept` is cuDNN in bfloat16 as training uses it
(`training.devices.recurrent.in_float32`). The loss is scaled as `LossScaleOptimizer` does at first, so that half
floats do not vanish. Exit code 1 where a gradient that training uses is off by more than 10 %, or there is no GPU.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np

from sextet.members.backend import keras, tf
from sextet.training.devices.memory import grow_memory
from sextet.training.devices.recurrent import in_float32

SIZES = ((32, 48, 16, 64), (256, 30, 256, 256), (256, 7, 128, 128))  # windows, steps, inputs, units
WAYS = (
    ("float32", "cudnn"),
    ("mixed_float16", "cudnn"),
    ("mixed_float16", "plain"),
    ("mixed_bfloat16", "cudnn"),
    ("mixed_bfloat16", "plain"),
    ("mixed_bfloat16", "kept"),
)
SCALE = 2.0**15
BAR = 0.1


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    if not grow_memory():
        print("There is no GPU that TensorFlow sees.")
        return 1
    rows = [row for kind in (keras.layers.LSTM, keras.layers.GRU) for size in SIZES for row in compared(kind, size)]
    details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
    if options.json:
        print(json.dumps({"gpu": details["device_name"], "tensorflow": tf.__version__, "rows": rows}, indent=1))
    else:
        print(f"{details['device_name']}, TensorFlow {tf.__version__}; largest relative error of a gradient")
        for row in rows:
            print(f"{row['layer']:5} {row['size']!s:20} {row['policy']:15} {row['way']:6} {row['error']:10.2g}")
    return int(any(row["error"] > BAR for row in rows if (row["policy"], row["way"]) not in UNUSED))


UNUSED = {("mixed_bfloat16", "cudnn")}
"""What training leaves aside."""


def compared(kind: Any, size: tuple[int, int, int, int]) -> list[dict[str, Any]]:
    """Return a row for every precision and way."""
    windows, steps, inputs, units = size
    rng = np.random.default_rng(0)
    given = rng.normal(size=(windows, steps, inputs)).astype(np.float32)
    pull = rng.normal(size=(windows, steps, units)).astype(np.float32)
    reference = kind(units, return_sequences=True, use_cudnn=False)
    reference.build(given.shape)
    weights = reference.get_weights()
    truth = gradients(kind, units, "float32", "plain", weights, given, pull)
    rows = []
    for policy, way in WAYS:
        found = gradients(kind, units, policy, way, weights, given, pull)
        error = max(float(np.linalg.norm(a - b) / np.linalg.norm(b)) for a, b in zip(found, truth, strict=True))
        rows.append({"layer": kind.__name__, "size": size, "policy": policy, "way": way, "error": error})
    return rows


def gradients(
    kind: Any, units: int, policy: str, way: str, weights: list[np.ndarray], given: np.ndarray, pull: np.ndarray
) -> list[np.ndarray]:
    """Return the gradients of the mean of answer times `pull`, by weights and by input."""
    layer = kind(units, return_sequences=True, use_cudnn=way != "plain", dtype=policy)
    network = keras.Sequential([keras.Input(given.shape[1:]), layer])
    layer.set_weights(weights)
    if way == "kept":
        in_float32(network)
    values = tf.constant(given)
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = SCALE * tf.reduce_mean(tf.cast(layer(values), tf.float32) * pull)
    sources = [*(variable.value for variable in layer.trainable_variables), values]
    return [np.asarray(tf.cast(one, tf.float32)) / SCALE for one in tape.gradient(loss, sources)]


if __name__ == "__main__":
    sys.exit(main())
