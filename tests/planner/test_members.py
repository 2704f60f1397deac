"""Counts of members against the Keras models they are of."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.window import WindowShape
from sextet.members.backend import layers
from sextet.members.registry import member_of
from sextet.planner.members import layers_of
from sextet.planner.operations import Attention, Convolution, Gemm, Recurrent
from sextet.planner.work import member_work
from sextet.specs.defaults import resolved
from sextet.specs.presets import MEMBERS
from sextet.specs.situation import Situation

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
SHAPES = {
    "plain": WindowShape(lookback=96, horizon=24, past_channels=2, future_channels=0, static_features=0, levels=LEVELS),
    "calendar": WindowShape(
        lookback=130, horizon=12, past_channels=8, future_channels=6, static_features=0, levels=LEVELS
    ),
    "everything": WindowShape(
        lookback=500, horizon=96, past_channels=11, future_channels=7, static_features=3, levels=(0.1, 0.5, 0.9)
    ),
    "one step": WindowShape(
        lookback=10, horizon=1, past_channels=3, future_channels=1, static_features=0, levels=LEVELS
    ),
}
OWN = {
    "lstm": {"layers": 3, "width": 40},
    "gru": {"layers": 2, "segment": 7, "past_covariates": False, "covariates": True},
    "cnn-lstm": {"filters": 5, "kernel": 5, "dilations": (1, 3), "level_features": True, "covariates": True},
    "patchtst": {"width": 24, "heads": 3, "layers": 2, "patch": 12, "stride": 5, "covariates": True},
    "spike-detector": {"width": 20, "segment": 1, "skip": True, "covariates": True},
}
BATCH = 3


def _spec(name, shape, own):
    situation = Situation(
        horizon=shape.horizon, season=24, length=5000, rows=20_000, covariates=shape.past_channels - 2
    )
    return replace(resolved(MEMBERS[name](**(own or {})), situation))


CASES = [
    pytest.param(name, shape, own, id=f"{name}-{label}-{'own' if own else 'default'}")
    for name in OWN
    for label, shape in SHAPES.items()
    for own in (None, OWN[name])
]


@pytest.fixture(scope="module")
def built():
    models = {}

    def get(spec, shape):
        if (spec, shape) not in models:
            models[spec, shape] = member_of(spec).build(shape)
        return models[spec, shape]

    return get


@pytest.mark.parametrize(("name", "shape", "own"), CASES)
def test_parameters_are_exactly_those_of_the_built_model(name, shape, own, built):
    spec = _spec(name, shape, own)
    model = built(spec, shape)
    counted = layers_of(spec, shape, BATCH)
    trained = sorted(size for layer in counted for size in layer.variables)
    assert trained == sorted(prod(weight.shape) for weight in model.trainable_weights)
    fixed = [weight for weight in model.non_trainable_weights if "seed" not in weight.path]
    assert sum(layer.fixed for layer in counted) == sum(prod(weight.shape) for weight in fixed)
    work = member_work(spec, shape, BATCH)
    assert work.parameters == sum(trained)


def _flops(layer):
    """FLOPs of a layer's matrix products for one sample, from the built layer alone."""
    size = sum(prod(weight.shape) for weight in layer.weights if weight.name in ("kernel", "recurrent_kernel"))
    if isinstance(layer, layers.MultiHeadAttention):
        count, width = layer.output.shape[1:]
        kernels = sum(prod(weight.shape) for weight in layer.weights if weight.name == "kernel")
        return 2 * count * kernels + 4 * count * count * width
    if isinstance(layer, layers.LSTM | layers.GRU):
        return 2 * size * layer.input.shape[1]
    if isinstance(layer, layers.LSTMCell | layers.GRUCell):
        return None  # runs over samples and queries at once: counted from its queries
    if isinstance(layer, layers.Dense | layers.Conv1D):
        return 2 * size * prod(layer.output.shape[1:-1])
    return 0


@pytest.mark.parametrize(("name", "shape", "own"), CASES)
def test_flops_of_matrix_products_are_those_of_the_built_layers(name, shape, own, built):
    spec = _spec(name, shape, own)
    model = built(spec, shape)
    expected = 0
    for layer in model.layers:
        flops = _flops(layer)
        if flops is None:
            queries = model.get_layer("output_position").output.shape[1]
            flops = 2 * queries * sum(prod(w.shape) for w in layer.weights if "kernel" in w.name)
        expected += flops * BATCH
    counted = member_work(spec, shape, BATCH, training=False).operations
    products = sum(
        count
        * (sum(part.flops for part in one.parts if isinstance(part, Gemm)) if isinstance(one, Attention) else one.flops)
        for one, count in counted
        if isinstance(one, Gemm | Convolution | Recurrent | Attention)
    )
    assert products == pytest.approx(expected, rel=0.02)
