"""Rounds of a training: the learning rate falls to almost nothing in each, and another is begun while they pay.

Warm restarts of the learning rate are those of Loshchilov and Hutter, "SGDR", arXiv 1608.03983, with rounds of one
length. How many there are follows from the loss on `select`: where there is little to learn a network is at its best
in the middle of the first round, and is done; where there is much, its last epochs are still its best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sextet.members.backend import keras, tf

LATE = 0.25
"""Share of a round, its end, in which the best epoch must lie for another to follow."""

WORTH = 0.01
"""Share of the loss on `select` by which a round must have lowered it for another to follow; of the first it is the
later half that must have done so."""


def pays(selects: Sequence[float], epochs: int) -> bool:
    """Return whether another round is worth its time.

    Args:
        selects: loss on `select` after each epoch, of whole rounds.
        epochs: of a round.
    """
    done = len(selects)
    best = min(selects)
    if selects.index(best) < done - math.ceil(LATE * epochs):
        return False
    before = selects[: done - epochs] or selects[: done - epochs // 2 - epochs % 2]
    return not before or best <= (1 - WORTH) * min(before)


class Repeated(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A schedule that begins anew after every so many steps; only the first round has a step 0."""

    def __init__(self, schedule: Any, every: int) -> None:
        """Repeat the steps 1 to `every` of `schedule`."""
        super().__init__()
        self.schedule = schedule
        self.every = every

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        step = tf.cast(step, tf.int64)
        return self.schedule(tf.where(step > 0, tf.math.floormod(step - 1, self.every) + 1, step))

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes."""
        return {"schedule": self.schedule, "every": self.every}
