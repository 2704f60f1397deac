"""The models of the published memory figures, described by `sextet.planner.stacks` from their papers and code.

What is not stated in a source is assumed here. LTSF-Linear's table is of 321 series, 96 steps in and 720 out; its
scripts train these models with batches of 32, width 512, 8 heads, 2 encoder layers, 1 decoder layer, inner width 2048,
48 known steps before the horizon and factor 3; the decoder then sees 768 steps. The descriptions were written with the
published figures at hand, so errors on models that nobody has looked at will be larger.
"""

from __future__ import annotations

import math

from sextet.planner.layers import Layer, dense, dropout, pointwise
from sextet.planner.operations import Elementwise, Work
from sextet.planner.stacks import (
    Tokens,
    attention_block,
    convolution_block,
    embedding,
    feed_forward_block,
    layer_norm,
    stack_work,
    transformer_stack,
)

BATCH, SERIES, WIDTH, HEADS, INNER, RATE = 32, 321, 512, 8, 2048, 0.05
ENCODER = Tokens(batch=BATCH, count=96, width=WIDTH)
DECODER = Tokens(batch=BATCH, count=768, width=WIDTH)


def held(name: str, values: int) -> Layer:
    """Values kept by operations that are no layer of ours: transforms, rolls, samples."""
    return Layer(name=name, operations=(Elementwise(max(values, 1), 1, 1),), kept=values)


def _embedded(tokens: Tokens) -> list[Layer]:
    """Value convolution of kernel 3, temporal embedding, their sum and dropout."""
    return [
        dense("value_embedding", tokens.rows, 3 * SERIES, tokens.width, bias=False, onwards=False),
        pointwise("temporal_embedding", tokens.values),
        dropout("embedding_dropout", tokens.values, RATE),
    ]


def _ltsf(name: str, layers: list[Layer]) -> Work:
    layers = [*_embedded(ENCODER), *_embedded(DECODER), *layers, dense("projection", DECODER.rows, WIDTH, SERIES)]
    return stack_work(name, layers, BATCH, BATCH * 720 * SERIES)


def dlinear() -> Work:
    """Two linear maps over time, shared by the series."""
    layers = [dense(part, BATCH * SERIES, 96, 720, onwards=False) for part in ("seasonal", "trend")]
    return stack_work("DLinear", layers, BATCH, BATCH * 720 * SERIES)


def transformer() -> Work:
    """Full attention."""
    return _ltsf(
        "Transformer",
        [
            *transformer_stack(ENCODER, 2, HEADS, INNER, RATE),
            *attention_block("self", DECODER, HEADS, rate=RATE),
            *attention_block("cross", DECODER, HEADS, 96, rate=RATE),
            *feed_forward_block("forward", DECODER, INNER, RATE),
        ],
    )


def _projections(name: str, tokens: Tokens, keys: int | None = None) -> list[Layer]:
    """The four projections of an attention, without what is between them."""
    seen = tokens.batch * (tokens.count if keys is None else keys)
    return [
        dense(f"{name}/{part}", rows, tokens.width, tokens.width)
        for part, rows in (("query", tokens.rows), ("key", seen), ("value", seen), ("output", tokens.rows))
    ]


