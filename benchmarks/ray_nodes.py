"""Trains the six members on a Ray cluster of three nodes, one of which is killed meanwhile, and on one node.

    python benchmarks/ray_nodes.py --out results/ray-nodes.json

The nodes are groups of processes of this machine, with so many cores each as `--cpus` says; killed is a node that has
begun to train, all its processes by SIGKILL. Reported are the wall times, which members came, and what was told of
the loss. On a machine with fewer cores than the nodes have together, three nodes cannot be three times as fast.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from sextet.app.requests import TrainRequest
from sextet.app.train import train
from sextet.core.progress import Silent, Tick
from sextet.samples import synthetic


class Watch(Silent):
    """Keeps notes, and calls `first` once, when a training has ended its first epoch."""

    def __init__(self, first: Any = None) -> None:
        """Listen."""
        self.notes: list[str] = []
        self._first = first

    def tick(self, tick: Tick) -> None:
        """Call `first`."""
        if self._first is not None and tick.epoch > 1:
            first, self._first = self._first, None
            first()

    def note(self, text: str) -> None:
        """Keep the note."""
        self.notes.append(text)


def processes_of(node: Any) -> list[psutil.Process]:
    """Return the processes of a node of `ray.cluster_utils`: its raylet, and all below it."""
    roots = [psutil.Process(info.process.pid) for infos in node.all_processes.values() for info in infos]
    return [process for root in roots for process in (*root.children(recursive=True), root)]


def busiest(nodes: list[Any]) -> Any:
    """Return the node, of those that may be killed, whose workers have computed most: it trains."""

    def seconds(node: Any) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in processes_of(node))

    return max(nodes, key=seconds)


def kill(node: Any) -> int:
    """Kill all processes of a node at once; return how many there were."""
    victims = processes_of(node)
    for process in victims:
        os.kill(process.pid, signal.SIGKILL)
    return len(victims)


def measured(nodes: int, cpus: int, epochs: int, rows: int, killing: bool) -> dict[str, Any]:
    """Train on so many nodes and return what came of it."""
    # Ray's workers give way to all other processes by default: on a busy machine they would stand still
    os.environ.setdefault("RAY_memory_monitor_refresh_ms", "0")  # it would kill them for what other programs take
    os.environ.setdefault("RAY_worker_niceness", "0")
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": cpus, "include_dashboard": False})
    others = [cluster.add_node(num_cpus=cpus) for _ in range(nodes - 1)]
    told: dict[str, Any] = {"nodes": nodes, "killed": 0}

    def loss() -> None:
        told["killed"] = kill(busiest(others))
        told["killed_after"] = time.perf_counter() - start

    watch = Watch((lambda: threading.Thread(target=loss).start()) if killing else None)
    frame = synthetic(series=3, rows=rows, freq="h", seed=4).drop(columns="spike_label")
    with tempfile.TemporaryDirectory() as folder:
        request = TrainRequest(
            source=frame,
            horizon=12,
            out=Path(folder) / "run",
            lookback=48,
            epochs=epochs,
            batch=64,
            quick=True,
            seed=3,
            ray=cluster.address,
        )
        start = time.perf_counter()
        result = train(request, watch)
        told["seconds"] = time.perf_counter() - start
        told["members"] = sorted(path.name for path in (result.run / "members").iterdir())
        told["train_seconds"] = result.seconds["train"]
        told["mae"] = next(row["mae"] for row in result.leaderboard)
    told["notes"] = [note for note in watch.notes if "lost" in note or "Ray" in note]
    ray.shutdown()
    cluster.shutdown()
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="JSON file of what was measured")
    parser.add_argument("--cpus", type=int, default=1, help="cores of a node")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rows", type=int, default=1500, help="rows of each of three hourly series")
    parser.add_argument("--only", choices=("killed", "three", "one"), help="one of the three measurements")
    arguments = parser.parse_args()
    runs = {"killed": (3, True), "three": (3, False), "one": (1, False)}
    found: dict[str, Any] = {"cores": os.cpu_count(), "python": sys.version.split()[0]}
    for name, (nodes, killing) in runs.items():
        if arguments.only in (None, name):
            found[name] = measured(nodes, arguments.cpus, arguments.epochs, arguments.rows, killing)
            print(json.dumps({name: found[name]}, indent=1), flush=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
