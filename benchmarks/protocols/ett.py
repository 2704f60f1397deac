"""ETT long horizon: every window of the test rows, seven channels in and out, metrics on the standardised scale."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from protocols.cell import Cell, Outcome, Problem, Proof, ProtocolError, Scores, columns_of, located
from sextet.data.options import DataOptions

HORIZONS = (96, 192, 336, 720)
FILES = {"ETTh1": ("ETTh1.csv", "ETTh1.csv.gz"), "ETTm1": ("ETTm1.csv.gz", "ETTm1.csv")}
BOUNDS = {"ETTh1": (8640, 11520, 14400), "ETTm1": (34560, 46080, 57600)}  # 12, 4 and 4 months of 30 days
KNOWN = {  # repeating the last value: MSE, MAE and windows, none dropped
    ("ETTh1", 96): (1.2944, 0.7132, 2785),
    ("ETTh1", 192): (1.3249, 0.7331, 2689),
    ("ETTh1", 336): (1.3299, 0.7460, 2545),
    ("ETTh1", 720): (1.3351, 0.7550, 2161),
    ("ETTm1", 96): (1.2139, 0.6648, 11425),
    ("ETTm1", 192): (1.2612, 0.6904, 11329),
    ("ETTm1", 336): (1.2866, 0.7072, 11185),
    ("ETTm1", 720): (1.3223, 0.7295, 10801),
}


def repeat_last(values: np.ndarray, bounds: tuple[int, int, int], horizon: int) -> tuple[float, float, int]:
    """MSE, MAE and number of windows of repeating the last value, on the scale of the training rows `[N, C]`."""
    train, validation, test = bounds
    scaled = (values - values[:train].mean(axis=0)) / values[:train].std(axis=0)
    cutoffs = np.arange(validation, test - horizon + 1)
    squared = absolute = 0.0
    for cutoff in cutoffs:
        error = scaled[cutoff : cutoff + horizon] - scaled[cutoff - 1]
        squared += float((error**2).mean())
        absolute += float(np.abs(error).mean())
    return squared / len(cutoffs), absolute / len(cutoffs), len(cutoffs)


def load(name: str, horizon: int, folder: Path) -> Problem:
    """Read the file and prove the protocol by the figures of repeating the last value."""
    frame = pd.read_csv(located(folder, *FILES[name]))
    train, validation, test = bounds = BOUNDS[name]
    channels = [column for column in frame.columns if column != "date"]
    if len(frame) < test or len(channels) != 7:
        raise ProtocolError(
            f"{name}: expected 7 channels and at least {test:,} rows; got {len(channels)}, {len(frame):,}"
        )
    names = ("MSE", "MAE", "windows")
    return Problem(
        frame=frame,
        data=DataOptions(time="date", target=tuple(channels)),
        horizon=horizon,
        step=1,
        train_end=train,
        validation_end=validation,
        test_end=test,
        forecasts=False,
        points=(test - validation - horizon + 1) * horizon * len(channels),
        proof=Proof(
            what="repeating the last value, every test window, standardised by the training rows",
            known=dict(zip(names, KNOWN[name, horizon], strict=True)),
            found=dict(zip(names, repeat_last(frame[channels].to_numpy(float), bounds, horizon), strict=True)),
            tolerance=1e-4,
        ),
    )


def scores(problem: Problem, outcome: Outcome) -> Scores:
    """MSE and MAE over windows, steps and channels on the standardised scale."""
    return columns_of(outcome.scaled_rows, {"MSE": "mse", "MAE": "mae"})


def cell(name: str, horizon: int) -> Cell:
    """Return the cell of a file and a horizon."""
    train, validation, test = BOUNDS[name]
    return Cell(
        name=f"{name}-{horizon}",
        set=name,
        horizon=horizon,
        protocol=(
            f"Rows [0, {train}) train, [{train}, {validation}) validation, [{validation}, {test}) test; every channel "
            "scaled by mean and population standard deviation of its training rows; fitted once; every test window "
            "scored, the last incomplete batch too, all 7 channels."
        ),
        metrics=("MSE", "MAE"),
        load=partial(load, name, horizon),
        scores=scores,
    )


CELLS = tuple(cell(name, horizon) for name in FILES for horizon in HORIZONS)
