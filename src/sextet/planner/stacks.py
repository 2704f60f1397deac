"""Stacks of common layers as work, for models that are not members: recurrent, convolution, dense, transformer.

A stack is a list of layers for one batch; `stack_work` makes a call of it. What is kept follows frameworks that run
operation by operation and keep, for the backward pass, what each operation's gradient reads (for a transformer layer
that is Korthikanti et al., arXiv 2205.05198, section 4.1: 16 widths and 2 scores a head and key, and their masks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sextet.planner.layers import Layer, batch_norm, dense, dropout, pointwise, recurrent
from sextet.planner.operations import Attention, Cell, Convolution, Elementwise, Normalisation, Work
from sextet.planner.work import work_of


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Tokens that a transformer layer sees.

    Attributes:
        batch, count: samples, and tokens of each.
        width: of a token.
    """

    batch: int
    count: int
    width: int

    @property
    def rows(self) -> int:
        """All tokens."""
        return self.batch * self.count

    @property
    def values(self) -> int:
        """Values of all tokens."""
        return self.rows * self.width


def stack_work(
    name: str, layers: Sequence[Layer], batch: int, answer: int, *, training: bool = True, states: int = 2
) -> Work:
    """Return one call of a stack: `answer` values for `batch` samples; `states` of Adam are 2, with an average 3."""
    return work_of(name, layers, batch, answer, input_bytes=0, training=training, states=states)


def recurrent_stack(
    cell: Cell, batch: int, steps: int, inputs: int, hidden: Sequence[int], *, rate: float = 0.0
) -> list[Layer]:
    """Recurrent layers one on the other, with dropout between them."""
    layers: list[Layer] = []
    for depth, width in enumerate(hidden):
        layers.append(recurrent(f"{cell}_{depth}", cell, batch, steps, inputs, width))
        layers.append(dropout(f"dropout_{depth}", batch * steps * width, rate))
        inputs = width
    return layers


def dense_stack(rows: int, inputs: int, units: Sequence[int]) -> list[Layer]:
    """Dense layers with ReLU between them."""
    layers: list[Layer] = []
    for depth, width in enumerate(units):
        layers += [dense(f"dense_{depth}", rows, inputs, width), pointwise(f"relu_{depth}", rows * width, kept=0)]
        inputs = width
    return layers


def embedding(tokens: Tokens, vocabulary: int) -> list[Layer]:
    """A table of `vocabulary` vectors, LayerNorm and dropout."""
    table = Layer(
        name="embedding",
        operations=(Elementwise(tokens.values, 1, 1),),
        variables=(vocabulary * tokens.width,),
        kept=tokens.values,
    )
    return [table, layer_norm("embedding_norm", tokens), dropout("embedding_dropout", tokens.values, 0.1)]


def layer_norm(name: str, tokens: Tokens) -> Layer:
    """LayerNorm with scale and shift."""
    return Layer(
        name=name,
        operations=(Normalisation(tokens.rows, tokens.width, "layer"),),
        variables=(tokens.width, tokens.width),
        kept=tokens.values,
    )


def attention_block(name: str, tokens: Tokens, heads: int, keys: int | None = None, rate: float = 0.1) -> list[Layer]:
    """Multi-head attention with projections, dropout, residual sum and LayerNorm.

    Args:
        name: of the block.
        tokens: queries.
        heads: of equal width.
        keys: tokens of each sample attended to, where they are others than the queries.
        rate: of dropout, on the scores and on the result.
    """
    seen = Tokens(batch=tokens.batch, count=tokens.count if keys is None else keys, width=tokens.width)
    scores = tokens.batch * heads * tokens.count * seen.count
    core = Layer(
        name=f"{name}/scores",
        operations=(
            Attention(tokens.batch, heads, tokens.count, seen.count, tokens.width // heads),
            *((Elementwise(scores, 1, 1, 2),) if rate else ()),
        ),
        kept=(2 if rate else 1) * scores + tokens.values,
        masks=scores if rate else 0,
        launches=3,
    )
    width = tokens.width
    return [
        dense(f"{name}/query", tokens.rows, width, width),
        dense(f"{name}/key", seen.rows, width, width),
        dense(f"{name}/value", seen.rows, width, width),
        core,
        dense(f"{name}/output", tokens.rows, width, width),
        _mask(f"{name}/dropout", tokens.values, rate),
        layer_norm(f"{name}/norm", tokens),
    ]


def feed_forward_block(name: str, tokens: Tokens, hidden: int, rate: float = 0.1) -> list[Layer]:
    """Two dense layers with GELU between them, dropout, residual sum and LayerNorm."""
    inside = tokens.rows * hidden
    return [
        dense(f"{name}/in", tokens.rows, tokens.width, hidden),
        pointwise(f"{name}/gelu", inside, flops=8),
        _mask(f"{name}/inner_dropout", inside, rate),
        dense(f"{name}/out", tokens.rows, hidden, tokens.width),
        _mask(f"{name}/dropout", tokens.values, rate),
        layer_norm(f"{name}/norm", tokens),
    ]


def transformer_stack(tokens: Tokens, layers: int, heads: int, hidden: int, rate: float = 0.1) -> list[Layer]:
    """Encoder layers: attention, then feed-forward."""
    return [
        one
        for depth in range(layers)
        for one in (
            *attention_block(f"attention_{depth}", tokens, heads, rate=rate),
            *feed_forward_block(f"forward_{depth}", tokens, hidden, rate),
        )
    ]


def convolution_block(
    name: str, batch: int, size: tuple[int, int], channels: int, filters: int, kernel: tuple[int, int], stride: int = 1
) -> list[Layer]:
    """A convolution over height x width that keeps the size but for its stride, BatchNorm and ReLU."""
    pads = kernel[0] // 2, kernel[1] // 2
    operation = Convolution(batch, channels, filters, *size, *kernel, stride, stride, *pads)
    rows = batch * operation.out_height * operation.out_width
    convolution = Layer(
        name=name,
        operations=(operation,),
        variables=(kernel[0] * kernel[1] * channels * filters,),
        kept=rows * filters,
    )
    return [convolution, batch_norm(f"{name}/norm", rows, filters), pointwise(f"{name}/relu", rows * filters, kept=0)]


def _mask(name: str, values: int, rate: float) -> Layer:
    """Dropout whose result is summed or read on in place: only its mask is kept."""
    return Layer(name=name, operations=(Elementwise(values, 1, 1, 2),), masks=values) if rate else Layer(name=name)
