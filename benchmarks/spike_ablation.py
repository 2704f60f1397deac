"""What the Spike Detector adds: the same run, combined with it and without it, on steps with spikes and without.

    python benchmarks/spike_ablation.py [--seed 0] [--quick] [--out out/ablation]

Two spiky data sets: glucose (real) and the seeded generator, whose spikes follow a schedule that can be learned.
Members are trained once; weights and calibration are learned anew for each set of members on the same windows, and
scored on the test part. Warnings are scored against the obvious alternative, the upper quantile as an alarm.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

DETECTOR = "spike-detector"


def scores(run: Any, panel: Any, without: str | None) -> dict[str, float]:
    """Mean pinball and MAE in scaled space on all, spiky and calm steps of the test, without one member or with all."""
    from sextet.baselines.history import targets
    from sextet.core.quantiles import LEVELS, MEDIAN
    from sextet.data.windows import windows
    from sextet.ensemble.combining import learn
    from sextet.metrics.quantile import pinball_by_point
    from sextet.runtime.crew import Crew

    crew = Crew(members={n: m for n, m in run.crew.members.items() if n != without}, shape=run.crew.shape)
    prepared = run.prepared(panel)
    split = {part: np.array(ends) for part, ends in run.settings["split"].items()}
    horizon = run.config.horizon
    part = {
        later: windows(panel, split[earlier], split[later], horizon)
        for earlier, later in (("select", "weigh"), ("weigh", "calibrate"), ("calibrate", "test"))
    }
    combination, _, _ = learn(crew, prepared, part["weigh"], part["calibrate"])
    index = part["test"]
    answers = crew.answers(prepared, index)
    quantiles = combination.calibration.apply(combination.raw(answers, index.series))
    target = targets(prepared, index, horizon)
    seen = np.isfinite(target)
    spike = run.spikes.label(panel)[index.row[:, None] + np.arange(horizon)][seen] > 0
    loss = pinball_by_point(target[seen], quantiles[seen], LEVELS)
    error = np.abs(target[seen] - quantiles[seen][:, MEDIAN])
    out = {}
    for name, mask in (("all", np.ones_like(spike)), ("spikes", spike), ("calm", ~spike)):
        out[f"pinball {name}"] = float(loss[mask].mean()) if mask.any() else float("nan")
        out[f"mae {name}"] = float(error[mask].mean()) if mask.any() else float("nan")
    return out


def main() -> None:
    """Train or load a run for each data set, and print what leaving the detector out does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("out/ablation"))
    options = parser.parse_args()

    from sextet.app.requests import TrainRequest
    from sextet.app.train import train
    from sextet.data.options import DataOptions
    from sextet.data.read import read_panel
    from sextet.runtime.run import Run
    from sextet.samples import glucose, synthetic

    generated = synthetic(series=4, rows=6000, freq="h", seed=options.seed).drop(columns="spike_label")
    found: dict[str, Any] = {}
    for name, frame, horizon in (("glucose", glucose(), 12), ("synthetic", generated, 24)):
        folder = options.out / name
        if not (folder / "manifest.json").is_file():
            train(
                TrainRequest(
                    source=frame, horizon=horizon, out=folder, seed=options.seed, quick=options.quick, test=0.2
                )
            )
        run = Run.load(folder)
        panel = read_panel(frame, DataOptions(), horizon=horizon)
        found[name] = {"with": scores(run, panel, None), "without": scores(run, panel, DETECTOR)}
        found[name]["warnings"] = json.loads((folder / "metrics.json").read_text())["spikes"]
        print(f"\n{name}: change by the Spike Detector (negative is better)")
        for key, value in found[name]["with"].items():
            without = found[name]["without"][key]
            print(f"  {key:16} {without:.4f} -> {value:.4f}  {100 * (value / without - 1):+.2f} %")
        for alarm, score in found[name]["warnings"].items():
            print(f"  alarm by {alarm:15} average precision {score['average_precision']:.3f}, F1 {score['f1']:.3f}")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "ablation.json").write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
