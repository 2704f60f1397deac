"""Exports a trained network to ONNX and proves, on real windows, that the graph answers as the network does."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sextet.core.errors import TrainingError
from sextet.core.files import disk_full, write_with
from sextet.core.window import Floats, WindowBatch
from sextet.members.backend import keras, tf
from sextet.training.canonical import canonical
from sextet.training.devices.recurrent import without_cudnn

TOLERANCE = 1e-4
"""Largest difference allowed between Keras and ONNX Runtime, in the scaled space; relative to answers beyond 1,
whose last digits float32 does not hold."""


def export_onnx(model: keras.Model, path: Path, sample: WindowBatch) -> float:
    """Write `model` to `path` as an ONNX graph for any batch size, and compare the two on `sample`.

    The graph's inputs are those of `past`, `future`, `static` that the network uses; its outputs have the names
    of the network's outputs. A file already at `path` is replaced only when the new one holds.

    Returns:
        The largest difference between the outputs of Keras and of ONNX Runtime: absolute, and relative to
        answers beyond 1.

    Raises:
        TrainingError: the network has an operation that cannot be exported, or the graph answers otherwise.
    """
    inputs = {name: values for name, values in sample.inputs().items() if name in model.input}
    expected = _answers(model, inputs)
    differences: list[float] = []

    def save(name: str) -> None:
        _convert(model, name)
        differences.append(_difference(Path(name), inputs, expected))
        if not differences[0] <= TOLERANCE:
            raise TrainingError(
                f"The exported graph of {model.name!r} answers differently from the network: the largest difference "
                f"is {differences[0]:.3g} on {len(sample.past)} windows, {TOLERANCE:g} is allowed."
            )

    write_with(path, save)
    return differences[0]


def _answers(model: keras.Model, inputs: dict[str, Floats]) -> dict[str, Floats]:
    """What the network answers on the processor: a GPU multiplies float32 in fewer digits (TF32) than the graph."""
    with tf.device("CPU:0"), without_cudnn(model):
        return {name: np.asarray(values) for name, values in model(inputs, training=False).items()}


def _convert(model: keras.Model, name: str) -> None:
    try:
        with _quiet(), without_cudnn(model):
            model.export(name, format="onnx", verbose=False)
        _name_ends(model, name)
    except TrainingError:
        raise
    except Exception as error:  # the converter raises whatever its handlers meet
        if disk_full(error):
            raise
        raise TrainingError(
            f"The network {model.name!r} cannot be exported to ONNX: {type(error).__name__}: {error}. "
            "A custom model must keep to operations that ONNX knows."
        ) from error


def _name_ends(model: keras.Model, name: str) -> None:
    """Give the graph's outputs the names of the network's: the converter calls them Identity, Identity_1, ..."""
    import onnx

    graph = onnx.load(name)
    wanted = sorted(model.output)  # the order in which Keras flattens a dict
    if len(graph.graph.output) != len(wanted):
        raise TrainingError(
            f"The graph of {model.name!r} has {len(graph.graph.output)} outputs; expected {', '.join(wanted)}."
        )
    for item in graph.graph.input:
        item.type.tensor_type.shape.dim[0].dim_param = "batch"
    for output, new in zip(graph.graph.output, wanted, strict=True):
        if output.name != new:
            _rename(graph.graph, output.name, new)
            output.name = new
        size = tuple(model.output[new].shape)
        output.type.tensor_type.shape.dim[0].dim_param = "batch"
        for dimension, value in zip(output.type.tensor_type.shape.dim[1:], size[1:], strict=True):
            dimension.dim_value = value
    canonical(graph.graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, name)


def _rename(graph: object, old: str, new: str) -> None:
    for node in graph.node:  # type: ignore[attr-defined]
        for names in (node.input, node.output):
            for position, value in enumerate(names):
                if value == old:
                    names[position] = new


def _difference(path: Path, inputs: dict[str, Floats], expected: dict[str, Floats]) -> float:
    """Largest difference of the graph's answers from those `expected`; infinite where one is not a number."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    used = [item.name for item in session.get_inputs()]
    names = [item.name for item in session.get_outputs()]
    worst = 0.0
    for rows in (slice(None), slice(0, 1)):  # a graph that froze the batch size would fail the second
        answers = session.run(names, {name: inputs[name][rows] for name in used})
        for name, answer in zip(names, answers, strict=True):
            difference = np.abs(expected[name][rows] - answer) / np.maximum(np.abs(expected[name][rows]), 1.0)
            worst = max(worst, float(difference.max(initial=0.0)) if np.isfinite(difference).all() else np.inf)
    return worst


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the converter's chatter from the terminal."""
    loggers = [logging.getLogger(name) for name in ("tf2onnx", "tensorflow", "absl")]
    before = [logger.level for logger in loggers]
    verbosity = tf.get_logger().level
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)
            tf.get_logger().setLevel(verbosity)
