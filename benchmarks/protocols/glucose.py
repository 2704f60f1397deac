"""Glucose: one hour ahead in steps of five minutes, real gaps; the sample that ships with bokeh_sampledata."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from protocols.cell import Cell, Outcome, Problem, Proof, ProtocolError, Scores, models_of
from sextet.data.options import DataOptions

ROWS, TEST, HORIZON = 57_770, 11_544, 12
KNOWN = {"rows": 57_770, "points": 10_711, "last value": 19.53}


def good_windows(y: np.ndarray) -> np.ndarray:
    """First rows of the test windows before which at least half of the last hour's readings were observed."""
    starts = np.arange(len(y) - TEST, len(y) - HORIZON + 1, HORIZON)
    recent = np.array([np.isfinite(y[start - HORIZON : start]).sum() for start in starts])
    return starts[recent >= HORIZON // 2]


def repeat_last(y: np.ndarray, starts: np.ndarray) -> tuple[float, int]:
    """MAE of repeating the last observed reading, and the number of observed targets."""
    truth = y[starts[:, None] + np.arange(HORIZON)]
    last = np.array([y[:start][np.isfinite(y[:start])][-1] for start in starts])
    return float(np.nanmean(np.abs(truth - last[:, None]))), int(np.isfinite(truth).sum())


def load(folder: Path) -> Problem:
    """Take the sample, put it on its grid and prove the protocol by repeating the last value."""
    from sextet.samples import glucose

    frame = glucose()
    if len(frame) != ROWS:
        raise ProtocolError(f"Expected {ROWS:,} rows of the glucose sample; got {len(frame):,}.")
    y = frame["y"].to_numpy(float)
    starts = good_windows(y)
    last, points = repeat_last(y, starts)
    return Problem(
        frame=frame,
        data=DataOptions(),
        horizon=HORIZON,
        step=HORIZON,
        validation_end=ROWS - TEST,
        test_end=ROWS,
        unit="mg/dL",
        facts=pd.DatetimeIndex(frame["ds"])[(starts[:, None] + np.arange(HORIZON)).ravel()],
        proof=Proof(
            what="MAE of repeating the last reading on the observed targets of the windows that count",
            known=KNOWN,
            found={"rows": float(len(frame)), "points": float(points), "last value": last},
            tolerance=0.01,
        ),
    )


def scores(problem: Problem, outcome: Outcome) -> Scores:
    """MAE of the median on the windows that count.

    Raises:
        ProtocolError: the forecasts are not those of the windows.
    """
    said = outcome.forecasts()
    said = said[said["ds"].isin(problem.facts) & said["y"].notna()]
    if len(said) != KNOWN["points"]:
        raise ProtocolError(f"Expected {KNOWN['points']:,} forecasts of observed targets; got {len(said):,}.")
    return {model: {"MAE": float((said["y"] - said[model]).abs().mean())} for model in models_of(said)}


CELLS = (
    Cell(
        name="Glucose",
        set="Glucose",
        horizon=HORIZON,
        protocol=(
            "5-minute means on a regular grid (57,770 rows), gaps flagged; the last 11,544 rows are the test, a cutoff "
            "every 12 rows, 12 steps; MAE in mg/dL on observed targets of cutoffs with at least 6 of the preceding 12 "
            "readings observed (10,711 points)."
        ),
        metrics=("MAE",),
        load=load,
        scores=scores,
    ),
)
