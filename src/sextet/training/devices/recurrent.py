"""Whether cuDNN's kernels can run the recurrent layers of a model: without them a GPU takes a kernel a step.

The conditions are those of Keras (documentation of `keras.layers.LSTM` and `keras.layers.GRU`).
"""

from __future__ import annotations

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
