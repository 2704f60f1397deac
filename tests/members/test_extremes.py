"""The smallest windows there can be, and shapes without covariates or static features."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import ConfigError
from sextet.core.window import WindowShape
from sextet.members.registry import MEMBERS, member_of
from sextet.specs.defaults import resolved
from sextet.specs.neural import NeuralSpec
from sextet.specs.presets import parse_members
from sextet.specs.recurrent import GRUSpec
from sextet.specs.rule_based import RuleBasedSpec
from sextet.specs.situation import Situation

NEURAL = [spec for spec in parse_members("v6") if isinstance(spec, NeuralSpec)]


@pytest.mark.parametrize("spec", NEURAL, ids=lambda spec: spec.name)
@pytest.mark.parametrize(
    ("lookback", "horizon", "season", "future", "levels"),
    [(1, 1, 1, 0, (0.5,)), (3, 2, 7, 1, (0.1, 0.5, 0.9)), (30, 13, 12, 0, (0.5, 0.9))],
)
def test_any_window_can_be_answered(
    spec: Any, lookback: int, horizon: int, season: int, future: int, levels: tuple[float, ...]
) -> None:
    situation = Situation(horizon=horizon, season=season, length=4 * lookback, rows=4 * lookback)
    shape = WindowShape(
        lookback=lookback,
        horizon=horizon,
        past_channels=2 + future,
        future_channels=future,
        static_features=0,
        levels=levels,
    )
    network = member_of(resolved(spec, situation)).build(shape)
    inputs = {"past": np.ones((2, lookback, 2 + future), dtype=np.float32)}
    if future:
        inputs["future"] = np.ones((2, horizon, future), dtype=np.float32)
    assert set(network.input) == set(inputs)
    answer = network(inputs)
    assert answer["quantiles"].shape == (2, horizon, len(levels))
    assert all(np.isfinite(values).all() for values in answer.values())


def test_registry_has_a_line_for_every_network() -> None:
    assert {type(spec) for spec in NEURAL} <= set(MEMBERS)
    with pytest.raises(ConfigError, match="RuleBasedSpec describes no member with a network"):
        member_of(RuleBasedSpec())  # type: ignore[arg-type]


def test_a_spec_with_open_fields_is_not_built() -> None:
    with pytest.raises(ConfigError, match="gru: lookback, width"):
        member_of(GRUSpec())
