"""Memory of members in both placements."""

from __future__ import annotations

import pytest

from sextet.core.errors import ConfigError
from sextet.core.window import WindowShape
from sextet.hardware.rig import read_rig
from sextet.planner.placement import placed_memory
from sextet.planner.timing.device import Software
from sextet.specs.defaults import resolved
from sextet.specs.presets import parse_members
from sextet.specs.situation import Situation

SHAPE = WindowShape(
    lookback=720, horizon=96, past_channels=6, future_channels=4, static_features=0, levels=(0.1, 0.5, 0.9)
)
SITUATION = Situation(horizon=96, season=24, length=20_000, rows=100_000)
SPECS = tuple(resolved(spec, SITUATION) for spec in parse_members("v6"))
RIG = read_rig("3x P40")


def test_every_network_is_there_and_shares_of_a_batch_need_less():
    whole = placed_memory(SPECS, SHAPE, 3072, RIG, Software(), "on cards of their own")
    shared = placed_memory(SPECS, SHAPE, 3072, RIG, Software(), "over all cards")
    assert set(whole) == set(shared) == {"lstm", "gru", "cnn-lstm", "patchtst", "spike-detector"}
    for name, cards in whole.items():
        (own,), (part,) = cards.values(), shared[name].values()
        # the weights and all that belongs to them are on every card, so a third of the batch is more than a third
        assert own.value / 3 < part.value < own.value


def test_each_kind_of_card_is_told():
    found = placed_memory(SPECS, SHAPE, 256, read_rig("2x P40, 1x T4"), Software(), "on cards of their own")
    assert [str(card) for card in found["lstm"]] == ["Tesla P40", "Tesla T4"]


def test_a_batch_smaller_than_the_cards_is_refused():
    with pytest.raises(ConfigError, match="a batch of 2 for 3 cards"):
        placed_memory(SPECS, SHAPE, 2, RIG, Software(), "over all cards")
