from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.specs.custom import CustomSpec
from sextet.specs.defaults import default_lookback, longest_lookback, quick_train, resolved
from sextet.specs.neural import NeuralSpec
from sextet.specs.presets import parse_members
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.situation import Situation
from sextet.specs.train_config import TrainConfig

HOURLY = Situation(horizon=96, season=24, length=8640, series=7, rows=60_480)
GLUCOSE = Situation(horizon=12, season=288, length=36_981, rows=36_981)

situations = st.builds(
    Situation,
    horizon=st.integers(1, 400),
    season=st.sampled_from([1, 4, 5, 7, 12, 24, 52, 96, 288, 1440, 86_400]),
    length=st.integers(2, 100_000),
    series=st.integers(1, 1000),
    rows=st.integers(0, 10_000_000),
    covariates=st.integers(0, 3),
)


@given(situation=situations, lookback=st.none() | st.integers(1, 2000))
def test_every_open_field_is_chosen_and_fits(situation: Situation, lookback: int | None) -> None:
    for spec in parse_members("v6"):
        chosen: Any = resolved(spec, situation, lookback)
        assert resolved(chosen, situation, 7) == chosen
        if not isinstance(chosen, NeuralSpec):
            continue
        assert chosen.open_fields == ()
        chosen.require_chosen()
        assert chosen.lookback == lookback or lookback is None
        if lookback is None:
            assert 1 <= chosen.lookback <= max(situation.length // 4, 1)
            assert chosen.lookback <= 720
        segment = getattr(chosen, "segment", 1)
        assert 1 <= segment <= max(chosen.lookback, 1)
        assert segment <= max(48, situation.horizon // 4)
        assert chosen.covariates or not situation.covariates


def test_what_the_user_chose_is_kept() -> None:
    chosen: Any = resolved(GRUSpec(width=7, dropout=0.0, lookback=30, skip=True), HOURLY, lookback=99)
    assert (chosen.width, chosen.dropout, chosen.lookback, chosen.skip) == (7, 0.0, 30, True)
    assert resolved(GRUSpec(), HOURLY, lookback=99).lookback == 99  # type: ignore[union-attr]


def test_a_day_ahead_and_more_is_read_in_days() -> None:
    gru: Any = resolved(GRUSpec(), HOURLY)
    assert gru.segment == 24
    assert gru.lookback % 24 == 0
    assert 336 <= gru.lookback <= 720
    assert not gru.covariates
    lstm: Any = resolved(LSTMSpec(), HOURLY)
    assert lstm.lookback > gru.lookback


def test_an_hour_ahead_of_readings_every_five_minutes_is_read_in_steps_with_the_clock() -> None:
    gru: Any = resolved(GRUSpec(), GLUCOSE)
    assert gru.segment == 1
    assert gru.lookback == 36
    assert gru.covariates
    lstm: Any = resolved(LSTMSpec(), GLUCOSE)
    assert (lstm.segment, lstm.lookback) == (3, 72)


def test_few_rows_make_small_networks() -> None:
    few, many = (
        Situation(horizon=6, season=12, length=100, rows=500),
        Situation(horizon=6, season=12, length=100, series=1000, rows=100_000),
    )
    assert resolved(GRUSpec(), few).width < resolved(GRUSpec(), many).width  # type: ignore[union-attr]


def test_windows_serve_the_member_that_looks_furthest_back() -> None:
    specs = tuple(resolved(spec, HOURLY) for spec in parse_members("v6"))
    longest = longest_lookback(specs, None, HOURLY)
    assert longest == max(spec.lookback for spec in specs if isinstance(spec, NeuralSpec))
    assert longest_lookback(specs, 5000, HOURLY) == 5000
    alone = (CustomSpec(name="mine"),)
    assert longest_lookback(alone, None, HOURLY) == default_lookback(HOURLY)
    assert longest_lookback((CustomSpec(name="mine", lookback=9),), None, HOURLY) == 9


def test_open_fields_are_named() -> None:
    with pytest.raises(ConfigError, match="gru: lookback, normalisation, .*must be chosen"):
        GRUSpec(width=8, dropout=0.1).require_chosen()


def test_quick_is_a_small_part_of_the_budget() -> None:
    full, quick = TrainConfig(), quick_train(TrainConfig(seed=5, rounds=4))
    assert quick.epochs * quick.steps * quick.batch <= full.epochs * full.steps * full.batch / 4
    assert (quick.seed, quick.rounds) == (5, 1)
    assert quick_train(TrainConfig(epochs=1, steps=2)).epochs == 1


@given(st.integers(1, 10_000_000), st.integers(1, 2000))
def test_the_budget_suits_the_number_of_windows_and_the_horizon(windows: int, horizon: int) -> None:
    config = TrainConfig().for_windows(windows, horizon)
    assert 16 <= config.batch <= 256
    assert 1 <= config.steps <= 100
    assert config.steps * config.batch <= max(4 * windows + config.batch, 16)
    assert config.batch <= 64 or config.batch * horizon <= 24_576
    if windows > 10_000 and horizon <= 96:
        assert config == TrainConfig()
