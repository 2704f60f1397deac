"""What the layers of a network cost: operations, variables, values kept for the backward pass, calls.

Each function counts one layer of Keras 3 for a batch. `rows` are the rows of a matrix that the layer sees, samples
times positions. What is kept is counted where it is made: the result of a layer, once, since the next one needs it for
its gradient; masks of dropout are a byte a value. Layers over the data itself pass no gradient on to their input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sextet.planner.operations import (
    GATES,
    Attention,
    Cell,
    Convolution,
    Elementwise,
    Gemm,
    Normalisation,
    Operation,
    Recurrent,
    backward,
)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer for one batch.

    Attributes:
        name: as the built model has it, where it has one.
        operations: of the forward pass.
        variables: values of each trained variable.
        fixed: values of variables that are not trained.
        kept: values kept from the forward to the backward pass; masks: bytes kept beside them.
        launches: calls of the framework beyond one an operation, in the forward pass.
        learns: whether a gradient passes through it; onwards: whether it passes on to what it reads.
        narrow: whether the last axis of its arrays is short, channels or levels; processors go value by value there.
    """

    name: str
    operations: tuple[Operation, ...] = ()
    variables: tuple[int, ...] = ()
    fixed: int = 0
    kept: int = 0
    masks: int = 0
    launches: int = 0
    learns: bool = True
    onwards: bool = True
    narrow: bool = False

    @property
    def passed(self) -> int:
        """Values that each of its launches reads and writes, taken to be the layer's own; 0 where they are not told.

        What Keras launches around convolutions, recurrent layers, attention and normalisation is theirs.
        """
        if not all(isinstance(one, Elementwise | Gemm) for one in self.operations):
            return 0
        return max((one.values for one in self.operations if isinstance(one, Elementwise)), default=0)

    @property
    def backward(self) -> tuple[Operation, ...]:
        """Operations of the backward pass."""
        return tuple(self._backward()) if self.learns else ()

    def _backward(self) -> Iterator[Operation]:
        for operation in self.operations:
            back = backward(operation)
            # gradients of inputs come first; a layer over data needs those of its weights alone
            yield from back if self.onwards or len(back) == 1 else back[1:]


def dense(
    name: str, rows: int, inputs: int, units: int, *, bias: bool = True, trained: bool = True, onwards: bool = True
) -> Layer:
    """Dense: rows x inputs times inputs x units, and a bias."""
    variables = (inputs * units, units) if bias else (inputs * units,)
    return Layer(
        name=name,
        operations=(Gemm(rows, units, inputs), *((Elementwise(rows * units, 2, 1),) if bias else ())),
        variables=variables if trained else (),
        fixed=0 if trained else sum(variables),
        kept=rows * units if trained else 0,
        learns=trained,
        onwards=onwards,
    )


def pointwise(
    name: str, values: int, flops: int = 1, kernels: int = 1, *, kept: int = 1, narrow: bool = False
) -> Layer:
    """An activation, a sum or a scaling over `values`, in so many kernels; `kept` arrays stay for the gradient."""
    return Layer(
        name=name,
        operations=(Elementwise(values, 1, 1, flops),),
        kept=kept * values,
        launches=kernels - 1,
        narrow=narrow,
    )


def data(name: str, values: int, flops: int, kernels: int, *, kept: bool = False) -> Layer:
    """Arithmetic on the data, through which no gradient passes; `kept` where a layer with weights reads it."""
    return Layer(
        name=name,
        operations=(Elementwise(values, 1, 1, flops),),
        kept=values if kept else 0,
        launches=kernels - 1,
        learns=False,
        narrow=True,
    )


def dropout(name: str, values: int, rate: float) -> Layer:
    """Dropout: a mask is drawn and multiplied in; nothing where the rate is 0."""
    if not rate:
        return Layer(name=name)
    return Layer(name=name, operations=(Elementwise(values, 1, 1, 2),), kept=values, masks=values, launches=3)


