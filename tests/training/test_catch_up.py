"""Training on: it goes on from the weights it is given, in a way that only the seed decides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import TrainingError
from sextet.members.registry import member_of
from sextet.specs.run_config import RunConfig
from sextet.training.catch_up import catch_up, read_weights, write_weights
from sextet.training.fit import seeded
from sextet.training.judge import mean_pinball


def start(setting: Any) -> Any:
    with seeded(3):
        return member_of(setting.spec).build(setting.shape)


def onwards(setting: Any, weights: list[Any], *, turn: int = 0, **changes: Any) -> Any:
    train = replace(setting.config, catch_up=2, steps=10, **changes)
    config = RunConfig(horizon=setting.shape.horizon, train=train)
    return catch_up(setting.spec, weights, setting.prepared, setting.train, setting.shape, config, turn=turn)


def test_the_loss_falls_from_where_it_was(setting: Any) -> None:
    network = start(setting)
    before = mean_pinball(network, setting.prepared, setting.train, setting.shape)
    after = mean_pinball(
        onwards(setting, network.get_weights(), learning_rate=0.03), setting.prepared, setting.train, setting.shape
    )
    assert after < before


def test_the_same_turn_gives_the_same_weights_and_another_turn_others(setting: Any) -> None:
    weights = start(setting).get_weights()
    one, again, other = (onwards(setting, weights, turn=turn).get_weights() for turn in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))


def test_weights_survive_the_file(setting: Any, tmp_path: Path) -> None:
    network = start(setting)
    write_weights(network, tmp_path / "gru.weights.npz")
    for one, other in zip(network.get_weights(), read_weights(tmp_path / "gru.weights.npz"), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_loss_that_is_not_a_number_is_an_error(setting: Any) -> None:
    weights = [np.full_like(value, np.nan) for value in start(setting).get_weights()]
    with pytest.raises(TrainingError, match="trained on"):
        onwards(setting, weights)
