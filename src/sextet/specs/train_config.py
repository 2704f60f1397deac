"""How members are trained; shared by all members of a run. How time is divided is `data/split.py`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sextet.core.kinds import settle_fields
from sextet.specs.check import above_zero, share, whole

ROUNDS = 4
"""Most rounds where nothing was said of epochs; who names epochs gets those."""

STEP_TARGETS = 24_576
"""Most targets of an optimiser step: 256 windows of 96 steps."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Training options shared by every neural member.

    The budget is counted in steps, never in seconds, so that a seed gives the same model on a slow machine.

    Attributes:
        epochs: most epochs of a round; early stopping on `select` may end the first sooner.
        rounds: most rounds. Over each the learning rate falls from its peak to almost nothing; another is begun only
            while the last one paid, see `training.rounds`. A run whose training nothing is said of takes `ROUNDS`.
        steps: most optimiser steps an epoch; windows are drawn anew each epoch.
        batch: most windows a step; `for_windows` lowers it for a long horizon, whose windows overlap and cost more,
            and, with `steps`, where there are few windows.
        learning_rate: peak of the cosine schedule.
        warmup: epochs, possibly a fraction of one, over which the learning rate rises to its peak in each round.
        weight_decay: decoupled weight decay.
        patience: epochs without improvement on `select` before it stops.
        ema: momentum of the exponential moving average of weights that is kept as the model; 0 turns it off.
        emphasis: extra weight of the median's loss, in units of all levels' losses together; the median is the point
            forecast, and 0 weighs all levels alike.
        clip: global norm that gradients are clipped to; 0 turns it off.
        flip: whether every other window is shown upside down, so that a member cannot learn the drift of the training
            years; None chooses from the data.
        catch_up: epochs for which each member is trained on, at a third of the learning rate, on everything before the
            test once weights and calibration are learned; 0: not at all.
        select_windows: most windows of `select` scored after an epoch.
        seed: of initial weights, drawing of windows, dropout.
    """

    epochs: int = 8
    rounds: int = 1
    steps: int = 100
    batch: int = 256
    learning_rate: float = 2e-3
    warmup: float = 0.2
    weight_decay: float = 1e-4
    patience: int = 4
    ema: float = 0.99
    emphasis: float = 1.0
    clip: float = 1.0
    flip: bool | None = None
    catch_up: int = 0
    select_windows: int = 3072
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every value."""
        owner = "Training"
        settle_fields(self, owner)
        for field in ("epochs", "rounds", "steps", "batch", "patience", "select_windows"):
            whole(owner, field, getattr(self, field))
        whole(owner, "seed", self.seed, least=0)
        whole(owner, "catch_up", self.catch_up, least=0)
        above_zero(owner, "learning_rate", self.learning_rate)
        share(owner, "warmup", self.warmup, below=1000.0)
        share(owner, "weight_decay", self.weight_decay)
        share(owner, "ema", self.ema)
        share(owner, "emphasis", self.emphasis, below=float("inf"))
        share(owner, "clip", self.clip, below=float("inf"))

    def for_windows(self, windows: int, horizon: int) -> TrainConfig:
        """Return the budget for so many training windows of `horizon` steps.

        A step holds at most `STEP_TARGETS` targets, though at least 64 windows, and at most an eighth of all windows,
        though at least 16; an epoch draws each at most 4 times.
        """
        batch = min(self.batch, max(64, STEP_TARGETS // horizon), max(16, windows // 8))
        return replace(self, batch=batch, steps=min(self.steps, max(1, -(-4 * windows // batch))))
