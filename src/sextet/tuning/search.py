"""Searches settings of members and training, and a subset of the members, on validation alone."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

from sextet.core.errors import ConfigError
from sextet.core.panel import Panel
from sextet.core.progress import Progress
from sextet.ensemble.asked import question_of
from sextet.ensemble.ground import Ground
from sextet.specs.custom import CustomSpec
from sextet.specs.neural import NeuralSpec
from sextet.specs.run_config import RunConfig
from sextet.tuning.bench import Bench
from sextet.tuning.book import Book
from sextet.tuning.choice import Choice
from sextet.tuning.found import Found
from sextet.tuning.plan import TRAINING, Arm, Limits, Plan
from sextet.tuning.space import Space, member_space, training_space
from sextet.tuning.task import Result
from sextet.tuning.workers import Alone, Processes, Workers

SHORT = 120.0
"""Seconds below which the time left is told in seconds."""

Hire = Callable[[int, Panel, RunConfig, Path], Workers]
"""From the number of trials at once, the data, the configuration and the search's folder to who runs them."""


class Search:
    """A search over one data set; `run` does the work, `found` tells the best so far at any time."""

    def __init__(
        self,
        panel: Panel,
        config: RunConfig,
        folder: Path,
        limits: Limits,
        progress: Progress,
        hire: Hire | None = None,
    ) -> None:
        """Open or begin the search in `folder`.

        Args:
            panel: the data.
            config: what to start from and to beat; its `lookback` and test part are left as they are.
            folder: where the search is kept, so that it can go on after it was stopped.
            limits: how much is searched.
            progress: told of every trial.
            hire: gives who runs trials; None: this process, or several beside it.

        Raises:
            ConfigError: the folder holds a search about something else, or a member cannot be written to a file.
            DataError: the data do not suit what was asked.
            DependencyError: Optuna is not installed.
        """
        for spec in config.members:
            if isinstance(spec, CustomSpec) and not spec.source:
                raise ConfigError(
                    f"The member {spec.name!r} is a function or a model, which a config file cannot hold. Name where "
                    "it is instead: CustomSpec(source='file.py:function')."
                )
        self._start = time.time()
        self._panel, self._config, self._folder = panel, config, folder
        self._limits, self._progress, self._hire = limits, progress, hire
        self._book = Book(folder, about(panel, config), config.seed, limits.workers > 1)
        self._bench = Bench(panel, config, folder)
        one_round = replace(config.train, rounds=1)  # trials are to be many, and equally long
        self.plan = Plan(_arms(self._bench.ground, config), one_round, self._book, limits)
        self._texts: list[str] = []

    def run(self) -> None:
        """Search until the limits are reached.

        Raises:
            ResourceError: a worker process is gone.
            DependencyError: TensorFlow is not installed.
        """
        workers, under_way = self._hired(), 0
        watch = time.time()
        try:
            while True:
                while under_way < self._limits.workers and (task := self.plan.next()) is not None:
                    workers.begin(task)
                    under_way += 1
                if not under_way:
                    return
                for result in workers.results():
                    under_way -= 1
                    self.plan.take(result)
                    self._tell(result)
                self._book.spend(-watch + (watch := time.time()))
        finally:
            workers.end()

    def found(self, whole: bool = True) -> Found:
        """Return the best so far.

        Args:
            whole: hold ensembles against each other on `weigh` too, which takes a while; without, every member is
                in it, and what won with both seeds.
        """
        chosen = Choice(self.plan, self._bench, self._config)
        if whole:
            self._progress.stage("choosing members on the part weigh")
            chosen.deliberate()
        return replace(chosen.found(), notes=(*self._texts, *chosen.notes), seconds=self._book.spent)

    def _hired(self) -> Workers:
        if self._hire is not None:
            return self._hire(self._limits.workers, self._panel, self._config, self._folder)
        if self._limits.workers == 1:
            return Alone(self._bench)
        return Processes(self._limits.workers, self._panel, self._config, self._folder)

    def _tell(self, result: Result) -> None:
        if result.state == "failed":
            self._texts.append(f"A trial of {result.arm} failed: {result.text}")
        best = self._book.best(result.arm)
        what = {"search": f"trial {len(self._book.trials(result.arm))}", "again": "second seed", "crew": "together"}
        value = f"{result.value:.4g}" if math.isfinite(result.value) else result.state
        text = f"{result.arm}, {what[result.kind]}: {value}"
        text += f", best {best.value:.4g}" if best is not None else ""
        left = max(self.plan.left, 0.0)
        told = f"{left / 60:.0f} min" if left >= SHORT else f"{left:.0f} s"
        self._progress.stage(text if math.isinf(left) else f"{text}; {told} left")


def about(panel: Panel, config: RunConfig) -> dict[str, Any]:
    """Return what a search is about: a sum over the data, and the configuration it starts from."""
    data = crc32(panel.y.tobytes())
    for values in (panel.past, panel.future, panel.static, panel.offsets, panel.first):
        data = crc32(values.tobytes(), data)
    return {"data": crc32("/".join(panel.ids).encode(), data), "settings": question_of(config)}


def _arms(ground: Ground, config: RunConfig) -> dict[str, Arm]:
    fixed = frozenset(["lookback"] if config.lookback else [])
    longest = int(ground.split.train.min()) // 2
    arms: dict[str, Arm] = {}
    for spec in ground.specs:
        if isinstance(spec, NeuralSpec):
            arms[spec.name] = Arm(name=spec.name, space=member_space(spec, longest, fixed), base=spec)
        elif isinstance(spec, CustomSpec):
            arms[spec.name] = Arm(name=spec.name, space=Space(options={}, start={}), base=spec)
    if arms:
        arms[TRAINING] = Arm(name=TRAINING, space=training_space(config.train))
    return arms
