"""CNN-LSTM: dilated causal convolutions, folded into segments, then an LSTM."""

from __future__ import annotations

from typing import final

from sextet.core.window import WindowShape
from sextet.members.backend import keras, layers, ops
from sextet.members.layers.scene import close_scene, open_scene, usable_segment
from sextet.members.layers.segments import decode, fold, unfold, with_context
from sextet.members.member import Member
from sextet.specs.cnn_lstm import CNNLSTMSpec


@final
class CNNLSTM(Member):
    """Convolutions see the shape of a few steps, the LSTM the order of segments.

    The convolutions' output is folded, not averaged, into segments: the phase of the day survives.
    """

    def __init__(self, spec: CNNLSTMSpec) -> None:
        """Build what `spec` describes."""
        self.spec = spec

    def build(self, shape: WindowShape) -> keras.Model:
        """Build the network for windows of `shape`."""
        spec = self.spec
        segment = usable_segment(spec.segment, shape)
        scene = open_scene(spec, shape, segment)
        features = scene.steps
        for depth, dilation in enumerate(spec.dilations):
            features = layers.Conv1D(
                spec.filters,
                spec.kernel,
                padding="causal",
                dilation_rate=dilation,
                activation="relu",
                name=f"convolution_{depth}",
            )(features)
        features = ops.concatenate([features, scene.steps], axis=-1)
        tokens = layers.Dense(spec.width, activation="relu", name="segment_token")(fold(features, segment))
        tokens = layers.Dropout(spec.dropout / 2, name="token_dropout")(tokens)
        tokens = with_context(tokens, scene.context, "encoder_context")
        _, *states = layers.LSTM(spec.width, return_state=True, name="encoder")(tokens)
        hidden = decode(scene, states, layers.LSTMCell(spec.width, name="decoder"), shape.horizon, segment)
        hidden = layers.Dropout(spec.dropout, name="decoder_dropout")(hidden)
        answer = layers.Dense(segment * len(shape.levels), name="head")(hidden)
        raw = unfold(answer, shape.horizon, len(shape.levels))
        return keras.Model(scene.inputs, {"quantiles": close_scene(spec, scene, raw, shape)}, name=spec.name)
