"""Runs the trials of a search as tasks of a Ray cluster; what they answer comes back to the folder of the search.

The search's studies are files of this machine. A trial on another one tells its epochs to an actor that has the
studies open here, and asks it whether to go on.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from sextet.cluster.hands import Outcome, brought, ready, submitted
from sextet.cluster.needs import Needs, cores_each, task_memory
from sextet.cluster.post import LASTING, put_files, read_files
from sextet.cluster.session import Cluster, Versions, fetched, ray_module
from sextet.core.panel import Panel
from sextet.ensemble.apart import portable
from sextet.specs.run_config import RunConfig
from sextet.tuning.bench import Bench
from sextet.tuning.book import open_trial
from sextet.tuning.task import Result, Task

ANSWERS = "answers"
LOOK_SECONDS = 0.5


class Referee:
    """The actor that has the studies open, on the node of the search."""

    def __init__(self, folder: str) -> None:
        """Open the search in `folder`."""
        self._folder = Path(folder)
        self._trials: dict[tuple[str, int], Any] = {}
        self._stopped = False

    def report(self, arm: str, number: int, warmup: int, value: float, step: int) -> None:
        """Write down what a trial has reached."""
        self._trial(arm, number, warmup).report(value, step)

    def should_prune(self, arm: str, number: int, warmup: int) -> bool:
        """Whether a trial should end."""
        return bool(self._trial(arm, number, warmup).should_prune())

    def stop(self) -> None:
        """The search ends."""
        self._stopped = True

    def stopped(self) -> bool:
        """Whether the search ends."""
        return self._stopped

    def _trial(self, arm: str, number: int, warmup: int) -> Any:
        if (arm, number) not in self._trials:
            self._trials[arm, number] = open_trial(self._folder, arm, number, warmup)
        return self._trials[arm, number]


class FarTrial:
    """A trial whose study is on another machine."""

    def __init__(self, referee: Any, arm: str, number: int, warmup: int) -> None:
        """Ask `referee` about the trial."""
        self._referee, self._which = referee, (arm, number, warmup)

    def report(self, value: float, step: int) -> None:
        """Tell what was reached."""
        fetched(self._referee.report.remote(*self._which, value, step))

    def should_prune(self) -> bool:
        """Whether the trial should end."""
        return bool(fetched(self._referee.should_prune.remote(*self._which)))


class OnRay:
    """A Ray cluster; a node that is lost costs a trial the time it had, since trials are short."""

    def __init__(self, cluster: Cluster, count: int, panel: Panel, config: RunConfig, folder: Path) -> None:
        """Run up to `count` trials at once on `cluster`, for the search in `folder`."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On

        ray = ray_module()
        here = On(cluster.here, soft=False)
        self._cluster = cluster
        folder.mkdir(parents=True, exist_ok=True)
        self._referee = ray.remote(Referee).options(scheduling_strategy=here, **LASTING).remote(str(folder))
        self._data = ray.put((panel, config))
        memory = task_memory(2 * int(panel.y.nbytes + panel.past.nbytes + panel.future.nbytes), cluster)
        self._needs = Needs(cpus=1, memory=memory, gpus=1.0)
        if not cluster.gpus:
            self._needs = Needs(cpus=cores_each(cluster, count), memory=memory)
        self._running: dict[Any, Task] = {}

    def begin(self, task: Task) -> None:
        """Hand a task to the cluster."""
        ref = submitted(trial_there, self._needs, task, self._data, self._referee, self._cluster.versions)
        self._running[ref] = task

    def results(self) -> list[Result]:
        """Wait for at least one task and return what has come.

        Raises:
            ResourceError: a task was lost again and again.
        """
        done, _ = ray_module().wait(list(self._running), num_returns=1)
        found = []
        for ref in done:
            task = self._running.pop(ref)
            result, files = brought(ref, f"trial {task.number} of {task.arm}")
            for number, job in enumerate(task.jobs):
                content = files.get(_file(number))
                if job.answers is not None and content is not None:
                    put_files(job.answers.parent, {job.answers.name: content})
            found.append(result)
        return found

    def end(self) -> None:
        """Ask the tasks to stop, and wait for them a little."""
        ray = ray_module()
        ray.get(self._referee.stop.remote())
        if self._running:
            _, left = ray.wait(list(self._running), num_returns=len(self._running), timeout=5)
            for ref in left:
                ray.cancel(ref, force=True)
        self._running = {}
        ray.kill(self._referee)


def trial_there(task: Task, data: tuple[Panel, RunConfig], referee: Any, expected: Versions) -> Outcome:
    """Run a task on the node this runs on."""
    folder = Path(tempfile.mkdtemp(prefix="sextet-trial-"))
    try:
        ready(expected)
        jobs = tuple(
            job if job.answers is None else replace(job, answers=folder / _file(number))
            for number, job in enumerate(task.jobs)
        )

        def opened(arm: str, number: int, warmup: int) -> FarTrial:
            return FarTrial(referee, arm, number, warmup)

        bench = _bench(data, folder, referee)
        bench.opened = opened
        return bench.run(replace(task, jobs=jobs)), read_files(folder, (f"{ANSWERS}/*.npz",))
    except Exception as error:
        return portable(error, f"trial {task.number} of {task.arm}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Asked:
    """Whether the search ends; asked for now and then, since the answer comes from another machine."""

    def __init__(self, referee: Any) -> None:
        """Ask `referee`."""
        self._referee, self._when, self._answer = referee, 0.0, False

    def __call__(self) -> bool:
        """Return the answer of at most two seconds ago."""
        if time.monotonic() - self._when > 2:
            self._answer, self._when = bool(fetched(self._referee.stopped.remote())), time.monotonic()
        return self._answer


_benches: dict[str, Bench] = {}


def _bench(data: tuple[Panel, RunConfig], folder: Path, referee: Any) -> Bench:
    """Return the bench of this process for a search; laid once, for all of its trials that come here."""
    key = referee._actor_id.hex()
    if key not in _benches:
        _benches.clear()
        _benches[key] = Bench(*data, folder, Asked(referee))
    return _benches[key]


def _file(number: int) -> str:
    return f"{ANSWERS}/{number}.npz"
