"""Values that a spec or a config refuses, with the field's name in the message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from sextet.core.errors import ConfigError
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.custom import CustomSpec
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.rule_based import RuleBasedSpec
from sextet.specs.run_config import RunConfig
from sextet.specs.situation import Situation
from sextet.specs.train_config import TrainConfig


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LSTMSpec(width=0), "lstm: width must be a whole number of at least 1; got 0"),
        (lambda: GRUSpec(segment=2.5), "gru: segment"),  # type: ignore[arg-type]
        (lambda: GRUSpec(lookback=-3), "gru: lookback"),
        (lambda: GRUSpec(dropout=1.0), "gru: dropout must be at least 0 and below 1; got 1.0"),
        (lambda: GRUSpec(layers=True), "gru: layers"),
        (lambda: LSTMSpec(normalisation="lats"), "did you mean 'last'"),  # type: ignore[arg-type]
        (lambda: CNNLSTMSpec(dilations=()), "dilations must hold at least one"),
        (lambda: CNNLSTMSpec(dilations=(1, 0)), "dilations"),
        (lambda: PatchTSTSpec(width=10, heads=4), "width must be a multiple of heads"),
        (lambda: PatchTSTSpec(patch=4, stride=8), "stride must not exceed patch"),
        (lambda: RuleBasedSpec(kinds=()), "kinds must name at least one"),
        (lambda: RuleBasedSpec(kinds=("seasonal-naiv",)), "did you mean 'seasonal-naive'"),
        (lambda: CustomSpec(name="7up"), "begins with a letter"),
        (lambda: CustomSpec(name="a", source="model.py"), "source must be"),
        (lambda: CustomSpec(name="a", build=3), "build must be a function"),
        (lambda: TrainConfig(epochs=0), "Training: epochs"),
        (lambda: TrainConfig(learning_rate=0.0), "learning_rate must be a number above 0"),
        (lambda: TrainConfig(learning_rate=float("nan")), "learning_rate"),
        (lambda: TrainConfig(ema=1.0), "ema must be at least 0 and below 1"),
        (lambda: TrainConfig(seed=-1), "seed"),
        (lambda: RunConfig(horizon=0), "horizon"),
        (lambda: RunConfig(horizon=3, transform="log"), "did you mean 'log1p'"),
        (lambda: RunConfig(horizon=3, intervals=(100.0,)), "interval level"),
        (lambda: RunConfig(horizon=3, members=("gru",)), "members must be specs"),  # type: ignore[arg-type]
        (lambda: RunConfig(horizon=3, members=()), "members must be specs"),
        (lambda: Situation(horizon=3, season=0, length=9), "season"),
    ],
)
def test_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()


def test_specs_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        GRUSpec().width = 3  # type: ignore[misc]


def test_specs_are_values() -> None:
    assert GRUSpec(width=8) == GRUSpec(width=8)
    assert hash(LSTMSpec(width=8)) == hash(LSTMSpec(width=8))
    assert GRUSpec() != LSTMSpec()
