"""Kernels as a calibration measures them: an operation forward, or forward and backward, the way Keras runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from sextet.core.errors import ConfigError, nearest
from sextet.planner.operations import (
    Attention,
    Convolution,
    Elementwise,
    Gemm,
    Normalisation,
    Operation,
    Recurrent,
    backward,
)
from sextet.specs.codec import from_plain

Passes = Literal["forward", "both"]

OPERATIONS: dict[str, type[Operation]] = {
    "gemm": Gemm,
    "convolution": Convolution,
    "recurrent": Recurrent,
    "attention": Attention,
    "elementwise": Elementwise,
    "normalisation": Normalisation,
    "update": Elementwise,
}
KINDS: tuple[str, ...] = tuple(OPERATIONS)
"""Classes that a profile holds kernels of; an update is a step of Adam over one variable, with all that Keras launches
for it."""


def is_update(operation: Operation) -> bool:
    """Return whether an operation is the optimiser's step: it reads the states and writes them again."""
    return isinstance(operation, Elementwise) and operation.reads >= 4 <= operation.writes


def kind_of(operation: Operation) -> str:
    """Return the class of an operation."""
    if is_update(operation):
        return "update"
    return next(kind for kind, form in OPERATIONS.items() if isinstance(operation, form))


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """What is measured at once.

    Attributes:
        operation: of the forward pass.
        passes: "forward", or "both" with its backward pass.
        precision: of the operands.
    """

    operation: Operation
    passes: Passes = "forward"
    precision: str = "float32"

    @property
    def kind(self) -> str:
        """Its class."""
        return kind_of(self.operation)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Everything of its own class that it does."""
        return (self.operation, *backward(self.operation)) if self.passes == "both" else (self.operation,)

    @property
    def around(self) -> tuple[Operation, ...]:
        """What is measured with it though it is of other classes: the four projections of Keras' attention."""
        if not isinstance(self.operation, Attention):
            return ()
        one = self.operation
        width, rows = one.heads * one.width, one.batch * one.queries
        parts: tuple[Operation, ...] = (Gemm(rows, width, width), Elementwise(rows * width, 2, 1))
        if self.passes == "both":
            parts += tuple(back for part in parts for back in backward(part))
        return 4 * parts

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        sizes = {one.name: getattr(self.operation, one.name) for one in fields(self.operation)}
        sizes.pop("direction", None)
        return {"class": self.kind, "passes": self.passes, "precision": self.precision, **sizes}

    @classmethod
    def of_plain(cls, values: Mapping[str, Any], where: str) -> Kernel:
        """Return the kernel that `plain` gave.

        Raises:
            ConfigError: the class is not known, or a size is missing or none.
        """
        sizes = dict(values)
        kind, passes = sizes.pop("class", None), sizes.pop("passes", "forward")
        precision = sizes.pop("precision", "float32")
        if not isinstance(kind, str) or kind not in OPERATIONS:
            raise ConfigError(
                f"{where}: class must be one of {', '.join(KINDS)}; got {kind!r}{nearest(str(kind), KINDS) or '.'}"
            )
        if passes not in ("forward", "both"):
            raise ConfigError(f"{where}: passes must be forward or both; got {passes!r}.")
        if not isinstance(precision, str):
            raise ConfigError(f"{where}: precision must be text; got {precision!r}.")
        if "direction" in sizes:
            raise ConfigError(f"{where}: a kernel has passes, no direction.")
        operation = from_plain(OPERATIONS[kind], sizes, where)
        if kind_of(operation) != kind:
            raise ConfigError(f"{where}: its sizes are those of the class {kind_of(operation)!r}, not of {kind!r}.")
        return cls(operation=operation, passes=passes, precision=precision)


def update(values: int) -> Elementwise:
    """Return the step of AdamW over a variable, as `planner.work` counts it."""
    return Elementwise(values, reads=5, writes=4, flops_per_value=20)


def _both(*operations: Operation) -> tuple[Kernel, ...]:
    return tuple(Kernel(operation=one, passes=passes) for one in operations for passes in ("forward", "both"))


