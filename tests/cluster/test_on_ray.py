"""Work on a real cluster of three nodes, of which one is killed; each node a group of processes of this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("tensorflow", reason="training needs the extra train")
pytest.importorskip("ray", reason="the extra ray is not installed")
pytest.importorskip("psutil", reason="looks for processes")

import psutil

from sextet.app.requests import BacktestRequest, TrainRequest, TuneRequest
from sextet.core.progress import Silent, Tick
from sextet.runtime.run import Run
from sextet.samples import synthetic

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="kills processes")]
HORIZON = 6


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Two hourly series."""
    return synthetic(series=2, rows=400, freq="h", seed=4).drop(columns="spike_label")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Three nodes of a core each."""
    os.environ.setdefault("RAY_memory_monitor_refresh_ms", "0")  # it would kill them for what other programs take
    os.environ.setdefault("RAY_worker_niceness", "0")  # its workers would give way to all other processes
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.others = [made.add_node(num_cpus=1) for _ in range(2)]  # type: ignore[attr-defined]
    yield made
    made.shutdown()


def _kill(nodes: list[Any]) -> None:
    """Kill all processes of the node whose workers have computed most."""

    def below(node: Any) -> list[psutil.Process]:
        roots = [psutil.Process(info.process.pid) for infos in node.all_processes.values() for info in infos]
        return [one for root in roots for one in (*root.children(recursive=True), root)]

    busy = max(nodes, key=lambda node: sum(sum(one.cpu_times()[:2]) for one in below(node)))
    nodes.remove(busy)
    for process in below(busy):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


class Killer(Silent):
    """Kills a node when the first member has ended an epoch."""

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes, self.killed, self.notes = nodes, False, []

    def tick(self, tick: Tick) -> None:
        if tick.judged and not self.killed:
            self.killed = True
            _kill(self.nodes)

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_a_node_is_killed_and_the_run_is_as_one_of_this_machine(
    cluster: Any, frame: pd.DataFrame, tmp_path: Path
) -> None:
    from sextet.app.train import train

    request = TrainRequest(
        source=frame,
        horizon=HORIZON,
        out=tmp_path / "far",
        members="gru,lstm,rule-based",
        lookback=24,
        epochs=3,
        batch=16,
        quick=True,
        seed=3,
        checkpoint_minutes=0.01,
        ray=cluster.address,
    )
    killer = Killer(cluster.others)
    train(request, killer)
    assert killer.killed and any("3 nodes with 3 cores" in note for note in killer.notes)
    train(replace(request, out=tmp_path / "near", ray=None, placement="data", checkpoint_minutes=0.0))
    far, near = Run.load(tmp_path / "far").forecast(), Run.load(tmp_path / "near").forecast()
    for name, quantiles in near.members.items():
        np.testing.assert_allclose(far.members[name], quantiles, rtol=1e-5, atol=1e-6, err_msg=name)
    assert not list(tmp_path.glob("*.unfinished"))


def test_a_node_that_joins_is_used(frame: pd.DataFrame, tmp_path: Path) -> None:
    """The head has no core to lend, so that the run can only come from the node that joins when tasks wait for one."""
    from ray.cluster_utils import Cluster

    from sextet.app.train import train

    class Joining(Silent):
        joined = False

        def note(self, text: str) -> None:
            if "with 0 cores" in text:
                self.joined = True
                threading.Timer(3, lambda: made.add_node(num_cpus=1)).start()

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    listener = Joining()
    try:
        train(
            TrainRequest(source=frame, horizon=HORIZON, out=tmp_path / "run", members="rule-based", ray=made.address),
            listener,
        )
    finally:
        made.shutdown()
    assert listener.joined and np.isfinite(Run.load(tmp_path / "run").forecast().quantiles).all()


def test_folds_at_once_are_as_one_after_the_other(cluster: Any, frame: pd.DataFrame, tmp_path: Path) -> None:
    from sextet.app.backtest import backtest

    request = BacktestRequest(
        source=frame,
        horizon=HORIZON,
        out=tmp_path / "far",
        members="gru,rule-based",
        lookback=24,
        epochs=1,
        batch=16,
        quick=True,
        windows=4,
        refit=2,
        baselines=("naive",),
        ray=cluster.address,
    )
    far = backtest(request)
    near = backtest(replace(request, out=tmp_path / "near", ray=None, placement="data"))
    for ours, theirs in zip(far.leaderboard, near.leaderboard, strict=True):
        assert ours["model"] == theirs["model"] and ours["mae"] == pytest.approx(theirs["mae"], rel=1e-5)
    pd.testing.assert_frame_equal(far.forecasts(), near.forecasts(), rtol=1e-4)


def test_trials_on_the_cluster_are_those_of_this_machine(cluster: Any, frame: pd.DataFrame, tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="the extra tune is not installed")
    from sextet.app.tune import tune

    tiny = {"train": {"epochs": 2, "steps": 2, "batch": 16, "select_windows": 64, "ema": 0}}
    (tmp_path / "tiny.json").write_text(json.dumps(tiny))
    request = TuneRequest(
        source=frame,
        horizon=HORIZON,
        out=tmp_path / "far.json",
        config=tmp_path / "tiny.json",
        members="gru",
        trials=2,
        ray=cluster.address,
    )
    far = tune(request)
    near = tune(replace(request, out=tmp_path / "near.json", ray=None))
    assert [row["trials"] for row in far.findings] == [row["trials"] for row in near.findings]
    assert far.findings[0]["default"] == pytest.approx(near.findings[0]["default"], rel=1e-5)
    answers = [sorted(path.name for path in tmp_path.glob(f"{name}.search/answers/*")) for name in ("far", "near")]
    assert answers[0] == answers[1] and answers[0]  # what trials answered came back
    assert far.weigh == pytest.approx(near.weigh, rel=1e-4)
