"""The segment-recurrent network that LSTM and GRU share (SegRNN, arXiv 2308.11200)."""

from __future__ import annotations

from sextet.core.window import WindowShape
from sextet.members.backend import keras, layers
from sextet.members.layers.scene import close_scene, open_scene, usable_segment
from sextet.members.layers.segments import decode, segment_tokens, unfold
from sextet.specs.recurrent import RecurrentSpec


def build_recurrent(
    spec: RecurrentSpec, shape: WindowShape, layer: type[keras.layers.Layer], cell: type[keras.layers.Layer]
) -> keras.Model:
    """Build the network of `spec` with recurrent layers `layer` and a decoder of one `cell`.

    The layers keep Keras' default activations and no recurrent dropout, which the cuDNN kernels ask for.
    """
    segment = usable_segment(spec.segment, shape)
    scene = open_scene(spec, shape, segment)
    tokens = segment_tokens(scene, segment, spec.width, spec.dropout / 2)
    for depth in range(spec.layers - 1):
        tokens = layer(spec.width, return_sequences=True, name=f"encoder_{depth}")(tokens)
        tokens = layers.Dropout(spec.dropout, name=f"encoder_dropout_{depth}")(tokens)
    _, *states = layer(spec.width, return_state=True, name="encoder")(tokens)
    hidden = decode(scene, states, cell(spec.width, name="decoder"), shape.horizon, segment)
    hidden = layers.Dropout(spec.dropout, name="decoder_dropout")(hidden)
    answer = layers.Dense(segment * len(shape.levels), name="head")(hidden)
    raw = unfold(answer, shape.horizon, len(shape.levels))
    return keras.Model(scene.inputs, {"quantiles": close_scene(spec, scene, raw, shape)}, name=spec.name)
