"""A network trained in half floats is judged and shipped in float32."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.members.backend import keras
from sextet.specs.compute_config import ComputeConfig
from sextet.specs.custom import CustomSpec
from sextet.specs.defaults import resolved
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.situation import Situation
from sextet.training.conditions import Conditions
from sextet.training.devices import station as stations
from sextet.training.devices.station import Station
from sextet.training.fit import fit_member
from sextet.training.trainee import Trainee

SITUATION = Situation(horizon=4, season=7, length=300, series=2)


def small_transformer() -> Any:
    sizes = {"patch": 4, "stride": 2, "width": 4, "heads": 2, "layers": 1, "feed_forward": 4}
    return resolved(PatchTSTSpec(lookback=12, dropout=0.0, skip=True, **sizes), SITUATION)


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_half_floats_train_and_what_is_shipped_is_in_float32(setting: Any, precision: str) -> None:
    spec = setting.spec if precision == "mixed_float16" else small_transformer()
    parts = setting.prepared, setting.train, setting.select, setting.shape
    config = replace(setting.config, ema=0.5)
    full = fit_member(spec, *parts, config)
    half = fit_member(spec, *parts, config, Conditions(compute=ComputeConfig(precision=precision)))
    assert keras.config.dtype_policy().name == "float32"
    assert {layer.dtype_policy.name for layer in half.model.layers} == {"float32"}
    assert half.select == pytest.approx(full.select, rel=0.03)
    assert half.history[-1]["loss"] == pytest.approx(full.history[-1]["loss"], rel=0.05)
    assert any((a != b).any() for a, b in zip(full.model.get_weights(), half.model.get_weights(), strict=True))


def test_normalisation_quantiles_and_the_linear_map_stay_in_float32(setting: Any) -> None:
    trainee = Trainee(small_transformer(), setting.shape, setting.config, Station(policy="mixed_bfloat16"))
    trainee.ready()
    trained = trainee.learner.network
    assert trained is not trainee.network
    kept = {layer.name for layer in trained.layers if layer.compute_dtype == "float32"}
    assert {"window_norm", "input_scale", "skip", "monotone", "quantiles"} <= kept
    assert trained.get_layer("attention_0").compute_dtype == "bfloat16"
    assert all(one.dtype == "float32" for one in trained.trainable_variables)
    for one, other in zip(trained.get_weights(), trainee.network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_only_float16_scales_its_loss() -> None:
    inner = keras.optimizers.SGD(0.1)
    assert Station(policy="mixed_bfloat16").optimizer(inner) is inner
    assert isinstance(Station(policy="mixed_float16").optimizer(inner), keras.optimizers.LossScaleOptimizer)


def test_on_a_gpu_recurrent_layers_that_fall_back_are_told(setting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(shape: Any) -> Any:
        past = keras.Input((shape.lookback, 1), name="past")
        return keras.Model(past, keras.layers.Dense(shape.horizon)(keras.layers.GRU(2, unroll=True, name="mine")(past)))

    monkeypatch.setattr(stations.Station, "on_gpu", True)
    monkeypatch.setattr(stations.Station, "compiled", lambda self: False)
    told: list[str] = []
    trainee = Trainee(CustomSpec(name="own", build=build), setting.shape, setting.config, Station(), told.append)
    trainee.ready()
    assert told == trainee.notes and "'mine'" in told[0] and "cuDNN" in told[0]
