"""What the host does in a training, measured on this machine: start-up, networks built, batches gathered, rules.

    python benchmarks/planner_host.py [--times 5]

The constants of `planner/host.py` are these figures, in processor seconds, so that other work on the machine does not
count. No GPU is needed: every part runs on the processor wherever the networks run, but for the compilation by XLA,
which is that for the CPU here.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

# series, rows of each, horizon; at a horizon of 24 hours the Rule-Based member fits a regression for each phase too
SIZES = ((1, 3000, 96), (8, 3000, 96), (8, 18_000, 96), (1, 6000, 24), (8, 3000, 24), (8, 18_000, 24))
SHAPES = ((64, 168, 24), (256, 168, 24), (64, 720, 96), (256, 720, 96))  # windows, lookback, horizon


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="repetitions; the median counts")
    times = parser.parse_args().times
    told("start_up", started(min(times, 3)))
    ground = ground_of(8, 18_000)
    told("batches", batches(ground, times))
    told("judged", judged(ground, times))
    told("rules", rules())
    told("build", built(ground, min(times, 2)))
    told("first step of PatchTST", compiled(ground))


def told(name: str, figure: object) -> None:
    """Print one figure as a line of JSON."""
    print(json.dumps({name: figure}), flush=True)


def median_of(times: int, work: Callable[[], object]) -> float:
    """Return the median processor seconds of `work`."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def started(times: int) -> float:
    """Return the processor seconds of a fresh process that imports what training needs, and ends."""
    command = [sys.executable, "-c", "import sextet.training.fit"]
    taken = []
    for _ in range(times):
        before = os.times()
        subprocess.run(command, check=True, capture_output=True)
        after = os.times()
        taken.append(sum(after[2:4]) - sum(before[2:4]))
    return statistics.median(taken)


def ground_of(series: int, rows: int, horizon: int = 96) -> Any:
    """Return generated hourly data made ready for members."""
    from sextet.data.fitting import read_to_fit
    from sextet.data.options import DataOptions
    from sextet.ensemble.ground import lay_ground
    from sextet.samples import synthetic
    from sextet.specs.run_config import RunConfig

    config = RunConfig(horizon=horizon, transform="none")
    frame = synthetic(series=series, rows=rows).drop(columns="spike_label")
    return lay_ground(read_to_fit(frame, DataOptions(), config.split, horizon), config)


def rules() -> dict[str, dict[str, float]]:
    """Return the seconds of the Rule-Based member by series x rows at a horizon, and of it as the planner has them."""
    from sextet.ensemble.budget import rules_time
    from sextet.ensemble.member_training import rule_based
    from sextet.specs.rule_based import RuleBasedSpec

    found = {}
    for series, rows, horizon in SIZES:
        ground = ground_of(series, rows, horizon)
        windows, trained = len(ground.train_windows()), int(ground.split.train.sum())
        found[f"{series} x {rows} at {horizon}"] = {
            "measured": median_of(1, lambda ground=ground: rule_based(RuleBasedSpec(), ground)),
            "planned": rules_time(ground.panel, horizon, trained, windows),
        }
    return found


def batches(ground: Any, times: int) -> dict[str, dict[str, float]]:
    """Return the seconds of a batch by its shape: gathered, and gathered and handed over step by step."""
    from sextet.members.backend import tf
    from sextet.training.devices.spread import Spread
    from sextet.training.feeder import Feeder

    found = {}
    for windows, lookback, horizon in SHAPES:
        shape = replace(ground.shape, lookback=lookback, horizon=horizon)
        feeder = Feeder(ground.prepared, ground.train_windows(), shape, steps=20, batch=windows, seed=0, flip=True)
        gathered = median_of(times, lambda feeder=feeder: list(feeder.epoch(0))) / 20
        spread = Spread(feeder.at, tf.distribute.get_strategy())
        spread.batch(0)
        handed = median_of(times, lambda spread=spread: [spread.batch(number) for number in range(1, 21)]) / 20
        values = lookback * shape.past_channels + horizon * (shape.future_channels + 3)
        found[f"{windows} x {values}"] = {"gathered": gathered, "handed over": handed}
    return found


def judged(ground: Any, times: int) -> dict[str, float]:
    """Return the seconds of judging 512 windows on the host: gathered, and their answers scored."""
    from sextet.data.windows import gather
    from sextet.training.losses import score

    index, shape = ground.select_windows().take(np.arange(512)), ground.shape
    batch = gather(ground.prepared, index, shape)
    answer = np.zeros((512, shape.horizon, len(shape.levels)), dtype=np.float32)
    return {
        "gathered": median_of(times, lambda: gather(ground.prepared, index, shape)),
        "scored": median_of(times, lambda: score(batch.target, answer, shape.levels).sum()),
        "values": answer.size,
    }


def built(ground: Any, times: int) -> dict[str, float]:
    """Return the seconds until a member has done its first step of 16 windows and its first forecast."""
    from sextet.training.fit import fit_member

    few = ground.select_windows().take(np.arange(16))
    config = replace(ground.config.train, epochs=1, steps=1, batch=16)
    train, shape = ground.train_windows(), ground.shape
    return {
        spec.name: median_of(times, lambda spec=spec: fit_member(spec, ground.prepared, train, few, shape, config))
        for spec in ground.specs
        if spec.name != "rule-based"
    }


def compiled(ground: Any) -> dict[str, float]:
    """Return the seconds of PatchTST's first training step, plain and compiled by XLA for this processor."""
    from sextet.members.registry import member_of
    from sextet.training.learner import Learner
    from sextet.training.optimiser import optimizer

    spec = next(one for one in ground.specs if one.name == "patchtst")
    shape, rng = ground.shape, np.random.default_rng(0)
    inputs = {"past": rng.normal(size=(16, shape.lookback, shape.past_channels)).astype(np.float32)}
    inputs["future"] = rng.normal(size=(16, shape.horizon, shape.future_channels)).astype(np.float32)
    target = rng.normal(size=(16, shape.horizon)).astype(np.float32)
    truth = {"target": target, "weight": np.ones_like(target), "label": np.zeros_like(target)}
    found = {}
    for name, xla in (("plain", False), ("xla", True)):
        learner = Learner(member_of(spec).build(shape), shape.levels, 1.0)
        learner.compile(optimizer=optimizer(ground.config.train), jit_compile=xla, auto_scale_loss=False)
        found[name] = median_of(1, lambda learner=learner: learner.train_on_batch(inputs, truth))
    return found


if __name__ == "__main__":
    main()