def _forward(*operations: Operation) -> tuple[Kernel, ...]:
    return tuple(Kernel(operation=one) for one in operations)


# Short enough, a few milliseconds on a processor, that some samples of many are disturbed by nothing.
_SMALL: tuple[tuple[Kernel, ...], ...] = (
    _forward(
        Gemm(256, 768, 192),
        Gemm(4096, 128, 96),
        Gemm(8192, 64, 16),
        Gemm(256, 96, 720),
        Gemm(128, 512, 4096, first_transposed=True),
        Gemm(16, 64, 8192, first_transposed=True),
        Gemm(512, 512, 512),
        Gemm(64, 64, 64),
    ),
    _both(
        Recurrent("lstm", 192, 192, 256, 3),
        Recurrent("gru", 128, 128, 256, 4),
        Recurrent("lstm", 16, 16, 16, 16),
        Recurrent("gru", 16, 16, 16, 16),
        Recurrent("lstm", 64, 64, 64, 12),
        Recurrent("gru", 256, 256, 128, 3),
    ),
    _both(
        Convolution(256, 16, 16, 1, 314, 1, 3),
        Convolution(64, 3, 16, 1, 128, 1, 3),
        Convolution(64, 64, 64, 1, 128, 1, 5),
        Convolution(8, 32, 64, 28, 28, 3, 3, 1, 1, 1, 1),
    ),
    _both(
        Attention(128, 4, 40, 40, 4),
        Attention(32, 4, 16, 16, 8),
        Attention(8, 4, 128, 128, 16),
    ),
    _forward(
        Elementwise(1 << 20, 2, 1),
        Elementwise(1 << 14, 2, 1),
        Elementwise(1 << 17, 1, 1, 8),
        Elementwise(1 << 20, 1, 1, 8),
        Elementwise(1 << 22, 2, 1),
    ),
    _both(
        Normalisation(8192, 16, "batch"),
        Normalisation(4096, 128, "batch"),
        Normalisation(32_768, 40, "softmax"),
        Normalisation(4096, 128, "layer"),
    ),
    _forward(update(1 << 18), update(1 << 10), update(1 << 16)),
)

_LARGE: tuple[tuple[Kernel, ...], ...] = (
    _forward(Gemm(4096, 4096, 4096), Gemm(16_384, 512, 512), Gemm(64, 2048, 512)),
    _both(
        Recurrent("lstm", 512, 512, 64, 32), Recurrent("gru", 1024, 1024, 64, 16), Recurrent("lstm", 96, 96, 256, 96)
    ),
    _both(Convolution(64, 64, 64, 56, 56, 3, 3, 1, 1, 1, 1), Convolution(64, 256, 64, 56, 56, 1, 1)),
    _both(Attention(32, 12, 384, 384, 64)),
    _forward(Elementwise(1 << 25, 2, 1), Elementwise(1 << 25, 1, 1, 8)),
    _both(Normalisation(65_536, 256, "layer"), Normalisation(1 << 17, 384, "softmax")),
    _forward(update(1 << 23)),
)

RATES: tuple[Operation, ...] = (Gemm(512, 512, 512), Elementwise(1 << 20, 2, 1))
"""What is measured in every precision; on a GPU a larger product."""

PRECISIONS = ("float16", "bfloat16")


def kernels_for(device: str) -> tuple[Kernel, ...]:
    """Return what is measured on a "cpu" or "gpu", the most telling first: one of each class, then the next of each."""
    classes = [small + (large if device == "gpu" else ()) for small, large in zip(_SMALL, _LARGE, strict=True)]
    product = Gemm(4096, 4096, 4096) if device == "gpu" else RATES[0]
    rates = [Kernel(operation=one, precision=precision) for precision in PRECISIONS for one in (product, RATES[1])]
    width = max(map(len, classes))
    found = [one[place] for place in range(width) for one in classes if place < len(one)]
    return (*found[: 3 * len(classes)], *rates, *found[3 * len(classes) :])