def informer() -> Work:
    """ProbSparse attention (arXiv 2012.07436): sampled keys stand beside what is kept while queries are chosen."""

    def sparse(name: str, tokens: Tokens) -> list[Layer]:
        sampled = 3 * math.ceil(math.log(tokens.count))
        return [
            *_projections(name, tokens),
            held(f"{name}/scores", 2 * tokens.batch * HEADS * sampled * tokens.count + tokens.values),
            layer_norm(f"{name}/norm", tokens),
        ]

    half = Tokens(batch=BATCH, count=48, width=WIDTH)
    sampled = BATCH * HEADS * 768 * 3 * math.ceil(math.log(768)) * (WIDTH // HEADS)
    return _ltsf(
        "Informer",
        [
            *sparse("encoder_0", ENCODER),
            *feed_forward_block("encoder_0/forward", ENCODER, INNER, RATE),
            held("distilling", 3 * ENCODER.values),
            *sparse("encoder_1", half),
            *feed_forward_block("encoder_1/forward", half, INNER, RATE),
            *sparse("self", DECODER),
            *sparse("cross", DECODER),
            *feed_forward_block("forward", DECODER, INNER, RATE),
            *(held(f"sampled keys of head {head}", sampled // HEADS) for head in range(HEADS)),
        ],
    )


def autoformer() -> Work:
    """Auto-correlation (arXiv 2106.13008): for each of top-k delays a rolled copy of the values and their weights."""

    def correlated(name: str, tokens: Tokens, keys: int | None = None) -> list[Layer]:
        delays = int(3 * math.log(tokens.count))
        each = [held(f"{name}/delay_{k}", 2 * tokens.values) for k in range(delays)]
        return [*_projections(name, tokens, keys), held(f"{name}/transforms", 3 * tokens.values), *each]

    return _ltsf(
        "Autoformer",
        [
            *(
                one
                for depth in range(2)
                for one in (
                    *correlated(f"encoder_{depth}", ENCODER),
                    *feed_forward_block(f"encoder_{depth}/forward", ENCODER, INNER, RATE),
                    held(f"encoder_{depth}/decomposition", 4 * ENCODER.values),
                )
            ),
            *correlated("self", DECODER),
            *correlated("cross", DECODER, 96),
            *feed_forward_block("forward", DECODER, INNER, RATE),
            held("decomposition", 6 * DECODER.values),
        ],
    )


def fedformer() -> Work:
    """Attention over 64 Fourier modes (arXiv 2201.12740), and a mixture of decompositions."""

    def fourier(name: str, tokens: Tokens, keys: int | None = None) -> list[Layer]:
        return [
            *_projections(name, tokens, keys),
            Layer(name=f"{name}/modes", variables=(2 * WIDTH * WIDTH // HEADS * 64,), kept=3 * tokens.values),
        ]

    return _ltsf(
        "FEDformer",
        [
            *(
                one
                for depth in range(2)
                for one in (
                    *fourier(f"encoder_{depth}", ENCODER),
                    *feed_forward_block(f"encoder_{depth}/forward", ENCODER, INNER, RATE),
                    held(f"encoder_{depth}/decomposition", 8 * ENCODER.values),
                )
            ),
            *fourier("self", DECODER),
            *fourier("cross", DECODER, 96),
            *feed_forward_block("forward", DECODER, INNER, RATE),
            held("decomposition", 12 * DECODER.values),
        ],
    )


def pyraformer() -> Work:
    """Pyramidal attention (Liu et al., ICLR 2022): 241 million parameters, nearly all in one map onto 720 x 321."""
    pyramid = Tokens(batch=BATCH, count=96 + 24 + 6 + 1, width=256)
    layers = [
        dense("value_embedding", pyramid.rows, 3 * SERIES, 256, onwards=False),
        *transformer_stack(pyramid, 4, 4, 512),
        dense("predictor", BATCH, 4 * 256, 720 * SERIES, bias=False),
    ]
    return stack_work("Pyraformer", layers, BATCH, BATCH * 720 * SERIES)


def bert(batch: int, length: int, layers: int = 12, width: int = 768, vocabulary: int = 30_522) -> Work:
    """BERT (arXiv 1810.04805), heads of width 64; ERNIE 1.0 is a BERT-base with 18,000 words."""
    tokens = Tokens(batch=batch, count=length, width=width)
    stack = [*embedding(tokens, vocabulary + 514), *transformer_stack(tokens, layers, width // 64, 4 * width)]
    return stack_work("BERT", stack, batch, 2 * tokens.rows)


def transformer_xl(batch: int) -> Work:
    """Transformer-XL base of NVIDIA's DeepLearningExamples: 16 layers, width 410, 192 steps and as many remembered."""
    tokens = Tokens(batch=batch, count=192, width=400)
    layers = [
        *embedding(tokens, 267_735 // 2),
        *(
            one
            for depth in range(16)
            for one in (
                *attention_block(f"attention_{depth}", tokens, 10, 384),
                # scores by position, shifted, stand beside those by content
                held(f"attention_{depth}/positions", 2 * batch * 10 * 192 * 384),
                *feed_forward_block(f"forward_{depth}", tokens, 2100),
            )
        ),
    ]
    return stack_work("Transformer-XL base", layers, batch, tokens.rows * 20_000)


def patchtst_pretraining(batch: int = 64, series: int = 321) -> Work:
    """PatchTST's pre-training (arXiv 2211.14730): 512 steps, 42 patches of 12, width 128, 16 heads, 3 layers."""
    tokens = Tokens(batch=batch * series, count=42, width=128)
    layers = [
        dense("patch_token", tokens.rows, 12, 128, onwards=False),
        *transformer_stack(tokens, 3, 16, 512, 0.2),
        dense("head", tokens.rows, 128, 12),
    ]
    return stack_work("PatchTST pre-training", layers, batch, tokens.rows * 12)


def resnet50(batch: int) -> Work:
    """ResNet-50 (arXiv 1512.03385) at 224 x 224."""
    layers = convolution_block("stem", batch, (224, 224), 3, 64, (7, 7), 2)
    size, channels = 56, 64
    for stage, (blocks, width) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            name = f"{stage}.{block}"
            if not block:
                layers += convolution_block(f"{name}.skip", batch, (size, size), channels, 4 * width, (1, 1), stride)
            layers += convolution_block(f"{name}.0", batch, (size, size), channels, width, (1, 1))
            layers += convolution_block(f"{name}.1", batch, (size, size), width, width, (3, 3), stride)
            size, channels = size // stride, 4 * width
            layers += convolution_block(f"{name}.2", batch, (size, size), width, channels, (1, 1))
    layers.append(dense("classifier", batch, channels, 1000))
    return stack_work("ResNet-50", layers, batch, 1000 * batch, states=1)
