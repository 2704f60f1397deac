"""PatchTST: a transformer over patches of the series (Nie et al., arXiv 2211.14730)."""

from __future__ import annotations

from typing import final

from sextet.core.window import WindowShape
from sextet.members.backend import Tensor, keras, layers, ops
from sextet.members.layers.position import LearnedPosition
from sextet.members.layers.quantile_head import with_median_moved
from sextet.members.layers.scene import Scene, close_scene, open_scene
from sextet.members.layers.segments import with_context
from sextet.members.layers.shared_norm import SharedNorm
from sextet.members.member import Member
from sextet.specs.patchtst import PatchTSTSpec

BOTTLENECK = 32
"""Width through which the distances between quantiles are read: a dense map from the whole encoding onto
horizon x quantiles would hold most parameters of the network, and overfit."""


@final
class PatchTST(Member):
    """Patches with end padding, learned positions, BatchNorm, instance normalisation and a flatten head.

    Channels are independent: every series is a sample of one network.
    """

    def __init__(self, spec: PatchTSTSpec) -> None:
        """Build what `spec` describes."""
        self.spec = spec

    def build(self, shape: WindowShape) -> keras.Model:
        """Build the network for windows of `shape`."""
        spec = self.spec
        scene = open_scene(spec, shape)
        tokens = with_context(self._patches(scene), scene.context, "encoder_context")
        tokens = LearnedPosition(name="position")(tokens)
        tokens = layers.Dropout(spec.dropout, name="token_dropout")(tokens)
        for depth in range(spec.layers):
            tokens = self._encoder_layer(tokens, depth)
        flat = layers.Dropout(spec.dropout, name="head_dropout")(layers.Flatten(name="flatten")(tokens))
        quantiles = close_scene(spec, scene, _head(flat, scene, shape), shape)
        return keras.Model(scene.inputs, {"quantiles": quantiles}, name=spec.name)

    def _patches(self, scene: Scene) -> Tensor:
        """One token a patch: a strided convolution is a dense layer on every patch."""
        length = scene.steps.shape[1]
        patch = min(self.spec.patch, length)
        stride = min(self.spec.stride, patch)
        # the first patch starts late enough that whole strides reach the end, where the news is; the end is
        # padded by repeating the last row
        first = (length - patch) % stride
        tail = ops.repeat(scene.steps[:, -1:, :], stride, axis=1)
        padded = ops.concatenate([scene.steps[:, first:, :], tail], axis=1)
        return layers.Conv1D(self.spec.width, patch, strides=stride, name="patch_token")(padded)

    def _encoder_layer(self, tokens: Tensor, depth: int) -> Tensor:
        """Attention and feed-forward, each with a residual connection and BatchNorm after it."""
        spec = self.spec
        attention = layers.MultiHeadAttention(spec.heads, spec.width // spec.heads, name=f"attention_{depth}")
        seen = layers.Dropout(spec.dropout, name=f"attention_dropout_{depth}")(attention(tokens, tokens))
        tokens = SharedNorm(momentum=0.9, name=f"attention_norm_{depth}")(tokens + seen)
        inner = layers.Dense(spec.feed_forward, name=f"forward_in_{depth}")(tokens)
        # the tanh form: the exact one has no operator in the exported graph
        inner = layers.Dropout(spec.dropout, name=f"inner_dropout_{depth}")(
            keras.activations.gelu(inner, approximate=True)
        )
        inner = layers.Dense(spec.width, name=f"forward_out_{depth}")(inner)
        inner = layers.Dropout(spec.dropout, name=f"forward_dropout_{depth}")(inner)
        return SharedNorm(momentum=0.9, name=f"forward_norm_{depth}")(tokens + inner)


def _head(flat: Tensor, scene: Scene, shape: WindowShape) -> Tensor:
    """Raw values `[B, H, Q]`: the median from the whole encoding, distances from it through the bottleneck."""
    count = len(shape.levels)
    median = layers.Dense(shape.horizon, name="median_head")(flat)[..., None]
    code = layers.Dense(BOTTLENECK, activation="relu", name="distance_code")(flat)
    distances = layers.Dense(shape.horizon * count, name="distance_head")(code)
    raw = with_median_moved(ops.reshape(distances, (-1, shape.horizon, count)), median, shape.levels)
    if scene.future is not None:
        raw = raw + layers.Dense(count, use_bias=False, name="future_effect")(scene.future)
    return raw
