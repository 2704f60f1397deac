"""The members as calibration trains them: an hourly series with a daily season, a horizon of four days."""

from __future__ import annotations

from functools import cache

from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowShape
from sextet.specs.defaults import resolved
from sextet.specs.neural import NeuralSpec
from sextet.specs.presets import MEMBERS, MemberSpec
from sextet.specs.situation import Situation

BATCH = 256
"""Windows of a step, as `TrainConfig` has them."""

SITUATION = Situation(horizon=96, season=24, length=20_000, rows=100_000)
SHAPE = WindowShape(lookback=720, horizon=96, past_channels=6, future_channels=4, static_features=0, levels=LEVELS)


@cache
def member_specs() -> dict[str, MemberSpec]:
    """Return the specs of the five members that have a network, every field chosen, by name."""
    made = {name: resolved(form(), SITUATION) for name, form in MEMBERS.items() if issubclass(form, NeuralSpec)}
    return made
