"""What the host does in a training, measured on this machine: start-up, networks built, batches gathered, rules.

    python benchmarks/planner_host.py [--times 5]

The constants of `planner/host.py` are these figures. No GPU is needed: every part runs on the processor wherever the
networks run, but for the compilation by XLA, which is that for the CPU here.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

SIZES = ((1, 3000), (8, 3000), (8, 18_000))  # series, rows of each
SHAPES = ((64, 168, 24), (256, 168, 24), (64, 720, 96), (256, 720, 96))  # windows, lookback, horizon


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="repetitions; the median counts")
    times = parser.parse_args().times
    figures = {"start-up": started(min(times, 3)), "rules": rules(), **with_tensorflow(times)}
    print(json.dumps(figures, indent=2))


def median_of(times: int, work: Callable[[], object]) -> float:
    """Return the median seconds of `work`."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def started(times: int) -> float:
    """Return the seconds of a fresh process that imports TensorFlow and ends."""
    command = [sys.executable, "-c", "import sextet.training.fit"]
    return median_of(times, lambda: subprocess.run(command, check=True, capture_output=True))


def ground_of(series: int, rows: int, horizon: int = 96) -> Any:
    """Return generated hourly data made ready for members."""
    from sextet.app.train import source_name  # noqa: F401  the use cases are there
    from sextet.data.fitting import read_to_fit
    from sextet.data.options import DataOptions
    from sextet.ensemble.ground import lay_ground
    from sextet.samples import synthetic
    from sextet.specs.run_config import RunConfig

    config = RunConfig(horizon=horizon, transform="none")
    frame = synthetic(series=series, rows=rows).drop(columns="spike_label")
    return lay_ground(read_to_fit(frame, DataOptions(), config.split, horizon), config)


def rules() -> dict[str, float]:
    """Return the seconds of the Rule-Based member by series x rows."""
    from sextet.ensemble.recruiting import rule_based
    from sextet.specs.rule_based import RuleBasedSpec

    found = {}
    for series, rows in SIZES:
        ground = ground_of(series, rows)
        start = time.perf_counter()
        rule_based(RuleBasedSpec(), ground)
        found[f"{series} x {rows}"] = time.perf_counter() - start
    return found


def with_tensorflow(times: int) -> dict[str, Any]:
    """Return what needs TensorFlow: batches handed over, and networks built."""
    ground = ground_of(8, 18_000)
    return {"batches": batches(ground, times), "build": built(ground, times)}


def batches(ground: Any, times: int) -> dict[str, dict[str, float]]:
    """Return the seconds of a batch by its shape: gathered by numpy, and handed over by tf.data."""
    from sextet.training.feeder import Feeder

    found = {}
    for windows, lookback, horizon in SHAPES:
        shape = replace(ground.shape, lookback=lookback, horizon=horizon)
        feeder = Feeder(
            ground.prepared, ground.train_windows(), shape, steps=20, batch=windows, seed=0, flip=True
        )
        gathered = median_of(times, lambda feeder=feeder: list(feeder.epoch(0))) / 20
        stream = iter(feeder.dataset())
        next(stream)
        handed = median_of(times, lambda stream=stream: [next(stream) for _ in range(20)]) / 20
        values = lookback * shape.past_channels + horizon * (shape.future_channels + 3)
        found[f"{windows} x {values}"] = {"gathered": gathered, "handed over": handed}
    return found


def built(ground: Any, times: int) -> dict[str, dict[str, float]]:
    """Return the seconds until a member has done its first step and its first forecast, less those of a second one."""
    from sextet.training.fit import fit_member

    few = ground.select_windows().take(np.arange(16))
    config = replace(ground.config.train, epochs=1, steps=1, batch=16)
    found: dict[str, dict[str, float]] = {}
    for spec in ground.specs:
        if spec.name == "rule-based":
            continue

        def fit(steps: int, spec: Any = spec) -> object:
            return fit_member(
                spec, ground.prepared, ground.train_windows(), few, ground.shape, replace(config, steps=steps)
            )

        found[spec.name] = {"plain": median_of(min(times, 3), lambda fit=fit: fit(1))}
    found["patchtst"]["xla"] = compiled(ground)
    return found


def compiled(ground: Any) -> float:
    """Return the seconds that XLA takes for a training step of PatchTST, on this processor."""
    from sextet.members.registry import member_of
    from sextet.training.fit import optimizer
    from sextet.training.learner import Learner

    spec = next(one for one in ground.specs if one.name == "patchtst")
    shape, rng = ground.shape, np.random.default_rng(0)
    inputs = {"past": rng.normal(size=(16, shape.lookback, shape.past_channels)).astype(np.float32)}
    inputs["future"] = rng.normal(size=(16, shape.horizon, shape.future_channels)).astype(np.float32)
    target = rng.normal(size=(16, shape.horizon)).astype(np.float32)
    truth = {"target": target, "weight": np.ones_like(target), "label": np.zeros_like(target)}
    learner = Learner(member_of(spec).build(shape), shape.levels, 1.0)
    learner.compile(optimizer=optimizer(ground.config.train), jit_compile=True)
    start = time.perf_counter()
    learner.train_on_batch(inputs, truth)
    return time.perf_counter() - start


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, str(Path(folder)))
        main()
