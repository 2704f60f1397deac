"""Measures training steps of members on one device; runs in a process of its own.

    python -P steps.py time cpu|gpu SECONDS        every member in turn, round after round
    python -P steps.py memory cpu|gpu MEMBER       by how much two steps of one member raise memory

Writes one line of JSON before each member it builds, and one for each with its samples. Members are as training makes
them of an hourly series with a horizon of 96 (`planner.standing`).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sextet.hardware.precision import FLOAT32
from sextet.planner.standing import BATCH, SHAPE, member_specs

MARK = "SEXTET-CALIBRATE "
LEAST_ROUNDS = 5
MOST_SAMPLES = 400
PAGE = 4096


def say(**values: object) -> None:
    """Write one line for whoever started this."""
    print(MARK + json.dumps(values), flush=True)


def prepare(device: str) -> Any:
    """Import everything that training imports; returns TensorFlow."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    from sextet.members.backend import tf
    from sextet.training import fit, learner

    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    return (tf, fit, learner)[0]


def learner_of(spec: Any, policy: str = FLOAT32) -> Any:
    """Return the learner of a fresh network, as training on one device makes it in a dtype policy."""
    from sextet.specs.train_config import TrainConfig
    from sextet.training.devices.station import Station
    from sextet.training.trainee import Trainee

    trainee = Trainee(spec, SHAPE, TrainConfig(), Station(policy=policy))
    trainee.ready()
    return trainee.learner


def batch_of(windows: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a batch of random windows: inputs, and what is to be learned."""
    import numpy as np

    rng = np.random.default_rng(0)

    def normal(*size: int) -> Any:
        return rng.standard_normal((windows, *size), dtype=np.float32)

    past, future = normal(SHAPE.lookback, SHAPE.past_channels), normal(SHAPE.horizon, SHAPE.future_channels)
    past[..., 1] = 1.0  # that channel says which values were observed
    target = normal(SHAPE.horizon)
    truth = {"target": target, "weight": np.ones_like(target), "label": np.zeros_like(target)}
    return {"past": past, "future": future}, truth


def step_of(name: str) -> Callable[[], Any]:
    """Return one training step of a member over a batch that stays the same, and wait for its end."""
    learner, batch = learner_of(member_specs()[name]), batch_of(BATCH)
    return lambda: learner.train_on_batch(*batch)


def times(seconds: float) -> None:
    """Measure the steps of all members in turn, for so many seconds once all are built."""
    steps: dict[str, Callable[[], Any]] = {}
    for name in member_specs():
        say(begins=f"a training step of {name}")
        steps[name] = step_of(name)
        for _ in range(2):  # the first traces the graph, the second fills caches
            steps[name]()
    samples: dict[str, list[float]] = {name: [] for name in steps}
    done, end = 0, time.monotonic() + seconds
    while done < LEAST_ROUNDS or (time.monotonic() < end and done < MOST_SAMPLES):
        for name, step in steps.items():
            begin = time.perf_counter()
            step()
            samples[name].append(time.perf_counter() - begin)
        done += 1
    for name, found in samples.items():
        say(step=name, samples=found)


def resident() -> int:
    """Return the bytes of this process that are in memory; 0 where the system does not say (not Linux)."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, ValueError):
        return 0


def memory(tf: Any, device: str, name: str) -> None:
    """Measure by how much building a member and three steps raise memory above what the imports hold."""
    before = resident()
    highest, over = [before], threading.Event()

    def watch() -> None:
        while not over.is_set():
            highest[0] = max(highest[0], resident())
            time.sleep(0.002)

    thread = threading.Thread(target=watch)
    thread.start()
    step = step_of(name)
    for _ in range(3):
        step()
    over.set()
    thread.join()
    grown = highest[0] - before
    if device == "gpu":
        grown = int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
    say(memory=name, bytes=grown, baseline=before)


def main() -> int:
    """Measure what the command line asks for; the exit code."""
    what, device, given = sys.argv[1:4]
    tf = prepare(device)
    if what == "memory":
        memory(tf, device, given)
    else:
        times(float(given))
    say(done=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
