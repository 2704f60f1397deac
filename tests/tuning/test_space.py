from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.specs.defaults import resolved
from sextet.specs.neural import NeuralSpec
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import MEMBERS
from sextet.specs.recurrent import GRUSpec
from sextet.specs.situation import Situation
from sextet.specs.train_config import TrainConfig
from sextet.tuning.space import Space, member_space, training_space

NEURAL = sorted(name for name, kind in MEMBERS.items() if issubclass(kind, NeuralSpec))
situations = st.builds(
    Situation,
    horizon=st.integers(1, 300),
    season=st.sampled_from([1, 7, 12, 24, 96, 288]),
    length=st.integers(20, 20_000),
    rows=st.integers(20, 100_000),
)


@given(st.sampled_from(NEURAL), situations, st.data())
def test_every_choice_makes_a_member(name: str, situation: Situation, data: st.DataObject) -> None:
    base = resolved(MEMBERS[name](), situation)
    space = member_space(base, longest=situation.length // 2)
    assert space.apply(base, space.start) == base
    places = {key: data.draw(st.integers(0, len(choices) - 1)) for key, choices in space.options.items()}
    made = space.apply(base, places)
    made.require_chosen()
    assert made.lookback <= max(base.lookback, situation.length // 2)
    assert (made == base) == (places == dict(space.start))
    if isinstance(made, PatchTSTSpec):
        assert made.stride <= made.patch and made.width % made.heads == 0


@given(st.sampled_from(NEURAL), situations, st.integers(0, 2**32))
def test_a_neighbour_differs_by_single_steps(name: str, situation: Situation, seed: int) -> None:
    space = member_space(resolved(MEMBERS[name](), situation), longest=situation.length // 2)
    near = space.neighbour(np.random.default_rng(seed))
    steps = [abs(near[key] - space.start[key]) for key in near]
    assert 1 <= sum(steps) and max(steps) == 1
    assert all(0 <= near[key] < len(space.options[key]) for key in near)


def test_a_choice_keeps_to_the_grain_of_the_start() -> None:
    base = resolved(GRUSpec(lookback=96, segment=24), Situation(horizon=48, season=24, length=5000, rows=5000))
    lookbacks = [one["lookback"] for one in member_space(base, longest=2500).options["lookback"]]
    assert lookbacks == [48, 72, 96, 144, 192]
    assert [one["lookback"] for one in member_space(base, longest=100).options["lookback"]] == [48, 72, 96]


def test_a_fixed_field_is_not_searched() -> None:
    base = resolved(GRUSpec(), Situation(horizon=6, season=24, length=500, rows=500))
    assert "lookback" not in member_space(base, 250, frozenset({"lookback"})).options
    assert "lookback" in member_space(base, 250).options


def test_a_value_off_the_grid_is_the_start() -> None:
    base = replace(resolved(GRUSpec(dropout=0.15), Situation(horizon=6, season=24, length=500, rows=500)))
    space = member_space(base, 250)
    assert space.options["dropout"][space.start["dropout"]] == {"dropout": 0.15}


def test_training_is_searched_at_no_greater_cost() -> None:
    train = TrainConfig(batch=100, epochs=5, steps=7)
    space = training_space(train)
    assert {"epochs", "steps", "seed", "patience"}.isdisjoint(space.options)
    assert max(one["batch"] for one in space.options["batch"]) == 100
    assert space.apply(train, space.start) == train


def test_the_size_counts_settings() -> None:
    assert Space(options={}, start={}).size == 1
    assert Space(options={"a": ({}, {}), "b": ({}, {}, {})}, start={"a": 0, "b": 0}).size == 6


@pytest.mark.parametrize("weight_decay", [0.0, 1e-4])
def test_nothing_to_choose_is_left_out(weight_decay: float) -> None:
    assert ("weight_decay" in training_space(TrainConfig(weight_decay=weight_decay)).options) == (weight_decay > 0)