def position(name: str, batch: int, count: int, width: int) -> Layer:
    """A learned vector a position, added to every sample."""
    return Layer(
        name=name,
        operations=(Elementwise(batch * count * width, 1, 1),),
        variables=(count * width,),
        kept=batch * count * width,
    )


def batch_norm(name: str, rows: int, width: int, *, scaled: bool = True, learns: bool = True) -> Layer:
    """BatchNormalization over the last axis: moving mean and variance, and scale and shift where `scaled`."""
    return Layer(
        name=name,
        operations=(Normalisation(rows, width, "batch"),),
        variables=(width, width) if scaled else (),
        fixed=2 * width,
        kept=rows * width if learns else 0,
        launches=4,
        learns=learns,
    )


def causal_convolution(
    name: str, batch: int, steps: int, channels: int, filters: int, kernel: int, *, onwards: bool = True
) -> Layer:
    """Conv1D with causal padding and ReLU: as many steps out as in; a dilation changes no count.

    The padded input is a copy of its own, kept for the gradient of the kernel.
    """
    return Layer(
        name=name,
        operations=(
            Convolution(batch, channels, filters, 1, steps + kernel - 1, 1, kernel),
            Elementwise(batch * steps * filters, 1, 1, 2),
        ),
        variables=(kernel * channels * filters, filters),
        kept=batch * (steps * filters + (steps + kernel - 1) * channels),
        launches=1,
        onwards=onwards,
    )


def patches(name: str, batch: int, steps: int, channels: int, width: int, patch: int, stride: int) -> Layer:
    """Conv1D without padding: one token a patch of the data."""
    count = (steps - patch) // stride + 1
    return Layer(
        name=name,
        operations=(
            Convolution(batch, channels, width, 1, steps, 1, patch, 1, stride),
            Elementwise(batch * count * width, 1, 1),
        ),
        variables=(patch * channels * width, width),
        kept=batch * count * width,
        onwards=False,
    )


def cell_variables(cell: Cell, inputs: int, hidden: int) -> tuple[int, ...]:
    """Kernel, recurrent kernel and bias of Keras' cells; a GRU (reset after) has two biases."""
    gates = GATES[cell]
    biases = 2 if cell == "gru" else 1
    return gates * hidden * inputs, gates * hidden * hidden, biases * gates * hidden


def recurrent(name: str, cell: Cell, batch: int, steps: int, inputs: int, hidden: int) -> Layer:
    """LSTM or GRU over a sequence by cuDNN, which keeps gates, states and results of every step."""
    return Layer(
        name=name,
        operations=(Recurrent(cell, inputs, hidden, batch, steps),),
        variables=cell_variables(cell, inputs, hidden),
        kept=batch * steps * hidden * (GATES[cell] + 2),
        launches=3,
    )


def cell_step(name: str, cell: Cell, rows: int, inputs: int, hidden: int) -> Layer:
    """One step of a cell outside a recurrent layer: two matrix products and the gates, kernel by kernel."""
    gates = GATES[cell]
    return Layer(
        name=name,
        operations=(
            Gemm(rows, gates * hidden, inputs),
            Gemm(rows, gates * hidden, hidden),
            Elementwise(rows * gates * hidden, 2, 1, 6),
        ),
        variables=cell_variables(cell, inputs, hidden),
        kept=rows * hidden * (2 * gates + 3),
        launches=12,
    )


def attention(name: str, batch: int, count: int, width: int, heads: int) -> tuple[Layer, ...]:
    """MultiHeadAttention of tokens with themselves: four projections, and the products between them."""
    rows = batch * count
    core = Layer(
        name=name,
        operations=(Attention(batch, heads, count, count, width // heads), Elementwise(rows * width, 1, 1)),
        kept=batch * heads * count * count + rows * width,
        launches=4,
    )
    inside = [dense(f"{name}/{part}", rows, width, width) for part in ("query", "key", "value")]
    return *inside, core, dense(f"{name}/attention_output", rows, width, width)
