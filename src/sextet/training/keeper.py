"""Keeps a member's training: takes checkpoints while it goes on, and puts one back so that it goes on from there.

A checkpoint holds all that the steps after it depend on: weights, the state of dropout, the optimiser (its averages,
iterations, loss scale), the running loss, what was best on `select`, and the random streams. The order of the data
depends on seed, epoch and step alone. So the training goes on as if nothing had happened, on a CPU bit for bit.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from sextet.core.progress import Progress
from sextet.members.backend import keras
from sextet.training.checkpoint import Checkpoint, Checkpoints
from sextet.training.diary import Diary
from sextet.training.keep import Keep
from sextet.training.monitor import Monitor
from sextet.training.stopping import Stopping

GROUPS = ("weights", "optimizer", "metrics")

WORTH = 30.0
"""Seconds of steps that are kept where they are stopped; fewer are sooner done again than thrown away."""


class Keeper(keras.callbacks.Callback):  # type: ignore[misc]
    """Takes a checkpoint every so often; to be called after all other callbacks, which leave the state settled.

    Attributes:
        epoch, step: where the training begins: epochs that are done, and steps of the next one.
        spent: seconds that were spent on it before.
    """

    def __init__(
        self, keep: Keep | None, learner: Any, monitor: Monitor, progress: Progress, stopping: Stopping
    ) -> None:
        """Keep the training of `learner` as `keep` says, and find where to begin; None keeps nothing.

        Whoever is `stopping` it is heeded between two steps, once they are kept.
        """
        super().__init__()
        self._stopping = stopping
        self._first: float | None = None  # when the first step was done
        self.epoch = self.step = 0
        self._learner = learner
        self._monitor = monitor
        self._keep = keep
        self._checkpoints: Checkpoints | None = None
        self._found: Checkpoint | None = None
        self.spent = self._spent_in_epoch = 0.0
        self._start = self._saved = self._epoch_start = time.perf_counter()
        if keep is not None and keep.checkpoints is not None:
            self._checkpoints = Checkpoints(keep.checkpoints)
            self._find(self._checkpoints, progress)

    def callbacks(self, member: str, batch: int) -> Sequence[Any]:
        """Return the callbacks that keep and that stop, in their order, to come after all others.

        Args:
            member: its name.
            batch: windows a step.
        """
        if self._keep is None:
            return [self]
        diary = Diary(member, self._monitor, batch=batch, log=self._keep.log, board=self._keep.board)
        diary.begin(self.epoch)
        return [diary, self]

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the checkpoint back before the first step; before a later epoch take one if it is time."""
        if self._found is not None:
            self._restore(self._found)
            self._found = None
            self._epoch_start = time.perf_counter() - self._spent_in_epoch
            return
        self._epoch_start = time.perf_counter()
        if epoch > self.epoch:
            self._save_if_time(epoch, 0)
        self._stopping.heed()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Take a checkpoint if it is time; after an epoch's last step the next epoch's begin does."""
        self._first = self._first or time.perf_counter()
        if batch + 1 < self.params["steps"]:
            self._save_if_time(self._monitor.epoch, batch + 1)
            self._stopping.heed()

    def _save_if_time(self, epoch: int, step: int) -> None:
        if self._keep is None or self._checkpoints is None or (epoch, step) <= (self.epoch, self.step):
            return
        now = time.perf_counter()
        stopped = self._stopping.asked and now - (self._first or now) >= WORTH
        if stopped or now - self._saved >= 60 * self._keep.minutes:
            self._checkpoints.save(self._taken(epoch, step))
            self._saved = time.perf_counter()

    def _find(self, checkpoints: Checkpoints, progress: Progress) -> None:
        """Begin where the newest checkpoint says, if there is one, and it is of such a network."""
        found = checkpoints.latest()
        for path in checkpoints.damaged:
            progress.note(f"The checkpoint {path} was damaged, so it is not used.")
        if found is None or found.meta["shapes"] != self._shapes():
            return
        self._found, self.epoch, self.step = found, found.epoch, found.step
        self.spent, self._spent_in_epoch = found.meta["seconds"], found.meta["epoch_seconds"]
        if found.step:
            self._pass(found.step)

    def _taken(self, epoch: int, step: int) -> Checkpoint:
        monitor, kept = self._monitor.state()
        arrays = {
            f"{group}.{number}": np.asarray(variable.numpy())
            for group, variables in self._variables().items()
            for number, variable in enumerate(variables)
        }
        drawn, numpy_state = random.getstate(), np.random.get_state(legacy=False)
        meta = {
            "shapes": self._shapes(),
            "parts": self._learner.train_function.parts,
            "monitor": monitor,
            "seconds": self.spent + time.perf_counter() - self._start,
            "epoch_seconds": time.perf_counter() - self._epoch_start,
            "python_random": [drawn[0], list(drawn[1]), drawn[2]],
            "numpy_random": _plain(numpy_state),
        }
        arrays |= {f"best.{number}": np.asarray(values) for number, values in enumerate(kept)}
        return Checkpoint(epoch=epoch, step=step, arrays=arrays, meta=meta)

    def _restore(self, found: Checkpoint) -> None:
        for group, variables in self._variables().items():
            for number, variable in enumerate(variables):
                variable.assign(found.arrays[f"{group}.{number}"])
        if (parts := found.meta["parts"]) > self._learner.train_function.parts:  # memory had run out
            self._learner.train_function.parts = parts
            self._learner.halved(parts)
        best = [found.arrays[f"best.{number}"] for number in range(_count(found, "best"))]
        passed = found.epoch * self.params["steps"] + found.step
        self._monitor.restore(found.meta["monitor"], best, passed=passed, spent=found.meta["epoch_seconds"])
        version, state, gauss = found.meta["python_random"]
        random.setstate((version, tuple(state), gauss))
        numpy_state = found.meta["numpy_random"]
        key = np.asarray(numpy_state["state"]["key"], dtype=np.uint32)
        np.random.set_state({**numpy_state, "state": {**numpy_state["state"], "key": key}})

    def _variables(self) -> dict[str, list[Any]]:
        learner = self._learner
        if not learner.optimizer.built:
            with learner.strategy.scope():
                learner.optimizer.build(learner.trainable_variables)
        found = (learner.variables, learner.optimizer.variables, learner.metrics_variables)
        return dict(zip(GROUPS, map(list, found), strict=True))

    def _shapes(self) -> dict[str, list[list[Any]]]:
        """Kind and shape of every variable: a checkpoint of another network is not put back."""
        return {
            group: [[str(variable.dtype), *map(int, variable.shape)] for variable in variables]
            for group, variables in self._variables().items()
        }

    def _pass(self, steps: int) -> None:
        """Let Keras' loop, which counts every epoch from its first step, pass the first `steps` without doing them."""
        self._learner.make_train_function()
        self._learner.train_function = _Passing(self._learner, steps)


class _Passing:
    """A step that does nothing so many times, and then lets the real one take its place."""

    def __init__(self, learner: Any, left: int) -> None:
        self._learner, self._step, self._left = learner, learner.train_function, left

    def __call__(self, iterator: Any) -> Any:
        if self._left:
            self._left -= 1
            return {"loss": self._learner.loss_so_far()}
        self._learner.train_function = self._step
        return self._step(iterator)

    @property
    def parts(self) -> int:
        """Into which a batch is cut by the real one."""
        return int(self._step.parts)

    @parts.setter
    def parts(self, parts: int) -> None:
        self._step.parts = parts


def _count(found: Checkpoint, group: str) -> int:
    return sum(name.startswith(f"{group}.") for name in found.arrays)


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {name: _plain(value) for name, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state
