"""Where trials are run: the data made ready once, then one training after the other."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from sextet.core.errors import TrainingError
from sextet.core.files import write_with
from sextet.core.panel import Panel
from sextet.core.progress import Silent, Tick
from sextet.core.window import WindowIndex
from sextet.data.prepare import shape
from sextet.data.windows import batches
from sextet.ensemble.ground import Ground, lay_ground
from sextet.specs.run_config import RunConfig
from sextet.tuning.book import open_trial
from sextet.tuning.task import Job, Result, Task

BATCH = 512
WARMUP = 4  # a trial is not pruned in the first quarter of its epochs


class _Over(Exception):  # noqa: N818
    """A trial ends before its time; not an error."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass
class _Overseer(Silent):
    """Ends a training by what its ticks say: pruned, out of time, or because the search is being stopped."""

    task: Task
    trial: Any
    stopped: Callable[[], bool]

    def tick(self, tick: Tick) -> None:
        """Tell the study of an epoch, and end the training where it should not go on."""
        if self.stopped() or (self.task.until is not None and time.time() > self.task.until):
            raise _Over("cut")
        if tick.judged and self.trial is not None and len(self.task.jobs) == 1:
            self.trial.report(tick.select, tick.epoch)
            if tick.epoch < tick.epochs and self.trial.should_prune():
                raise _Over("pruned")


class Bench:
    """The data, ready for trials.

    Attributes:
        ground: the data and choices.
        select, weigh: the windows that trials are judged on, and answer for.
        opened: gives a trial of the search by arm, id, and epochs before it may be pruned.
    """

    def __init__(
        self, panel: Panel, config: RunConfig, folder: Path, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Prepare `panel` as a training with `config` would; studies are in `folder`, `stopped` ends a trial."""
        self.ground = lay_ground(panel, config)
        self.opened: Callable[[str, int, int], Any] = partial(open_trial, folder)
        self._stopped = stopped
        self._windows: Callable[[int], tuple[Ground, WindowIndex]] = lru_cache(maxsize=2)(self._train_windows)
        self.select = self.ground.select_windows()
        self.weigh = self.ground.scored_windows("weigh")

    def run(self, task: Task) -> Result:
        """Train what a task asks for.

        Raises:
            DataError, DependencyError: nothing can be trained at all.
        """
        start = time.time()
        state, value, text = "complete", math.nan, ""
        try:
            value = self._value(task)
        except _Over as over:
            state = over.state
        except TrainingError as error:
            state, text = "failed", str(error)
        except Exception as error:
            if type(error).__name__ != "ResourceExhaustedError":  # TensorFlow's; its module may not be importable
                raise
            state, text = "failed", "out of memory"
        return Result(
            arm=task.arm,
            number=task.number,
            kind=task.kind,
            state=state,  # type: ignore[arg-type]
            value=value,
            seconds=time.time() - start,
            text=text,
        )

    def _value(self, task: Task) -> float:
        warmup = max(task.train.epochs // WARMUP, 1)
        trial = None
        if task.trial is not None:
            trial = self.opened(task.arm, task.trial, warmup if len(task.jobs) == 1 else 0)
        overseer = _Overseer(task, trial, self._stopped)
        ratios: list[float] = []
        for job in task.jobs:
            ratios.append(self._train(job, task, overseer) / job.reference)
            if trial is not None and len(task.jobs) > 1:
                trial.report(float(np.mean(ratios)), len(ratios))
                if len(ratios) < len(task.jobs) and trial.should_prune():
                    raise _Over("pruned")
        return float(np.mean(ratios))

    def _train(self, job: Job, task: Task, overseer: _Overseer) -> float:
        from sextet.members.backend import keras
        from sextet.training.conditions import Conditions
        from sextet.training.fit import fit_member

        ground, train = self._windows(int(job.spec.lookback or 0))
        conditions = Conditions(progress=overseer, compute=ground.config.compute)
        fitted = fit_member(job.spec, ground.prepared, train, self.select, ground.shape, task.train, conditions)
        if job.answers is not None and fitted.select < job.below:
            self._answer(fitted.model, ground, job.answers)
        select = float(fitted.select)
        del fitted
        keras.backend.clear_session()
        gc.collect()
        return select

    def _train_windows(self, lookback: int) -> tuple[Ground, WindowIndex]:
        """Return the ground with windows long enough for a member, and the windows to train on."""
        old = self.ground.shape
        wanted = shape(self.ground.prepared, max(old.lookback, lookback), old.horizon, old.levels)
        ground = replace(self.ground, shape=wanted)
        return ground, ground.train_windows()

    def _answer(self, model: Any, ground: Ground, path: Path) -> None:
        """Write what a network answers for `weigh`: quantiles and, where it warns, the spike probability."""
        from sextet.training.feeder import network_inputs

        said: dict[str, list[Any]] = {}
        for batch in batches(ground.prepared, self.weigh, ground.shape, BATCH):
            for name, values in model.predict_on_batch(network_inputs(batch, ground.shape)).items():
                said.setdefault(name, []).append(np.asarray(values, dtype=np.float32))
        arrays: dict[str, Any] = {name: np.concatenate(parts) for name, parts in said.items() if name != "spike_size"}
        write_with(path, lambda name: np.savez(name, **arrays))
