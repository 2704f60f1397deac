"""Does the folds of a backtest as tasks of a Ray cluster; scores and forecasts come back to the backtest's folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sextet.backtesting.folder import BacktestFolder
from sextet.backtesting.run import Backtest
from sextet.cluster.hands import Outcome, gather_tasks, ready, submitted
from sextet.cluster.needs import Needs, cores_each, task_memory
from sextet.cluster.post import post_office, put_files, read_files
from sextet.cluster.session import Cluster, Versions, fetched, ray_module
from sextet.core.progress import Progress
from sextet.ensemble.apart import check_sendable, portable
from sextet.ensemble.recruiting import IN_TURN
from sextet.ensemble.relay import Relay


class FoldsOnRay:
    """A Ray cluster."""

    def __init__(self, cluster: Cluster) -> None:
        """Do folds on `cluster`."""
        self._cluster = cluster

    def run(self, backtest: Backtest, numbers: Sequence[int], progress: Progress) -> None:
        """Do the folds `numbers` at once, as far as nodes have room, each with its members one after the other.

        Raises:
            ResourceError: a task was lost again and again; folds that were finished are kept.
            SextetError: a fold cannot be done.
        """
        cluster, panel = self._cluster, backtest.panel
        check_sendable(backtest.config.members)
        arrays = (panel.y, panel.past, panel.future)
        memory = task_memory(2 * sum(int(one.nbytes) for one in arrays), cluster)
        needs = Needs(cpus=1, memory=memory, gpus=1.0)
        if not cluster.gpus:
            needs = Needs(cpus=cores_each(cluster, len(numbers)), memory=memory)
        post = post_office(cluster)
        target = str(backtest.folder.path)
        data = ray_module().put(replace(backtest, hands=IN_TURN, pool=None))
        names = {f"fold {number + 1}": number for number in numbers}
        progress.stage(f"{len(names)} folds on the cluster")
        tasks = {
            name: submitted(fold_there, needs, number, data, post, target, cluster.versions)
            for name, number in names.items()
        }

        def take(name: str, value: object) -> None:
            progress.stage(f"{name} of {len(backtest.plan)} is done")

        gather_tasks(tasks, post, progress, backtest.folder.path, take)


def fold_there(number: int, backtest: Backtest, post: Any, target: str, expected: Versions) -> Outcome:
    """Do a fold on the node this runs on, from the members of it that came back before a loss."""
    folder, name = Path(tempfile.mkdtemp(prefix="sextet-fold-")), f"fold {number + 1}"
    try:
        host, here = ready(expected), BacktestFolder(folder)
        inside = here.fold(number).relative_to(folder).as_posix()
        kept = (f"{inside}/members/*",)
        put_files(folder, fetched(post.begin.remote(name, host, target, kept)))
        replace(backtest, folder=here).fold(number, Relay(post.tell.remote))
        return None, read_files(folder, (f"{inside}/**/*", "forecasts/*.parquet"))
    except Exception as error:
        return portable(error, name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
