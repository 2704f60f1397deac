"""Judges a member after each epoch, stops it in time and tells the progress bar."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from sextet.core.errors import TrainingError
from sextet.core.progress import Progress, Tick
from sextet.core.window import WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.members.backend import keras
from sextet.specs.train_config import TrainConfig
from sextet.training.judge import mean_pinball
from sextet.training.rounds import pays

TICK_SECONDS = 0.2
WARM = 3
"""Steps of a process after which tracing and compiling lie behind it."""

ENOUGH = 10
"""Fewest steps after those that tell what a step takes."""


class Monitor(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps the weights that were best on `select`.

    Attributes:
        history: one entry an epoch; the first has `step_seconds` besides, what one of its steps took without those in
            which the network was compiled and without judging, where enough of them were left to tell.
        best: lowest loss on `select`; infinite before the first epoch.
        best_epoch: its epoch, from 1; 0 before the first.
        best_weights: the network's weights then.
        epoch: the current one, from 0.
        notes: sentences for the user.
    """

    def __init__(
        self,
        name: str,
        prepared: Prepared,
        index: WindowIndex,
        shape: WindowShape,
        config: TrainConfig,
        progress: Progress,
        settle: Callable[[], keras.Model],
    ) -> None:
        """Judge the member `name` on the windows `index` of `prepared`, and tell `progress`.

        `settle` gives the network as it will be shipped, with its weights as they are now.
        """
        super().__init__()
        self.history: list[dict[str, float]] = []
        self.best = math.inf
        self.best_epoch = 0
        self.best_weights: list[Any] = []
        self.notes: list[str] = []
        self.epoch = 0
        self._name = name
        self._prepared = prepared
        self._index = index
        self._shape = shape
        self._config = config
        self._progress = progress
        self._settle = settle
        self._epoch_start = 0.0
        self._told = 0.0
        self._first = 0.0
        self._warm = 0.0  # when the steps that count began
        self._loss = math.nan
        self._passed = 0  # steps done before, by a training that was stopped

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the time."""
        self.epoch = epoch
        self._epoch_start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Tell the listener a few times a second, and stop at once when the loss is no longer a number."""
        now = time.perf_counter()
        if self._done(batch + 1) <= 0:
            return
        if self._done(batch + 1) == WARM:
            self._warm = now
        if not self._first:
            self._first = self._told = now
            return  # building and compiling lies behind it: it says nothing of the steps to come
        if now - self._told < TICK_SECONDS:
            return  # reading the loss waits for the device
        self._told = now
        self._loss = float((logs or {}).get("loss", math.nan))
        if math.isnan(self._loss):
            self.model.stop_training = True
            return
        self._tell(batch + 1, now)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Judge the network on `select`; keep its weights if it is the best so far."""
        self._loss = float((logs or {}).get("loss", math.nan))  # waits for the device: every step is done
        steps = self._step_seconds(time.perf_counter()) if epoch == 0 else {}
        select = math.nan
        if math.isfinite(self._loss):
            network = self._settle()
            select = mean_pinball(network, self._prepared, self._index, self._shape)
        if not math.isfinite(select):
            self._diverged(epoch)
            return
        if select < self.best:
            self.best, self.best_epoch = select, epoch + 1
            self.best_weights = network.get_weights()
        now = time.perf_counter()
        self.history.append(
            {"epoch": epoch + 1, "loss": self._loss, "select": select, "seconds": now - self._epoch_start, **steps}
        )
        self._told = now
        self._tell(self._config.steps, now, judged=True)
        if self._over(epoch + 1):
            self.model.stop_training = True

    def state(self) -> tuple[dict[str, Any], list[Any]]:
        """Return all that was found by now, for a checkpoint: plain values, and the best weights."""
        plain = {
            "history": self.history,
            "best": self.best if self.best_weights else None,
            "best_epoch": self.best_epoch,
            "notes": self.notes,
        }
        return plain, self.best_weights

    def restore(self, plain: dict[str, Any], best_weights: list[Any], *, passed: int, spent: float) -> None:
        """Take up what `state` gave, `passed` steps into the training and `spent` seconds into an epoch."""
        self.history, self.notes = [dict(row) for row in plain["history"]], list(plain["notes"])
        self.best = math.inf if plain["best"] is None else plain["best"]
        self.best_epoch, self.best_weights = plain["best_epoch"], best_weights
        self._passed, self._epoch_start = passed, time.perf_counter() - spent

    def _over(self, done: int) -> bool:
        """Return whether the training ends after so many epochs; a later round is judged at its end alone."""
        round_ = self._config.epochs
        if done % round_ == 0:
            return not pays([row["select"] for row in self.history], round_)
        return done < round_ and done - self.best_epoch >= self._config.patience

    def _step_seconds(self, now: float) -> dict[str, float]:
        """Return what a step of the first epoch took, once compiled; nothing where too few were done to tell."""
        counted = self._done(self._config.steps) - WARM
        return {"step_seconds": (now - self._warm) / counted} if counted >= ENOUGH else {}

    def _diverged(self, epoch: int) -> None:
        self.model.stop_training = True
        if not self.best_weights:
            raise TrainingError(
                f"The loss of {self._name} was not a number in epoch {epoch + 1}, before any epoch had ended well. "
                f"Try a lower learning rate than {self._config.learning_rate:g}, and look for extreme values in "
                "the data (a log1p or Box-Cox transform tames them)."
            )
        self.notes.append(
            f"The loss of {self._name} was not a number in epoch {epoch + 1}; "
            f"the weights of epoch {self.best_epoch} were kept."
        )

    def _tell(self, step: int, now: float, judged: bool = False) -> None:
        config = self._config
        done, epochs = self._done(step), config.epochs * (self.epoch // config.epochs + 1)
        left = (now - self._first) / max(done - 1, 1) * (epochs * config.steps - self._passed - done)
        self._progress.tick(
            Tick(
                member=self._name,
                epoch=self.epoch + 1,
                epochs=epochs,
                step=step,
                steps=config.steps,
                loss=self._loss,
                select=self.history[-1]["select"] if self.history else None,
                seconds_left=left,
                judged=judged,
            )
        )

    def _done(self, step: int) -> int:
        """Steps that this process has done, the first `step` of the epoch included."""
        return self.epoch * self._config.steps + step - self._passed
