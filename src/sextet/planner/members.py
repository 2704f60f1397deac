"""What each neural member costs, counted from its spec and the windows' shape as `members` builds it.

The functions follow the builders of `members/*.py` and `members/layers/*.py` name by name; a test holds every count
against the built Keras models.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sextet.core.errors import ConfigError
from sextet.core.window import WindowShape
from sextet.planner.layers import (
    Layer,
    attention,
    batch_norm,
    causal_convolution,
    cell_step,
    data,
    dense,
    dropout,
    patches,
    pointwise,
    position,
    recurrent,
)
from sextet.planner.operations import Cell
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.neural import NeuralSpec
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import MemberSpec
from sextet.specs.recurrent import GRUSpec, LSTMSpec, RecurrentSpec
from sextet.specs.spike_detector import SpikeDetectorSpec

BOTTLENECK = 32
"""Width through which PatchTST reads the distances between quantiles, as in `members.patchtst`."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The sizes of a window inside a network; see `members.layers.scene.Scene`.

    Attributes:
        batch: B, samples.
        shape: of the windows.
        segment: steps a token; 1 where there are none.
        steps: l, the member's own lookback.
        channels: of the sharpened history.
        context: features of the whole window; 0: none.
        future: features of a step of the horizon; 0: none.
    """

    batch: int
    shape: WindowShape
    segment: int
    steps: int
    channels: int
    context: int
    future: int

    @classmethod
    def of(cls, spec: NeuralSpec, shape: WindowShape, batch: int, segment: int = 1) -> Scene:
        """Return the sizes that `members.layers.scene.open_scene` makes of a spec."""
        steps = min(spec.lookback, shape.lookback)
        channels = shape.past_channels
        if not spec.covariates:
            channels = 2
        elif not spec.past_covariates:
            channels = 2 + shape.future_channels
        static = shape.static_features if spec.covariates else 0
        return cls(
            batch=batch,
            shape=shape,
            segment=segment,
            steps=max(steps - steps % segment, min(segment, shape.lookback)),
            channels=channels + 1,  # the change of the target stands beside its value
            context=(2 if spec.level_features else 0) + static,
            future=shape.future_channels if spec.covariates else 0,
        )

    @property
    def tokens(self) -> int:
        """Segments of the history."""
        return self.steps // self.segment

    @property
    def queries(self) -> int:
        """Segments of the horizon."""
        return math.ceil(self.shape.horizon / self.segment)

    @property
    def values(self) -> int:
        """Values of the answer: batch x horizon x levels."""
        return self.batch * self.shape.horizon * len(self.shape.levels)


def layers_of(spec: MemberSpec, shape: WindowShape, batch: int) -> tuple[Layer, ...]:
    """Return the layers of a member for a batch of windows; none for the Rule-Based member, which has no network.

    Args:
        spec: of a member, every field chosen (see `specs.defaults.resolved`).
        shape: of the windows.
        batch: windows on one card.

    Raises:
        ConfigError: a field is open, or the member is the user's own, whose layers only Keras knows.
    """
    if isinstance(spec, NeuralSpec):
        spec.require_chosen()
        return tuple(_BUILDERS[type(spec)](spec, shape, batch))
    if spec.name == "rule-based":
        return ()
    raise ConfigError(
        f"The planner counts the members of sextet; {spec.name!r} is a model of your own, whose layers only Keras "
        "knows. Leave it out of the plan, or describe it with sextet.planner.stacks."
    )


def frame_of(spec: NeuralSpec, shape: WindowShape, batch: int) -> tuple[Layer, ...]:
    """Return what all members have in common, around one dense layer: the window opened, quantiles made of an answer.

    It is what calibration runs to learn what passes over narrow arrays take; `probes.kernels` builds it.
    """
    scene = Scene.of(spec, shape, batch)
    body = dense("frame", batch, scene.steps * scene.channels, shape.horizon)
    return (*_open(scene), body, pointwise("repeat", scene.values), *_close(scene, spec))


def _lstm(spec: LSTMSpec, shape: WindowShape, batch: int) -> Iterator[Layer]:
    return _recurrent_member(spec, shape, batch, "lstm")


def _gru(spec: GRUSpec, shape: WindowShape, batch: int) -> Iterator[Layer]:
    return _recurrent_member(spec, shape, batch, "gru")


def _recurrent_member(spec: RecurrentSpec, shape: WindowShape, batch: int, cell: Cell) -> Iterator[Layer]:
    scene = Scene.of(spec, shape, batch, min(spec.segment, shape.lookback))
    yield from _open(scene)
    yield from _segment_tokens(scene, spec.width, spec.dropout / 2)
    for depth in range(spec.layers - 1):
        yield recurrent(f"encoder_{depth}", cell, batch, scene.tokens, spec.width, spec.width)
        yield dropout(f"encoder_dropout_{depth}", batch * scene.tokens * spec.width, spec.dropout)
    yield recurrent("encoder", cell, batch, scene.tokens, spec.width, spec.width)
    yield from _decode(scene, spec, cell)
    yield dense("head", batch * scene.queries, spec.width, scene.segment * len(shape.levels))
    yield from _close(scene, spec)


def _cnn_lstm(spec: CNNLSTMSpec, shape: WindowShape, batch: int) -> Iterator[Layer]:
    scene = Scene.of(spec, shape, batch, min(spec.segment, shape.lookback))
    yield from _open(scene)
    channels = scene.channels
    for depth in range(len(spec.dilations)):
        name = f"convolution_{depth}"
        yield causal_convolution(name, batch, scene.steps, channels, spec.filters, spec.kernel, onwards=depth > 0)
        channels = spec.filters
    folded = scene.segment * (channels + scene.channels)
    yield pointwise("concatenate", batch * scene.tokens * folded, kernels=2)
    rows = batch * scene.tokens
    yield dense("segment_token", rows, folded, spec.width)
    yield pointwise("segment_token/relu", rows * spec.width, kept=0)
    yield dropout("token_dropout", rows * spec.width, spec.dropout / 2)
    yield from _context(scene, rows, spec.width, "encoder_context")
    yield recurrent("encoder", "lstm", batch, scene.tokens, spec.width, spec.width)
    yield from _decode(scene, spec, "lstm")
    yield dense("head", batch * scene.queries, spec.width, scene.segment * len(shape.levels))
    yield from _close(scene, spec)


def _spike_detector(spec: SpikeDetectorSpec, shape: WindowShape, batch: int) -> Iterator[Layer]:
    scene = Scene.of(spec, shape, batch, min(spec.segment, shape.lookback))
    yield from _open(scene)
    yield from _segment_tokens(scene, spec.width, spec.dropout / 2)
    yield recurrent("encoder", "gru", batch, scene.tokens, spec.width, spec.width)
    yield from _decode(scene, spec, "gru")
    rows = batch * scene.queries
    yield dense("head", rows, spec.width, scene.segment * len(shape.levels))
    yield from _close(scene, spec)
    yield dense("logit", rows, spec.width, scene.segment)
    yield dense("height", rows, spec.width, scene.segment)
    yield pointwise("spike_probability", batch * shape.horizon, flops=4, kernels=2)
    yield pointwise("spike_size", batch * shape.horizon, flops=4, kernels=2)
    yield pointwise("quantiles", scene.values, flops=2, kernels=2)


def _patchtst(spec: PatchTSTSpec, shape: WindowShape, batch: int) -> Iterator[Layer]:
    scene = Scene.of(spec, shape, batch)
    patch = min(spec.patch, scene.steps)
    stride = min(spec.stride, patch)
    # the first patch starts late enough that whole strides reach the end, which is padded by one stride
    padded = scene.steps - (scene.steps - patch) % stride + stride
    count = (padded - patch) // stride + 1
    yield from _open(scene)
    yield data("padding", batch * padded * scene.channels, 0, 3, kept=True)
    yield patches("patch_token", batch, padded, scene.channels, spec.width, patch, stride)
    yield from _context(scene, batch * count, spec.width, "encoder_context")
    yield position("position", batch, count, spec.width)
    yield dropout("token_dropout", batch * count * spec.width, spec.dropout)
    for depth in range(spec.layers):
        yield from _encoder_layer(spec, batch, count, depth)
    flat = count * spec.width
    yield dropout("head_dropout", batch * flat, spec.dropout)
    yield dense("median_head", batch, flat, shape.horizon)
    yield dense("distance_code", batch, flat, BOTTLENECK)
    yield pointwise("distance_code/relu", batch * BOTTLENECK, kept=0)
    yield dense("distance_head", batch, BOTTLENECK, shape.horizon * len(shape.levels))
    yield pointwise("median_moved", scene.values, kernels=6)
    if scene.future:
        rows, levels = batch * shape.horizon, len(shape.levels)
        yield dense("future_effect", rows, scene.future, levels, bias=False, onwards=False)
        yield pointwise("future_added", scene.values, kept=0)
    yield from _close(scene, spec)


def _encoder_layer(spec: PatchTSTSpec, batch: int, count: int, depth: int) -> Iterator[Layer]:
    rows, width = batch * count, spec.width
    yield from attention(f"attention_{depth}", batch, count, width, spec.heads)
    yield dropout(f"attention_dropout_{depth}", rows * width, spec.dropout)
    yield pointwise(f"attention_sum_{depth}", rows * width)
    yield batch_norm(f"attention_norm_{depth}", rows, width)
    yield dense(f"forward_in_{depth}", rows, width, spec.feed_forward)
    # tanh form: its cube, its inner sum and its tanh are kept beside the result
    yield pointwise(f"gelu_{depth}", rows * spec.feed_forward, flops=8, kernels=8, kept=3)
    yield dropout(f"inner_dropout_{depth}", rows * spec.feed_forward, spec.dropout)
    yield dense(f"forward_out_{depth}", rows, spec.feed_forward, width)
    yield dropout(f"forward_dropout_{depth}", rows * width, spec.dropout)
    yield pointwise(f"forward_sum_{depth}", rows * width)
    yield batch_norm(f"forward_norm_{depth}", rows, width)


def _open(scene: Scene) -> Iterator[Layer]:
    """Crop, normalise, sharpen: arithmetic on the data."""
    history = scene.batch * scene.steps
    yield data("window_norm", history, 12, 18)
    yield data("change", 2 * history, 2, 4)
    yield batch_norm("input_scale", history, 2, scaled=False, learns=False)
    yield data("steps", history * scene.channels, 0, 4, kept=True)
    if scene.context:
        yield data("context", scene.batch * scene.context, 1, 2)


def _context(scene: Scene, rows: int, width: int, name: str) -> Iterator[Layer]:
    """One projection of the context, added to every token."""
    if scene.context:
        yield dense(name, scene.batch, scene.context, width, bias=False, onwards=False)
        yield pointwise(f"{name}/sum", rows * width, kept=0)


def _segment_tokens(scene: Scene, width: int, rate: float) -> Iterator[Layer]:
    rows = scene.batch * scene.tokens
    yield dense("segment_token", rows, scene.segment * scene.channels, width, onwards=False)
    yield from _context(scene, rows, width, "encoder_context")
    yield pointwise("segment_token/relu", rows * width, kept=0)
    yield dropout("token_dropout", rows * width, rate)


def _decode(scene: Scene, spec: NeuralSpec, cell: Cell) -> Iterator[Layer]:
    """Queries, one step of a cell for all of them, and the dropout after it."""
    rows, width = scene.batch * scene.queries, spec.width
    if scene.future:
        yield data("future_padded", rows * scene.segment * scene.future, 0, 1)
        yield dense("future_token", rows, scene.segment * scene.future, width, bias=False, onwards=False)
    else:
        yield data("no_future", rows * width, 0, 3)
    yield position("output_position", scene.batch, scene.queries, width)
    yield from _context(scene, rows, width, "decoder_context")
    yield pointwise("states", rows * width * (2 if cell == "lstm" else 1), kernels=2)
    yield cell_step("decoder", cell, rows, width, width)
    yield dropout("decoder_dropout", rows * width, spec.dropout)


def _close(scene: Scene, spec: NeuralSpec) -> Iterator[Layer]:
    """The linear map beside the network, quantiles that cannot cross, and the window's own space."""
    shape = scene.shape
    if spec.skip:
        line = scene.steps + shape.horizon * scene.future
        yield dense("skip", scene.batch, line, shape.horizon, trained=False)
        yield pointwise("skip_added", scene.values, kernels=5, narrow=True)
    # softplus and a running sum on each side of the median
    yield pointwise("monotone", scene.values, flops=6, kernels=12 + len(shape.levels) // 2, narrow=True)
    yield pointwise("restore", scene.values, flops=2, kernels=2, narrow=True)


_BUILDERS: dict[type[NeuralSpec], Callable[..., Iterator[Layer]]] = {
    LSTMSpec: _lstm,
    GRUSpec: _gru,
    CNNLSTMSpec: _cnn_lstm,
    PatchTSTSpec: _patchtst,
    SpikeDetectorSpec: _spike_detector,
}
