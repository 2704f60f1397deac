"""What a checkpoint costs: bytes, and the time that training stands still for it, for each neural member.

    python benchmarks/checkpoint_cost.py [--members gru,patchtst] [--lookback 336] [--horizon 96]

Each member is trained for a few steps on two generated hourly series, with a checkpoint after every step but the last.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.ensemble.ground import lay_ground
from sextet.samples import synthetic
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig
from sextet.specs.train_config import TrainConfig

STEPS = 12


def main() -> int:
    """Measure, and print a row a member."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", default="lstm,gru,cnn-lstm,patchtst,spike-detector", help="names with commas")
    parser.add_argument("--lookback", type=int, default=336)
    parser.add_argument("--horizon", type=int, default=96)
    chosen = parser.parse_args()
    from sextet.training.checkpoint import Checkpoints
    from sextet.training.conditions import Conditions
    from sextet.training.fit import fit_member
    from sextet.training.keep import Keep
    from sextet.training.keeper import Keeper

    stood: list[float] = []
    save_if_time = Keeper._save_if_time

    def timed(self: Keeper, epoch: int, step: int) -> None:
        start = time.perf_counter()
        save_if_time(self, epoch, step)
        stood.append(time.perf_counter() - start)

    Keeper._save_if_time = timed  # type: ignore[method-assign]
    train = TrainConfig(epochs=1, steps=STEPS, batch=32, flip=False)
    config = RunConfig(
        horizon=chosen.horizon,
        lookback=chosen.lookback,
        members=parse_members(chosen.members),
        train=train,
        transform="none",
    )
    panel = read_panel(synthetic(series=2, rows=6000, freq="h", seed=1), DataOptions(past=("spike_label",)))
    ground = lay_ground(panel, config)
    windows = (ground.train_windows(), ground.select_windows())
    print(f"{'member':<16}{'parameters':>12}{'bytes':>14}{'ms, median':>12}")
    for spec in ground.specs:
        with tempfile.TemporaryDirectory() as name:
            keep = Keep(checkpoints=Path(name) / "kept", log=Path(name) / "log.jsonl", minutes=1e-9)
            stood.clear()
            budget = replace(ground.config.train, select_windows=64)
            fitted = fit_member(spec, ground.prepared, *windows, ground.shape, budget, Conditions(keep=keep))  # type: ignore[arg-type]
            size = max(path.stat().st_size for path in Checkpoints(keep.checkpoints)._files())  # type: ignore[arg-type]
        print(f"{spec.name:<16}{fitted.model.count_params():>12,}{size:>14,}{1000 * median(stood):>12.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
