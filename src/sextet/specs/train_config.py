"""How members are trained and how time is divided; shared by all members of a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Training options shared by every neural member.

    The budget is counted in steps, never in seconds, so that a seed gives the same model on a slow machine.

    Attributes:
        epochs: most epochs; early stopping on `select` may end sooner.
        steps: optimiser steps an epoch at most; windows are drawn anew each epoch.
        batch: windows a step.
        learning_rate: peak of the cosine schedule.
        patience: epochs without improvement on `select` before it stops.
        ema: momentum of the exponential moving average of weights that is kept as the model; 0 turns it off.
        clip: global norm that gradients are clipped to.
        select_windows: most windows of `select` scored after an epoch.
        seed: of initial weights, drawing of windows, dropout.
    """

    epochs: int = 20
    steps: int = 200
    batch: int = 64
    learning_rate: float = 2e-3
    patience: int = 4
    ema: float = 0.0
    clip: float = 1.0
    select_windows: int = 4096
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class SplitConfig:
    """How each series is cut, in time, into train | select | weigh | calibrate | test.

    Attributes:
        validation: share of a series' rows for `select + weigh + calibrate`, when `test` and bounds are not given.
        test: share of a series' rows for the test; 0 keeps none, for a run meant for use.
        shares: how validation is divided into select, weigh and calibrate.
        train_end, validation_end, test_end: rows of each series (counts from its start) that override the shares.
        step: rows between the cutoffs of consecutive windows in weigh, calibrate and test.
    """

    validation: float = 0.2
    test: float = 0.1
    shares: tuple[float, float, float] = (0.5, 0.25, 0.25)
    train_end: int | None = None
    validation_end: int | None = None
    test_end: int | None = None
    step: int = 1
