"""The members as calibration trains them: an hourly series with a daily season, a horizon of four days."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowShape
from sextet.planner.layers import dropout, pointwise
from sextet.planner.members import frame_of
from sextet.planner.operations import Work
from sextet.planner.work import work_of
from sextet.specs.defaults import resolved
from sextet.specs.neural import NeuralSpec
from sextet.specs.presets import MEMBERS, MemberSpec
from sextet.specs.recurrent import GRUSpec
from sextet.specs.situation import Situation

BATCH = 256
"""Windows of a step, as `TrainConfig` has them."""

SITUATION = Situation(horizon=96, season=24, length=20_000, rows=100_000)
FRAME = GRUSpec(
    lookback=480,
    width=1,
    dropout=0.0,
    segment=24,
    normalisation="shift",
    covariates=False,
    past_covariates=False,
    level_features=False,
    skip=True,
)
"""Spec of the network of `frame_work`; it has no recurrent layer."""

SHAPE = WindowShape(lookback=720, horizon=96, past_channels=6, future_channels=4, static_features=0, levels=LEVELS)

GATHERED = WindowShape(lookback=720, horizon=96, past_channels=8, future_channels=6, static_features=0, levels=LEVELS)
"""Of the windows that `sextet calibrate` gathers: target, mask, and the day, week and year of an hourly series."""


@cache
def frame_work() -> Work:
    """Return a training step of what all members have in common, see `members.frame_of`."""
    layers = frame_of(FRAME, SHAPE, BATCH)
    return work_of("frame", layers, BATCH, BATCH * SHAPE.horizon * len(SHAPE.levels), input_bytes=0)


WIDE = 10_240, 64
"""Rows and width of the array of `activation_work`, those of a PatchTST's feed-forward part."""


@cache
def activation_work() -> Work:
    """Return GELU and dropout of one wide array, forward and backward, with the square of the result."""
    values = WIDE[0] * WIDE[1]
    layers = (pointwise("gelu", values, flops=8, kernels=8), dropout("dropout", values, 0.2), pointwise("loss", values))
    return replace(
        work_of("activation", layers, WIDE[0], 1, input_bytes=0),
        launches=0,
        passed=tuple((layer.passed, 2 * layer.launches, False) for layer in layers if layer.launches),
    )


@cache
def member_specs() -> dict[str, MemberSpec]:
    """Return the specs of the five members that have a network, every field chosen, by name."""
    made = {name: resolved(form(), SITUATION) for name, form in MEMBERS.items() if issubclass(form, NeuralSpec)}
    return made
