"""ETTh1, long-horizon protocol: train the ensemble once and score every test window on the scaled series.

    python benchmarks/etth1.py --data ETTh1.csv [--horizon 96] [--seed 0] [--out out/etth1]

The file is the public ETTh1.csv of ETDataset. Rows [0, 8640) train, [8640, 11520) validation (divided in time
into select, weigh and calibrate), [11520, 14400) test; every one of the 2,785 windows (horizon 96) is scored;
values are scaled by mean and population standard deviation of the training rows per channel.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

TRAIN, VALIDATION, TEST = 8640, 11520, 14400
KNOWN = {96: (1.2944, 0.7132), 192: (1.3249, 0.7331), 336: (1.3299, 0.7460), 720: (1.3351, 0.7550)}


def repeat_last(values: np.ndarray, horizon: int) -> tuple[float, float, int]:
    """MSE, MAE and number of windows of repeating the last value: known figures, so they prove the protocol."""
    scaled = (values - values[:TRAIN].mean(axis=0)) / values[:TRAIN].std(axis=0)
    cutoffs = np.arange(VALIDATION, TEST - horizon + 1)
    squared = absolute = 0.0
    for cutoff in cutoffs:
        error = scaled[cutoff : cutoff + horizon] - scaled[cutoff - 1]
        squared += float((error**2).mean())
        absolute += float(np.abs(error).mean())
    return squared / len(cutoffs), absolute / len(cutoffs), len(cutoffs)


def main() -> None:
    """Prove the protocol, train, score, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="ETTh1.csv")
    parser.add_argument("--horizon", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--members", default="v6")
    parser.add_argument("--out", type=Path, default=Path("out/etth1"))
    options = parser.parse_args()

    frame = pd.read_csv(options.data)
    mse, mae, windows = repeat_last(frame.drop(columns="date").to_numpy(float), options.horizon)
    print(f"repeat last value: MSE {mse:.4f}, MAE {mae:.4f} on {windows:,} windows; known {KNOWN[options.horizon]}")
    if not np.allclose((mse, mae), KNOWN[options.horizon], atol=1e-4):
        raise SystemExit("The protocol is not reproduced: is this the original ETTh1.csv?")

    from sextet.app.requests import TrainRequest
    from sextet.app.train import train
    from sextet.cli.output import console
    from sextet.cli.progress import Lines
    from sextet.data.options import DataOptions

    start = time.perf_counter()
    result = train(
        TrainRequest(
            source=options.data,
            horizon=options.horizon,
            out=options.out,
            data=DataOptions(time="date"),
            members=options.members,
            seed=options.seed,
            train_end=TRAIN,
            validation_end=VALIDATION,
            test_end=TEST,
        ),
        Lines(console(stderr=True)),
    )
    seconds = time.perf_counter() - start
    metrics = json.loads((result.run / "metrics.json").read_text())
    rows = metrics["scaled_rows"]
    print(
        f"\nETTh1, horizon {options.horizon}, scaled, {rows[0]['n']:,} points, {seconds:,.0f} s in all, "
        f"{os.cpu_count()} processors"
    )
    print(f"{'':22}{'MSE':>8}{'MAE':>8}{'pinball':>9}{'80 % covers':>13}")
    for row in rows:
        print(
            f"{row['model']:22}{row['mse']:8.4f}{row['mae']:8.4f}{row['pinball']:9.4f}{100 * row['coverage_80']:12.1f}%"
        )
    figures = {
        "horizon": options.horizon,
        "seed": options.seed,
        "seconds": seconds,
        "stages": result.seconds,
        "rows": rows,
    }
    (result.run.parent / f"{result.run.name}-{options.horizon}.json").write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
