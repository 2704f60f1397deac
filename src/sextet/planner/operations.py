"""What a model does, as operations with counts: FLOPs, bytes moved and steps that must wait for each other.

A multiplication and an addition are two FLOPs. Bytes are the least that must pass through the card's memory: every
operand read once, every result written once. What a kernel moves beyond that is the timing model's matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from sextet.core.errors import ConfigError, nearest

Precision: TypeAlias = Literal["float32", "tfloat32", "float16", "bfloat16"]
Pass: TypeAlias = Literal["forward", "backward inputs", "backward weights"]
Cell: TypeAlias = Literal["rnn", "lstm", "gru"]
NormalisationKind: TypeAlias = Literal["softmax", "layer", "batch"]

BYTES: dict[str, int] = {"float32": 4, "tfloat32": 4, "float16": 2, "bfloat16": 2}
"""Bytes of one stored value. TF32 rounds inside the tensor cores; what is stored is FP32."""

PASSES: tuple[str, ...] = ("forward", "backward inputs", "backward weights")
GATES: dict[str, int] = {"rnn": 1, "lstm": 4, "gru": 3}
"""Matrix products of a step over inputs and over the state, per cell."""

# Arithmetic and exponentials per value of a row, forward and backward.
_NORMALISATION_FLOPS = {"softmax": (5, 4), "layer": (8, 14), "batch": (8, 14)}


def check_precision(precision: str) -> int:
    """Return the bytes of one value of `precision`.

    Raises:
        ConfigError: the precision is not known.
    """
    if precision not in BYTES:
        raise ConfigError(f"Expected a precision of {', '.join(BYTES)}; got {precision!r}{nearest(precision, BYTES)}")
    return BYTES[precision]


def _check(operation: object, choices: dict[str, tuple[str, ...]], zero: tuple[str, ...] = ()) -> None:
    """Refuse sizes that are not whole numbers from 1 (from 0 for `zero`) and words that are not `choices`."""
    for name, value in vars(operation).items():
        if type(value) is bool or (type(value) is int and value >= 1 and name not in choices):
            continue  # nearly all of them: a plan makes tens of thousands of operations
        where = f"{type(operation).__name__}.{name}"
        if name in choices:
            if value not in choices[name]:
                known = choices[name]
                raise ConfigError(f"Expected {where} of {', '.join(known)}; got {value!r}{nearest(str(value), known)}")
        elif not isinstance(value, int) or value < (0 if name in zero else 1):
            raise ConfigError(f"Expected {where} as a whole number from {0 if name in zero else 1}; got {value!r}")


@dataclass(frozen=True)
class Gemm:
    """`batch` products of matrices, [m, k] times [k, n].

    Attributes:
        m, n, k: rows of the result, columns of the result, length of the sums. In DeepBench's column-major words
            they are M, N and K; in a dense layer n counts outputs and m rows of inputs.
        batch: how many products of this size one kernel does (batched matrix product).
        first_transposed, second_transposed: whether an operand lies in memory the other way round.
    """

    m: int
    n: int
    k: int
    batch: int = 1
    first_transposed: bool = False
    second_transposed: bool = False

    def __post_init__(self) -> None:
        """Check the sizes."""
        _check(self, {})

    @property
    def flops(self) -> float:
        """2 m n k per product."""
        return 2.0 * self.batch * self.m * self.n * self.k

    def bytes(self, precision: str = "float32") -> float:
        """Both operands and the result, once."""
        return float(check_precision(precision)) * self.batch * (self.m * self.k + self.k * self.n + self.m * self.n)

    @property
    def sequential(self) -> int:
        """One: no part waits for another."""
        return 1


@dataclass(frozen=True)
class Convolution:
    """A convolution over [batch, channels, height, width]; along time alone, height and kernel_height are 1.

    Attributes:
        batch, channels, filters: samples, channels in, channels out.
        height, width: of the input.
        kernel_height, kernel_width, stride_height, stride_width, pad_height, pad_width: pads are per side.
        direction: which pass.
    """

    batch: int
    channels: int
    filters: int
    height: int
    width: int
    kernel_height: int
    kernel_width: int
    stride_height: int = 1
    stride_width: int = 1
    pad_height: int = 0
    pad_width: int = 0
    direction: Pass = "forward"

    def __post_init__(self) -> None:
        """Check the sizes."""
        _check(self, {"direction": PASSES}, ("pad_height", "pad_width"))
        if self.out_height < 1 or self.out_width < 1:
            raise ConfigError(
                f"Expected a kernel that fits into the padded input; got {self.kernel_height} x {self.kernel_width} "
                f"on {self.height + 2 * self.pad_height} x {self.width + 2 * self.pad_width}"
            )

    @property
    def out_height(self) -> int:
        """Rows of the result."""
        return (self.height + 2 * self.pad_height - self.kernel_height) // self.stride_height + 1

    @property
    def out_width(self) -> int:
        """Columns of the result."""
        return (self.width + 2 * self.pad_width - self.kernel_width) // self.stride_width + 1

    @property
    def gemm(self) -> Gemm:
        """The matrix product that this pass amounts to (implicit GEMM, Chetlur et al. 2014, cuDNN)."""
        places, window = self.batch * self.out_height * self.out_width, self.kernel_height * self.kernel_width
        if self.direction == "forward":
            return Gemm(places, self.filters, self.channels * window)
        if self.direction == "backward inputs":
            inside = max(1, round(self.filters * window / (self.stride_height * self.stride_width)))
            return Gemm(self.batch * self.height * self.width, self.channels, inside)
        return Gemm(self.channels * window, self.filters, places)

    @property
    def flops(self) -> float:
        """2 x results x channels x kernel, the same in each pass."""
        places = self.batch * self.out_height * self.out_width
        return 2.0 * places * self.filters * self.channels * self.kernel_height * self.kernel_width

    def bytes(self, precision: str = "float32") -> float:
        """Input, weights and result, once."""
        inputs = self.batch * self.channels * self.height * self.width
        weights = self.channels * self.filters * self.kernel_height * self.kernel_width
        results = self.batch * self.filters * self.out_height * self.out_width
        return float(check_precision(precision)) * (inputs + weights + results)

    @property
    def sequential(self) -> int:
        """One: no part waits for another."""
        return 1


@dataclass(frozen=True)
class Recurrent:
    """A recurrent layer over a whole sequence, one direction of time.

    Attributes:
        cell: rnn, lstm or gru (the variant of cuDNN).
        inputs, hidden: width of the input and of the state.
        batch, steps: samples and time steps.
        direction: which pass.
    """

    cell: Cell
    inputs: int
    hidden: int
    batch: int
    steps: int
    direction: Pass = "forward"

    def __post_init__(self) -> None:
        """Check the sizes."""
        _check(self, {"cell": tuple(GATES), "direction": PASSES})

    @property
    def gates(self) -> int:
        """Matrix products of a step: 1, 4 or 3."""
        return GATES[self.cell]

    @property
    def flops(self) -> float:
        """The matrix products: 2 x gates x hidden x (inputs + hidden) per sample and step, in each pass."""
        return 2.0 * self.gates * self.hidden * (self.inputs + self.hidden) * self.batch * self.steps

    def bytes(self, precision: str = "float32") -> float:
        """Weights once, inputs and states of every step, and the gates kept for the backward passes."""
        weights = self.gates * self.hidden * (self.inputs + self.hidden + 2)
        values = self.batch * self.steps * (self.inputs + self.hidden + self.gates * self.hidden)
        return float(check_precision(precision)) * (weights + values)

    @property
    def sequential(self) -> int:
        """The time steps, which wait for each other; the gradients of the weights do not."""
        return 1 if self.direction == "backward weights" else self.steps


@dataclass(frozen=True)
class Attention:
    """Scaled dot-product attention between projections: scores, softmax, weighted sum.

    Attributes:
        batch, heads: samples and heads.
        queries, keys: lengths.
        width: of one head.
        direction: "forward", or "backward inputs" for the whole backward pass (it has no weights).
    """

    batch: int
    heads: int
    queries: int
    keys: int
    width: int
    direction: Pass = "forward"

    def __post_init__(self) -> None:
        """Check the sizes."""
        _check(self, {"direction": PASSES[:2]})

    @property
    def parts(self) -> tuple[Operation, ...]:
        """The kernels where attention is not fused: two products and a softmax; four and a softmax backward."""
        count, queries, keys, width = self.batch * self.heads, self.queries, self.keys, self.width
        if self.direction == "forward":
            scores = Gemm(queries, keys, width, count, second_transposed=True)
            return scores, Normalisation(count * queries, keys, "softmax"), Gemm(queries, width, keys, count)
        return (
            Gemm(queries, keys, width, count, second_transposed=True),
            Gemm(keys, width, queries, count, first_transposed=True),
            Normalisation(count * queries, keys, "softmax", "backward inputs"),
            Gemm(queries, width, keys, count),
            Gemm(keys, width, queries, count, first_transposed=True),
        )

    @property
    def flops(self) -> float:
        """4 x queries x keys x width per head and the softmax; twice the products backward."""
        return sum(part.flops for part in self.parts)

    def bytes(self, precision: str = "float32") -> float:
        """Of the unfused kernels: the scores go through memory."""
        return sum(part.bytes(precision) for part in self.parts)

    @property
    def sequential(self) -> int:
        """One: no position waits for another."""
        return 1


@dataclass(frozen=True)
class Elementwise:
    """One kernel over `values` results: an activation, a sum, a step of an optimiser.

    Attributes:
        values: results.
        reads, writes, flops_per_value: arrays of that size read and written; arithmetic per result.
    """

    values: int
    reads: int = 1
    writes: int = 1
    flops_per_value: int = 1

    def __post_init__(self) -> None:
        """Check the sizes."""
        _check(self, {}, ("reads", "flops_per_value"))

    @property
    def flops(self) -> float:
        """Arithmetic of all values."""
        return float(self.values) * self.flops_per_value

    def bytes(self, precision: str = "float32") -> float:
        """Every array once."""
        return float(check_precision(precision)) * self.values * (self.reads + self.writes)

    @property
    def sequential(self) -> int:
        """One."""
        return 1


@dataclass(frozen=True)
class Normalisation:
    """A kernel that reduces rows and rewrites them: softmax, layer or batch normalisation.

    Attributes:
        rows, width, kind: rows, and values of a row; softmax, layer or batch.
        direction: "forward" or "backward inputs" (which holds the gradients of scale and shift too).
    """

    rows: int
    width: int
    kind: NormalisationKind
    direction: Pass = "forward"

    def __post_init__(self) -> None:
        """Check the sizes."""
        _check(self, {"kind": tuple(_NORMALISATION_FLOPS), "direction": PASSES[:2]})

    @property
    def flops(self) -> float:
        """Arithmetic per value, counted from the definitions: 5 or 8 forward, 4 or 14 backward."""
        return float(self.rows) * self.width * _NORMALISATION_FLOPS[self.kind][self.direction != "forward"]

    def bytes(self, precision: str = "float32") -> float:
        """Rows in and out; backward, also what arrives from above."""
        arrays = 2 if self.direction == "forward" else 3
        return float(check_precision(precision)) * self.rows * self.width * arrays

    @property
    def sequential(self) -> int:
        """One."""
        return 1


Operation: TypeAlias = Gemm | Convolution | Recurrent | Attention | Elementwise | Normalisation


def backward(operation: Operation) -> tuple[Operation, ...]:
    """Return the operations of the backward pass of a forward `operation`, gradients of inputs first.

    Raises:
        ConfigError: the operation is a backward one.
    """
    if getattr(operation, "direction", "forward") != "forward":
        raise ConfigError(f"Expected a forward operation; got {operation}")
    match operation:
        case Gemm(m, n, k, batch):
            inputs = Gemm(m, k, n, batch, second_transposed=True)
            return inputs, Gemm(k, n, m, batch, first_transposed=True)
        case Convolution() | Recurrent():
            return replace(operation, direction="backward inputs"), replace(operation, direction="backward weights")
        case Elementwise(values, reads, _, flops):
            return (Elementwise(values, reads + 1, max(1, reads), flops),)
    return (replace(operation, direction="backward inputs"),)


@dataclass(frozen=True)
class Work:
    """What one call does: one forward pass, or one training step.

    Attributes:
        name, operations, batch: for messages; (operation, how often it runs), in no order; samples on one card.
        parameters: trained values, whose gradients cards exchange.
        training, compiled: whether it holds a backward pass and an optimiser; whether XLA joined its calls.
        input_bytes: what the host sends per call.
        launches, passed: calls beyond one per operation; (values of an array, calls over it, whether it is narrow).
        fixed, states: values of weights that are not trained; what the optimiser keeps per trained one, 2 for Adam.
        kept, drawn: (layer, values it keeps for the backward pass), empty: not known; random numbers of dropout.
    """

    name: str
    operations: tuple[tuple[Operation, int], ...]
    parameters: int = 0
    batch: int = 1
    training: bool = False
    compiled: bool = False
    input_bytes: int = 0
    launches: int = 0
    fixed: int = 0
    states: int = 2
    kept: tuple[tuple[str, int], ...] = ()
    passed: tuple[tuple[int, int, bool], ...] = ()
    drawn: int = 0

    def __post_init__(self) -> None:
        """Check the counts."""
        for operation, count in self.operations:
            if not (isinstance(count, int) and count >= 1):
                raise ConfigError(f"Expected how often {operation} runs as a whole number from 1; got {count!r}")
        for name in ("batch", "parameters", "input_bytes", "launches", "fixed", "states", "drawn"):
            if getattr(self, name) < (name == "batch"):
                raise ConfigError(f"Expected Work.{name} from {int(name == 'batch')}; got {getattr(self, name)!r}")

    @property
    def flops(self) -> float:
        """FLOPs of all operations."""
        return math.fsum(operation.flops * count for operation, count in self.operations)

    def bytes(self, precision: str = "float32") -> float:
        """Bytes of all operations."""
        return math.fsum(operation.bytes(precision) * count for operation, count in self.operations)

    @property
    def sequential(self) -> int:
        """Steps that wait for each other, all operations one after another."""
        return sum(operation.sequential * count for operation, count in self.operations)
