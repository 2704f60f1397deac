from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.members.backend import keras
from sextet.members.registry import member_of
from sextet.training.devices.policy import policy
from sextet.training.devices.recurrent import in_float32, warnings, without_cudnn

layers = keras.layers


def model(*parts: Any) -> Any:
    return keras.Sequential([keras.Input((4, 3)), *parts])


def test_our_members_keep_the_conditions(setting: Any) -> None:
    assert warnings(member_of(setting.spec).build(setting.shape)) == ()
    assert warnings(model(layers.LSTM(2, dropout=0.3, return_sequences=True), layers.GRU(2))) == ()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (lambda: layers.LSTM(2, activation="relu", name="one"), "'one'.*activation is relu, it must be tanh"),
        (lambda: layers.GRU(2, recurrent_activation="hard_sigmoid"), "recurrent_activation is hard_sigmoid"),
        (lambda: layers.LSTM(2, recurrent_dropout=0.1), "recurrent_dropout is 0.1"),
        (lambda: layers.LSTM(2, unroll=True), "unroll"),
        (lambda: layers.LSTM(2, use_bias=False), "use_bias"),
        (lambda: layers.GRU(2, reset_after=False), "reset_after"),
        (lambda: layers.GRU(2, use_cudnn=False), "use_cudnn is False"),
        (lambda: layers.RNN(layers.LSTMCell(2)), "use keras.layers.LSTM"),
        (lambda: layers.Bidirectional(layers.LSTM(2, unroll=True)), "unroll"),
    ],
)
def test_what_falls_back_is_named(layer: Any, said: str) -> None:
    found = warnings(model(layer()))
    assert found
    import re

    assert all(re.search(said, one) for one in found)


def test_cudnn_is_left_aside_for_a_while_and_comes_back_after_an_error() -> None:
    network = model(layers.LSTM(2, return_sequences=True), layers.GRU(2, use_cudnn=True))
    inner = layers.LSTM(2)
    nested = model(layers.Bidirectional(inner))
    with without_cudnn(network), without_cudnn(nested):
        assert [layer.use_cudnn for layer in network.layers] == [False, False]
        assert all("cudnn" in one for one in warnings(nested))
        assert len(warnings(nested)) >= 2
    assert [layer.use_cudnn for layer in network.layers] == ["auto", True]
    assert warnings(nested) == ()
    with pytest.raises(ZeroDivisionError), without_cudnn(network):
        raise ZeroDivisionError
    assert [layer.use_cudnn for layer in network.layers] == ["auto", True]


@pytest.mark.parametrize(
    ("name", "recurrent"),
    [("mixed_bfloat16", "float32"), ("mixed_float16", "float16"), ("float32", "float32")],
)
def test_recurrent_layers_leave_bfloat16_and_nothing_else(name: str, recurrent: str) -> None:
    with policy(name):
        network = model(layers.Dense(4), layers.LSTM(4, return_sequences=True), layers.GRU(2), layers.Dense(3))
    before = [weight.numpy() for weight in network.weights]
    assert len(in_float32(network)) == (2 if name == "mixed_bfloat16" else 0)
    given = keras.random.normal((5, 4, 3), seed=1)
    seen = []
    for layer in network.layers:
        given = layer(given)
        seen.append(keras.backend.standardize_dtype(given.dtype))
    dense = {"mixed_bfloat16": "bfloat16", "mixed_float16": "float16", "float32": "float32"}[name]
    assert seen == [dense, recurrent, recurrent, dense]
    assert all((old == new.numpy()).all() for old, new in zip(before, network.weights, strict=True))
