"""Appliances energy: four hours ahead in steps of ten minutes, 26 sensors as past covariates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from protocols.cell import Cell, Outcome, Problem, Proof, ProtocolError, Scores, columns_of, located
from sextet.data.options import DataOptions

HORIZON = STEP = 24
DAY, WEEK = 144, 1008
TARGET, OTHERS = "Appliances", ("date", "lights")
KNOWN = {"rows": 19735, "test rows": 3947, "sensors": 26, "windows": 164}


def naive_mae(y: np.ndarray, start: int, lag: int) -> float:
    """MAE over the test windows of repeating the value `lag` rows before; 1 repeats the last before the cutoff."""
    cutoffs = np.arange(start, len(y) - HORIZON + 1, STEP)
    steps = np.arange(HORIZON)
    before = steps - lag if lag >= HORIZON else np.full(HORIZON, -1)
    return float(np.abs(y[cutoffs[:, None] + steps] - y[cutoffs[:, None] + before]).mean())


def load(folder: Path) -> Problem:
    """Read the file; prove its shape, and compute the naive forecasts (nobody has published figures)."""
    frame = pd.read_csv(located(folder, "appliances_energy.csv.gz", "appliances_energy.csv", "energydata_complete.csv"))
    frame["date"] = pd.to_datetime(frame["date"])
    frame[TARGET] = frame[TARGET].astype(float)
    if not (frame["date"].diff().dropna() == pd.Timedelta("10min")).all():
        raise ProtocolError("Appliances: expected a row every ten minutes.")
    sensors = tuple(name for name in frame.columns if name != TARGET and name not in OTHERS)
    y = frame[TARGET].to_numpy(float)
    start = len(frame) * 8 // 10  # the first test row: the training rows are 80 %, rounded down
    return Problem(
        frame=frame.drop(columns="lights"),
        data=DataOptions(time="date", target=TARGET, past=sensors),
        horizon=HORIZON,
        step=STEP,
        validation_end=start,
        test_end=len(frame),
        points=KNOWN["windows"] * HORIZON,
        unit="Wh",
        proof=Proof(
            what="rows of the file and of its last 20 %, number of sensors and windows; MAE of naive forecasts",
            known=KNOWN,
            found={
                "rows": float(len(frame)),
                "test rows": float(len(frame) - start),
                "sensors": float(len(sensors)),
                "windows": float(len(range(start, len(frame) - HORIZON + 1, STEP))),
                "last value": naive_mae(y, start, 1),
                "daily naive": naive_mae(y, start, DAY),
                "weekly naive": naive_mae(y, start, WEEK),
            },
            tolerance=1e-9,
        ),
    )


def scores(problem: Problem, outcome: Outcome) -> Scores:
    """MAE of the median and mean pinball loss, in Wh."""
    return columns_of(outcome.rows, {"MAE": "mae", "pinball": "pinball"})


CELLS = (
    Cell(
        name="Appliances",
        set="Appliances",
        horizon=HORIZON,
        protocol=(
            "Target Appliances, the 26 sensor columns (all but lights) as past covariates; the last 20 % of the rows "
            "(19,735 less 80 % of them rounded down: 3,947) are the test; 24 steps of ten minutes, a cutoff every 24 "
            "rows, 164 windows; original scale."
        ),
        metrics=("MAE", "pinball"),
        load=load,
        scores=scores,
    ),
)
