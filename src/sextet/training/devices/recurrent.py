"""Recurrent layers and cuDNN's kernels: whether they run on them, and where they must not.

Without the kernels a GPU takes a kernel a step. The conditions are those of Keras (documentation of
`keras.layers.LSTM` and `keras.layers.GRU`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sextet.members.backend import keras

_WANTED = (("activation", "tanh"), ("recurrent_activation", "sigmoid"))


def warnings(model: keras.Model) -> tuple[str, ...]:
    """Return a sentence for every LSTM and GRU of `model`, nested ones too, that would fall back, and why."""
    found = []
    for layer in model._flatten_layers():
        inner = layer.cell if isinstance(layer, keras.layers.RNN) and not _is_kernel(layer) else None
        if isinstance(inner, keras.layers.LSTMCell | keras.layers.GRUCell):
            kind = type(inner).__name__.removesuffix("Cell")
            found.append(_sentence(layer, [f"an RNN around a cell never does: use keras.layers.{kind}"]))
        elif _is_kernel(layer) and (reasons := _reasons(layer)):
            found.append(_sentence(layer, reasons))
    return tuple(found)


@contextmanager
def without_cudnn(model: keras.Model) -> Iterator[None]:
    """Within it, LSTM and GRU of `model` are made of operations that any device has, and that ONNX knows.

    What was traced before stays as it is.
    """
    before = [(layer, layer.use_cudnn) for layer in _kernels(model)]
    for layer, _ in before:
        layer.use_cudnn = False
    try:
        yield
    finally:
        for layer, used in before:
            layer.use_cudnn = used


def in_float32(model: keras.Model) -> tuple[str, ...]:
    """Let LSTM and GRU of `model` compute in float32 where its policy is bfloat16; return the names of those layers.

    The gradients of cuDNN's kernels in bfloat16 come out as noise, while what they answer is right: TensorFlow 2.21
    with cuDNN 9.14 on an H200, every size that was tried (`benchmarks/recurrent_gradients.py`). Half floats are fine.
    """
    found = [layer for layer in _kernels(model) if layer.compute_dtype == "bfloat16"]
    for layer in found:
        layer.dtype_policy = layer.cell.dtype_policy = keras.dtype_policies.DTypePolicy("float32")
    return tuple(layer.name for layer in found)


def _kernels(model: keras.Model) -> list[Any]:
    return [layer for layer in model._flatten_layers() if _is_kernel(layer)]


def _is_kernel(layer: Any) -> bool:
    return isinstance(layer, keras.layers.LSTM | keras.layers.GRU)


def _reasons(layer: Any) -> list[str]:
    reasons = [
        f"{name} is {getattr(layer, name).__name__}, it must be {wanted}"
        for name, wanted in _WANTED
        if getattr(layer, name).__name__ != wanted
    ]
    if layer.recurrent_dropout:
        reasons.append(f"recurrent_dropout is {layer.recurrent_dropout:g}, it must be 0")
    if layer.unroll:
        reasons.append("unroll must be False")
    if not layer.use_bias:
        reasons.append("use_bias must be True")
    if isinstance(layer, keras.layers.GRU) and not layer.reset_after:
        reasons.append("reset_after must be True")
    if layer.use_cudnn is False:
        reasons.append("use_cudnn is False")
    return reasons


def _sentence(layer: Any, reasons: list[str]) -> str:
    return f"The layer {layer.name!r} does not run on cuDNN's kernel: {'; '.join(reasons)}."
