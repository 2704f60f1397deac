"""Chooses from the data what a user left open: lookback, segments, budget."""

from __future__ import annotations

from dataclasses import replace

from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.neural import NeuralSpec
from sextet.specs.presets import MemberSpec
from sextet.specs.recurrent import RecurrentSpec
from sextet.specs.situation import Situation
from sextet.specs.spike_detector import SpikeDetectorSpec
from sextet.specs.train_config import TrainConfig

LONGEST = 720
"""Most steps of history a default looks at: beyond, training time grows and the error no longer falls."""


def default_segment(situation: Situation) -> int:
    """Steps a token of the recurrent members: a quarter of the horizon, at most a season and at most 24."""
    quarter = max(situation.horizon // 4, 1)
    return min(quarter, max(situation.season, 1), 24) if situation.season > 1 else min(quarter, 24)


def default_lookback(situation: Situation) -> int:
    """Steps of history worth looking at: six horizons, and two seasons where a season is short.

    No more than a quarter of the training rows, which have to hold many windows.
    """
    seasons = 2 * situation.season if situation.season <= LONGEST // 12 else 24
    wanted = min(max(6 * situation.horizon, seasons), LONGEST)
    return max(min(wanted, situation.length // 4), 1)


def resolved(spec: MemberSpec, situation: Situation, lookback: int | None = None) -> MemberSpec:
    """Return `spec` with every open field chosen.

    Args:
        spec: of any member.
        situation: what is known of the data.
        lookback: the run's lookback where the user gave one.
    """
    if not isinstance(spec, NeuralSpec):
        return spec
    steps = spec.lookback or lookback or default_lookback(situation)
    if isinstance(spec, RecurrentSpec | CNNLSTMSpec | SpikeDetectorSpec):
        return replace(spec, lookback=steps, segment=spec.segment or min(default_segment(situation), steps))
    return replace(spec, lookback=steps)


def longest_lookback(specs: tuple[MemberSpec, ...], lookback: int | None, situation: Situation) -> int:
    """Return the lookback of the windows that serve all members: the longest that any of them looks at."""
    own = [steps for spec in specs if (steps := getattr(spec, "lookback", None)) is not None]
    return max([*own, lookback or 1]) if own or lookback else default_lookback(situation)


def quick_train(config: TrainConfig) -> TrainConfig:
    """Return the budget of a first look: a few short epochs."""
    return replace(config, epochs=min(config.epochs, 4), steps=min(config.steps, 50), patience=config.patience)
