"""Glucose, one hour ahead: the sample that ships with bokeh_sampledata.

    python benchmarks/glucose.py [--seed 0] [--out out/glucose] [--quick]

5-minute means on a regular grid (57,770 rows), gaps flagged; the last 11,544 rows are the test, a cutoff every 12
steps, horizon 12; target history and clock only. Scored on observed targets of cutoffs with at least 6 of the
preceding 12 readings observed (10,711 points).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np

ROWS, TEST, HORIZON = 57_770, 11_544, 12
KNOWN_LAST, KNOWN_POINTS = 19.53, 10_711


def main() -> None:
    """Prove the protocol, train, score, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--members", default="v6")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("out/glucose"))
    options = parser.parse_args()

    from sextet.app.requests import TrainRequest
    from sextet.app.train import train
    from sextet.cli.output import console
    from sextet.cli.progress import Lines
    from sextet.core.quantiles import MEDIAN
    from sextet.core.window import WindowIndex
    from sextet.data.options import DataOptions
    from sextet.data.read import read_panel
    from sextet.runtime.run import Run
    from sextet.samples import glucose

    frame = glucose()
    panel = read_panel(frame, DataOptions(), horizon=HORIZON)
    y = panel.y
    cutoffs = np.arange(ROWS - TEST, ROWS - HORIZON + 1, HORIZON)
    observed = np.isfinite(y)
    recent = np.array([observed[c - HORIZON : c].sum() for c in cutoffs])
    cutoffs = cutoffs[recent >= HORIZON // 2]
    truth = y[cutoffs[:, None] + np.arange(HORIZON)]
    last = np.array([y[:c][observed[:c]][-1] for c in cutoffs])
    points = int(np.isfinite(truth).sum())
    repeat = float(np.nanmean(np.abs(truth - last[:, None])))
    print(f"last value: MAE {repeat:.2f} mg/dL on {points:,} points; known {KNOWN_LAST} on {KNOWN_POINTS:,}")
    if len(y) != ROWS or points != KNOWN_POINTS or abs(repeat - KNOWN_LAST) > 0.01:
        raise SystemExit("The protocol is not reproduced: is this the glucose file of bokeh_sampledata?")

    start = time.perf_counter()
    validation_end = ROWS - TEST
    result = train(
        TrainRequest(
            source=frame,
            horizon=HORIZON,
            out=options.out,
            members=options.members,
            seed=options.seed,
            quick=options.quick,
            train_end=round(validation_end * 0.8),
            validation_end=validation_end,
            test_end=ROWS,
            step=HORIZON,
            unit="mg/dL",
        ),
        Lines(console(stderr=True)),
    )
    seconds = time.perf_counter() - start
    index = WindowIndex(series=np.zeros(len(cutoffs), dtype=np.int32), row=cutoffs.astype(np.int64))
    forecast = Run.load(result.run).answer(panel, index)
    said = {"sextet": forecast.quantiles, **forecast.members}
    scores = {name: float(np.nanmean(np.abs(truth - q[..., MEDIAN]))) for name, q in said.items()}
    rows = json.loads((result.run / "metrics.json").read_text())["rows"]
    print(
        f"\nGlucose, {points:,} points, {seconds:,.0f} s in all, {os.cpu_count()} processors; MAE of the median, mg/dL"
    )
    for name, value in sorted(scores.items(), key=lambda item: item[1]):
        print(f"  {name:18}{value:8.2f}")
    for row in rows:
        if row["model"].startswith("sextet"):
            print(f"  {row['model']}: 80 % covers {100 * row['coverage_80']:.1f} %, width {row['width_80']:.1f}")
    figures = {"seed": options.seed, "seconds": seconds, "stages": result.seconds, "mae": scores, "rows": rows}
    (result.run.parent / f"{result.run.name}.json").write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
