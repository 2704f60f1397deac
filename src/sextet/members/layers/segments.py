"""Segments as tokens, and the parallel decoder: every segment of the horizon is one step from the same state.

After SegRNN (Lin et al., arXiv 2308.11200).
"""

from __future__ import annotations

import math

from sextet.members.backend import Tensor, keras, layers, ops
from sextet.members.layers.position import LearnedPosition
from sextet.members.layers.scene import Scene


def fold(steps: Tensor, segment: int) -> Tensor:
    """`[B, l, C]` -> `[B, l / segment, segment * C]`."""
    _, length, channels = steps.shape
    return ops.reshape(steps, (-1, length // segment, segment * channels))


def unfold(answer: Tensor, horizon: int, channels: int) -> Tensor:
    """`[B, N, segment * channels]` -> `[B, horizon, channels]`."""
    return ops.reshape(answer, (-1, answer.shape[1] * answer.shape[2] // channels, channels))[:, :horizon]


def with_context(tokens: Tensor, context: Tensor | None, name: str) -> Tensor:
    """Add what holds for the whole window to every token `[B, N, D]`, through one projection."""
    if context is None:
        return tokens
    return tokens + layers.Dense(tokens.shape[-1], use_bias=False, name=name)(context)[:, None, :]


def segment_tokens(scene: Scene, segment: int, width: int, dropout: float) -> Tensor:
    """One token `[B, l / segment, width]` a segment of the history."""
    tokens = layers.Dense(width, name="segment_token")(fold(scene.steps, segment))
    tokens = ops.relu(with_context(tokens, scene.context, "encoder_context"))
    return layers.Dropout(dropout, name="token_dropout")(tokens)


def decode(scene: Scene, states: list[Tensor], cell: keras.layers.Layer, horizon: int, segment: int) -> Tensor:
    """Answer every segment of the horizon by one step of `cell` from the encoder's last state: `[B, N, width]`."""
    width = states[0].shape[-1]
    queries = _queries(scene, horizon, segment, width)
    count = queries.shape[1]
    repeated = [ops.reshape(ops.repeat(state[:, None, :], count, axis=1), (-1, width)) for state in states]
    hidden, _ = cell(ops.reshape(queries, (-1, width)), repeated)
    return ops.reshape(hidden, (-1, count, width))


def _queries(scene: Scene, horizon: int, segment: int, width: int) -> Tensor:
    """One query a segment of the horizon, from its position, known covariates and context: `[B, N, width]`."""
    count = math.ceil(horizon / segment)
    if scene.future is None:
        # built from the window so that the batch size follows it, also in an exported graph
        queries = ops.zeros_like(ops.repeat(ops.repeat(scene.level[:, None, :], count, axis=1), width, axis=2))
    else:
        future = ops.pad(scene.future, ((0, 0), (0, count * segment - horizon), (0, 0)))
        queries = layers.Dense(width, use_bias=False, name="future_token")(fold(future, segment))
    return with_context(LearnedPosition(name="output_position")(queries), scene.context, "decoder_context")
