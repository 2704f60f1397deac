"""Chooses from the data what a user left open: lookback, segments, sizes, budget.

Two situations are told apart. With a horizon of a season or more ("long") every phase of the season is to be
forecast: segments as long as a season, a lookback of many of them, strong dropout, and a linear map beside the
network. With a shorter horizon ("short") the last hours decide: few steps, short segments, and the clock as input.
The numbers come from experiments on hourly transformer temperatures (horizon 96) and on glucose readings every
five minutes (horizon 12).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sextet.specs.neural import NeuralSpec, Normalisation
from sextet.specs.presets import MemberSpec
from sextet.specs.situation import Situation
from sextet.specs.train_config import TrainConfig

LONGEST = 720
"""Most steps of history a default looks at: beyond, training time grows and the error no longer falls."""

TOKENS = 48
"""Most segments that a recurrent member reads in the short situation, one after the other."""

SEGMENT = 48
"""Longest segment."""


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """What is chosen for a member in one situation; `lookback` and `segment` in units of the usual ones."""

    width: int
    dropout: float
    lookback: float = 1.0
    segment: float = 1.0
    normalisation: Normalisation = "shift"
    level_features: bool = True
    skip: bool = False


_LONG = {
    "lstm": _Choice(width=192, dropout=0.5, lookback=1.5, segment=2.0, level_features=False),
    "gru": _Choice(width=192, dropout=0.5, level_features=False, skip=True),
    "cnn-lstm": _Choice(width=96, dropout=0.4, lookback=0.67, level_features=False, skip=True),
    "patchtst": _Choice(width=16, dropout=0.2, lookback=0.67, normalisation="mean", level_features=False, skip=True),
    "spike-detector": _Choice(width=128, dropout=0.5, level_features=False, skip=True),
}
_SHORT = {
    "lstm": _Choice(width=128, dropout=0.3),
    "gru": _Choice(width=128, dropout=0.2, lookback=0.5, segment=0.33),
    "cnn-lstm": _Choice(width=96, dropout=0.2),
    "patchtst": _Choice(width=16, dropout=0.1, lookback=2.0, normalisation="mean", skip=True),
    "spike-detector": _Choice(width=96, dropout=0.2),
}


def is_long(situation: Situation) -> bool:
    """Return whether the horizon holds a season or more."""
    return 1 < situation.season <= situation.horizon


def default_lookback(situation: Situation) -> int:
    """Steps of history worth looking at; whole seasons where the horizon holds one.

    No more than a quarter of the training rows, which have to hold many windows.
    """
    season = situation.season
    if is_long(situation):
        wanted = max(5 * situation.horizon, 14 * season)
        wanted = -(-wanted // season) * season
    else:
        wanted = max(6 * situation.horizon, 24, 2 * season if season <= LONGEST // 12 else 0)
    return _within(wanted, situation)


def default_segment(situation: Situation) -> int:
    """Steps a token: a season, or its largest part of at most 48 steps; a quarter of a horizon below a season."""
    season = situation.season
    if is_long(situation):
        return next(size for size in range(min(season, SEGMENT), 0, -1) if season % size == 0)
    return max(situation.horizon // 4, -(-default_lookback(situation) // TOKENS), 1)


def resolved(spec: MemberSpec, situation: Situation, lookback: int | None = None) -> MemberSpec:
    """Return `spec` with every open field chosen.

    Args:
        spec: of any member.
        situation: what is known of the data.
        lookback: the run's lookback where the user gave one; a member's own goes before it.
    """
    if not isinstance(spec, NeuralSpec):
        return spec
    choice = (_LONG if is_long(situation) else _SHORT)[spec.name]
    steps = spec.lookback or lookback or _own_lookback(choice, situation)
    chosen: dict[str, Any] = {
        "lookback": steps,
        "segment": min(_own_segment(choice, situation), steps),
        "width": _own_width(choice, situation),
        "dropout": choice.dropout,
        "normalisation": choice.normalisation,
        # a long horizon tells the phase of the season from the history; the clock alone then only adds noise
        "covariates": situation.covariates > 0 or not is_long(situation),
        "past_covariates": situation.past_helps,
        "level_features": choice.level_features,
        # a linear map knows no hour of the day: where covariates drive the target, it stands in the network's way
        "skip": choice.skip and situation.covariates == 0,
    }
    return replace(spec, **{field: chosen[field] for field in spec.open_fields})


def longest_lookback(specs: tuple[MemberSpec, ...], lookback: int | None, situation: Situation) -> int:
    """Return the lookback of the windows that serve all members: the longest that any of them looks at."""
    own = [steps for spec in specs if (steps := getattr(spec, "lookback", None)) is not None]
    return max([*own, lookback or 1]) if own or lookback else default_lookback(situation)


def quick_train(config: TrainConfig) -> TrainConfig:
    """Return the budget of a first look: one round of a few short epochs."""
    epochs, steps, batch = min(config.epochs, 4), min(config.steps, 50), min(config.batch, 128)
    return replace(config, epochs=epochs, rounds=1, steps=steps, batch=batch)


def _within(steps: int, situation: Situation) -> int:
    return max(min(steps, LONGEST, situation.length // 4), 1)


def _own_lookback(choice: _Choice, situation: Situation) -> int:
    steps = round(choice.lookback * default_lookback(situation))
    if is_long(situation):
        # whole seasons where the data hold several
        steps = round(steps / situation.season) * situation.season or steps
    return _within(max(steps, 16), situation)


def _own_segment(choice: _Choice, situation: Situation) -> int:
    usual = default_segment(situation)
    if not is_long(situation):
        return max(round(choice.segment * usual), 1)
    longer = round(choice.segment * usual)
    # several seasons a token only where the horizon holds more than that
    return longer if longer <= min(SEGMENT, situation.horizon // 2) else usual


def _own_width(choice: _Choice, situation: Situation) -> int:
    """The width, halved or quartered where there are few rows to learn from; at least 16."""
    share = 1 if situation.rows >= 10_000 else 2 if situation.rows >= 2_000 else 4
    return max(choice.width // share, min(choice.width, 16))
