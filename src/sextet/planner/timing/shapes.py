"""Operations as columns of numbers: what the formulas read, and where each lies among the measured shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.planner.operations import (
    Attention,
    Convolution,
    Elementwise,
    Gemm,
    Normalisation,
    Operation,
    Recurrent,
)
from sextet.planner.timing.device import Traits

Columns = dict[str, NDArray[np.float64]]


def class_of(operation: Operation) -> str:
    """Return the class whose formula holds for `operation`.

    Raises:
        ConfigError: attention, which is its parts, or something that is no operation.
    """
    for kind, name in (
        (Gemm, "gemm"),
        (Convolution, "convolution"),
        (Recurrent, "recurrent"),
        (Elementwise, "elementwise"),
        (Normalisation, "normalisation"),
    ):
        if isinstance(operation, kind):
            return name
    raise ConfigError(f"Expected an operation with a formula of its own; got {operation!r}")


def kernels_of(operations: Sequence[tuple[Operation, int]]) -> dict[str, list[tuple[Operation, int]]]:
    """Return the kernels of `operations` with their counts, by class; attention as its parts, equal ones once."""
    counts: dict[Operation, int] = {}
    for operation, count in operations:
        for part in operation.parts if isinstance(operation, Attention) else (operation,):
            counts[part] = counts.get(part, 0) + count
    classes: dict[str, list[tuple[Operation, int]]] = {}
    for operation, count in counts.items():
        classes.setdefault(class_of(operation), []).append((operation, count))
    return classes


def shape(operation: Operation) -> dict[str, float]:
    """Return what the formula of its class reads of `operation`; see `kernels`."""
    match operation:
        case Gemm(m, n, k, batch, first, second):
            return {"m": m, "n": n, "k": k, "batch": batch, "first": first, "second": second}
        case Convolution():
            return _convolution(operation)
        case Recurrent(_, inputs, hidden, batch, steps, direction):
            row: dict[str, float] = {
                "gates": operation.gates,
                "inputs": inputs,
                "hidden": hidden,
                "batch": batch,
                "steps": steps,
            }
            return row | {"backward": direction == "backward inputs", "weights": direction == "backward weights"}
        case Elementwise(values, reads, writes):
            return {"moved": float(values) * (reads + writes), "flops": operation.flops, "reads": reads}
        case Normalisation(rows, width, kind, direction):
            kinds = {name: float(kind == name) for name in ("softmax", "layer", "batch")}
            sizes: dict[str, float] = {"rows": rows, "width": width, "backward": direction != "forward"}
            return sizes | kinds | {"moved": operation.bytes("float32") / 4, "flops": operation.flops}
    raise ConfigError(f"Expected an operation with a formula of its own; got {operation!r}")


def _convolution(layer: Convolution) -> dict[str, float]:
    product, window = layer.gemm, layer.kernel_height * layer.kernel_width
    strided = layer.stride_height * layer.stride_width > 1
    return {
        "m": product.m,
        "n": product.n,
        "k": product.k,
        "batch": 1,
        "moved": layer.bytes("float32") / 4,
        "winograd": layer.kernel_height == layer.kernel_width == 3 and not strided,
        "pointwise": window == 1,
        "large": window > 9,
        "strided": strided,
        "thin": layer.channels <= 4,
        "inputs": layer.direction == "backward inputs",
        "weights": layer.direction == "backward weights",
    }


def columns(operations: Sequence[Operation]) -> Columns:
    """Return the shapes of operations of one class, name -> [operations]."""
    rows = [shape(operation) for operation in operations]
    return {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}


def _doublings(values: NDArray[np.float64], per: float) -> NDArray[np.float64]:
    return np.log2(np.maximum(values, 1.0)) / per


def places(name: str, shapes: Columns, card: Traits) -> NDArray[np.float64]:
    """Return where operations lie among the measured ones, [operations, coordinates].

    A distance of 1 is one length of the correction: so many doublings of a size, or so much of a difference in kind.
    Nothing of the card enters but which unit and which software does the work, so a correction over these coordinates
    is the same for every card of a kind.
    """
    of, framework = shapes, np.asarray(card.framework) > 0
    tensor = np.asarray(card.tensor) * 1.5
    if name == "gemm":
        long, short = np.maximum(of["m"], of["n"]), np.minimum(of["m"], of["n"])
        aligned = sum((of[size] % 8 == 0) * 0.5 for size in ("m", "n", "k"))
        sizes = [_doublings(long, 1.5), _doublings(short, 1.0), _doublings(of["k"], 1.5), _doublings(of["batch"], 2.0)]
        found = [*sizes, of["first"] * 0.7, of["second"] * 0.7, tensor, framework * 1.0, aligned]
    elif name == "convolution":
        sizes = [_doublings(of[size], 1.5) for size in ("m", "n", "k")]
        kinds = [of[kind] for kind in ("winograd", "pointwise", "large", "strided", "thin", "inputs", "weights")]
        found = [*sizes, _doublings(of["moved"], 3.0), *kinds, tensor, framework * 1.0]
    elif name == "recurrent":
        wide, batch, steps = _doublings(of["hidden"], 1.0), _doublings(of["batch"], 1.0), _doublings(of["steps"], 3.0)
        kinds = [of["gates"] * 0.5, _doublings(of["inputs"], 1.5), of["backward"] * 1.5, of["weights"] * 2.0]
        found = [wide, batch, steps, *kinds, tensor]
    elif name == "elementwise":
        found = [_doublings(of["moved"], 1.5), of["reads"] * 0.5]
    else:
        found = [_doublings(of["rows"], 1.5), _doublings(of["width"], 1.0), of["softmax"] * 2.0, of["backward"] * 2.0]
    return np.stack(np.broadcast_arrays(*found), axis=-1).astype(float)
