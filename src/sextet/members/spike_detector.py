"""Spike Detector: for every step of the horizon a level, the probability of a spike and its size."""

from __future__ import annotations

from typing import final

from sextet.core.window import WindowShape
from sextet.members.backend import keras, layers
from sextet.members.layers.scene import close_scene, open_scene, usable_segment
from sextet.members.layers.segments import decode, segment_tokens, unfold
from sextet.members.member import Member
from sextet.specs.spike_detector import SpikeDetectorSpec

RARE = -3.0
"""Logit of the probability that training starts from: spikes are rare, 5 % rather than 50 %."""


@final
class SpikeDetector(Member):
    """Forecasts level + probability x size, and warns by the probability."""

    def __init__(self, spec: SpikeDetectorSpec) -> None:
        """Build what `spec` describes."""
        self.spec = spec

    def build(self, shape: WindowShape) -> keras.Model:
        """Build the network for windows of `shape`."""
        spec = self.spec
        segment = usable_segment(spec.segment, shape)
        scene = open_scene(spec, shape, segment)
        tokens = segment_tokens(scene, segment, spec.width, spec.dropout / 2)
        _, *states = layers.GRU(spec.width, return_state=True, name="encoder")(tokens)
        hidden = decode(scene, states, layers.GRUCell(spec.width, name="decoder"), shape.horizon, segment)
        hidden = layers.Dropout(spec.dropout, name="decoder_dropout")(hidden)
        count = len(shape.levels)
        raw = unfold(layers.Dense(segment * count, name="head")(hidden), shape.horizon, count)
        level = close_scene(spec, scene, raw, shape, name="level")
        rare = keras.initializers.Constant(RARE)
        logit = unfold(layers.Dense(segment, bias_initializer=rare, name="logit")(hidden), shape.horizon, 1)
        height = unfold(layers.Dense(segment, name="height")(hidden), shape.horizon, 1)
        probability = layers.Activation("sigmoid", dtype="float32", name="spike_probability")(logit[..., 0])
        size = layers.Activation("softplus", dtype="float32", name="spike_size")(height[..., 0])
        lift = (probability * size)[..., None]
        quantiles = layers.Add(name="quantiles", dtype="float32")([level, lift])
        outputs = {"quantiles": quantiles, "spike_probability": probability, "spike_size": size}
        return keras.Model(scene.inputs, outputs, name=spec.name)
