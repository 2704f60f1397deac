from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.members.backend import keras
from sextet.members.registry import member_of
from sextet.training.devices.recurrent import warnings

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
