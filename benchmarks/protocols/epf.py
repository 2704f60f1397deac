"""EPF: the 24 prices of the next day, the last 728 days, two exogenous forecasts known a day ahead."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from protocols.cell import Cell, MissingFile, Outcome, Problem, Proof, ProtocolError, Scores, columns_of, located
from sextet.data.options import DataOptions

HORIZON, DAYS = 24, 728
REFIT_DAYS = 28
"""Days after which the members are trained on; 0: once, before the test. The published models: anew every day."""

ENSEMBLES = ("DNN Ensemble", "LEAR Ensemble")
KNOWN = {  # of the public files: first and last day as yyyymmdd, MAE of the published forecasts, rMAE of one
    "NP": {
        "first day": 20161227,
        "last day": 20181224,
        **{"DNN Ensemble": 1.6834, "LEAR Ensemble": 1.7378, "mean of both": 1.6311, "rMAE of DNN Ensemble": 0.4081},
    },
    "DE": {
        "first day": 20160104,
        "last day": 20171231,
        **{"DNN Ensemble": 3.4135, "LEAR Ensemble": 3.6091, "mean of both": 3.3301, "rMAE of DNN Ensemble": 0.3745},
    },
}


def read(path: Path) -> pd.DataFrame:
    """Read a market's file as ds, y and the two exogenous columns.

    Raises:
        ProtocolError: it has other columns, or not whole days hour by hour.
    """
    frame = pd.read_csv(path)
    frame.columns = [str(name).strip() for name in frame.columns]
    if len(frame.columns) != 4 or frame.columns[1] != "Price":
        raise ProtocolError(f"{path.name}: expected a date, Price and two exogenous columns; got {list(frame.columns)}")
    frame = frame.rename(columns={frame.columns[0]: "ds", "Price": "y"})
    frame["ds"] = pd.to_datetime(frame["ds"])
    if len(frame) % 24 or not (frame["ds"].diff().dropna() == pd.Timedelta("1h")).all():
        raise ProtocolError(f"{path.name}: expected whole days, hour by hour.")
    return frame


def naive_mae(y: np.ndarray, rows: int, lag: int) -> float:
    """MAE over the last `rows` rows of repeating the value `lag` rows before."""
    return float(np.abs(y[-rows:] - y[-rows - lag : -lag]).mean())


def published(path: Path, test: pd.DataFrame) -> dict[str, float]:
    """MAE of every published forecast, against the prices of the market's own file.

    Raises:
        ProtocolError: days or prices of the two files differ.
    """
    said = pd.read_csv(path, index_col=0, parse_dates=True)
    if not said.index.equals(pd.DatetimeIndex(test["ds"])) or not np.allclose(said["Real price"], test["y"], atol=0.01):
        raise ProtocolError(f"{path.name}: its days or prices are not those of the market's test period.")
    said["mean of both"] = said[list(ENSEMBLES)].mean(axis=1)
    truth = test["y"].to_numpy()
    return {
        name: float(np.abs(said[name].to_numpy() - truth).mean())
        for name in map(str, said.columns)
        if name != "Real price"
    }


def load(market: str, folder: Path) -> Problem:
    """Read a market's file; prove the test period, and the published MAE where their forecasts lie beside it."""
    frame = read(located(folder, f"{market}.csv", f"{market}.csv.gz"))
    rows = DAYS * HORIZON
    test = frame.iloc[-rows:]
    y = frame["y"].to_numpy(float)
    known: dict[str, float] = dict(KNOWN[market])
    found = {
        "first day": float(test["ds"].iloc[0].strftime("%Y%m%d")),
        "last day": float(test["ds"].iloc[-1].strftime("%Y%m%d")),
        "weekly naive": naive_mae(y, rows, 168),
        "daily naive": naive_mae(y, rows, 24),
    }
    name = f"Forecasts_{market}_DNN_LEAR_ensembles.csv"
    try:
        found |= published(located(folder, f"{name}.gz", name), test)
        found["rMAE of DNN Ensemble"] = found["DNN Ensemble"] / found["weekly naive"]
    except MissingFile:  # the days alone prove the protocol then
        known = {key: value for key, value in known.items() if key.endswith("day")}
    return Problem(
        frame=frame,
        data=DataOptions(time="ds", target="y", future=tuple(frame.columns[2:])),
        horizon=HORIZON,
        step=HORIZON,
        validation_end=len(frame) - rows,
        test_end=len(frame),
        refit=REFIT_DAYS,
        points=rows,
        unit="EUR/MWh",
        facts=found["weekly naive"],
        proof=Proof(
            what="first and last test day, MAE of the published forecasts on them, MAE of the naive forecasts",
            known=known,
            found=found,
            tolerance=1e-4,
        ),
    )


def scores(problem: Problem, outcome: Outcome) -> Scores:
    """MAE, RMSE, and MAE over that of the weekly naive forecast on the same days."""
    out = columns_of(outcome.rows, {"MAE": "mae", "RMSE": "rmse"})
    return {model: {**values, "rMAE": values["MAE"] / problem.facts} for model, values in out.items()}


def cell(market: str) -> Cell:
    """Return the cell of a market."""
    return Cell(
        name=f"EPF-{market}",
        set=f"EPF-{market}",
        horizon=HORIZON,
        protocol=(
            f"The {HORIZON} hours of the next day, from prices to the end of today and the two exogenous forecasts of "
            f"the next day; the last {DAYS} days, a cutoff every midnight; original scale; rMAE divides by the MAE of "
            "repeating the price of a week before."
        ),
        metrics=("MAE", "rMAE", "RMSE"),
        load=partial(load, market),
        scores=scores,
    )


CELLS = tuple(cell(market) for market in KNOWN)
