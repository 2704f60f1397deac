"""Who runs trials: this process, or several beside it that share the studies."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Protocol

from sextet.core.errors import ResourceError
from sextet.core.panel import Panel
from sextet.core.worker_process import settle, spawning
from sextet.specs.run_config import RunConfig
from sextet.tuning.bench import Bench
from sextet.tuning.task import Result, Task


class Workers(Protocol):
    """Runs tasks; who begins them counts how many are under way."""

    def begin(self, task: Task) -> None:
        """Begin a task."""

    def results(self) -> list[Result]:
        """Wait for at least one of those that are under way and return what has come, one a task."""

    def end(self) -> None:
        """Stop what is under way and let the workers go."""


class Alone:
    """This process does the work, when it is asked for results."""

    def __init__(self, bench: Bench) -> None:
        """Work at `bench`."""
        self._bench = bench
        self._task: Task | None = None

    def begin(self, task: Task) -> None:
        """Keep the task until results are asked for."""
        self._task = task

    def results(self) -> list[Result]:
        """Do the work."""
        task, self._task = self._task, None
        return [self._bench.run(task)] if task else []

    def end(self) -> None:
        """Nothing runs on."""


class Processes:
    """Several processes, each with the data and TensorFlow of its own."""

    def __init__(self, count: int, panel: Panel, config: RunConfig, folder: Path) -> None:
        """Start `count` processes when they are first needed."""
        context = spawning()
        self._count = count
        self._stop = context.Event()
        threads = max((os.cpu_count() or 1) // count, 1)
        self._pool = ProcessPoolExecutor(
            count, mp_context=context, initializer=_settle, initargs=(panel, config, folder, self._stop, threads)
        )
        self._running: set[Future[Result]] = set()

    def begin(self, task: Task) -> None:
        """Hand a task to a process."""
        self._running.add(self._pool.submit(_run, task))

    def results(self) -> list[Result]:
        """Wait for a process.

        Raises:
            ResourceError: a process is gone.
        """
        done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
        try:
            return [future.result() for future in done]
        except BrokenProcessPool as error:
            raise ResourceError(
                f"One of {self._count} worker processes ended unexpectedly, most likely for lack of memory. What was "
                "finished is kept: run the same command again with fewer --workers."
            ) from error

    def end(self) -> None:
        """Ask the processes to stop, and wait for them."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


_bench: Bench | None = None


def _settle(panel: Panel, config: RunConfig, folder: Path, stop: Any, threads: int) -> None:
    """Make a process ready, with the data of its own."""
    global _bench
    settle(threads)
    _bench = Bench(panel, config, folder, stop.is_set)


def _run(task: Task) -> Result:
    if _bench is None:
        raise RuntimeError("the process was not made ready")
    return _bench.run(task)
