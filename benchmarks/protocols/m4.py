"""M4 hourly: 414 series, the last 48 hours of each, OWA against Naive2; one global ensemble over all series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from protocols.cell import Cell, Outcome, Problem, Proof, ProtocolError, Scores, located, models_of
from protocols.naive2 import Reals, mase, naive2, owa, smape
from sextet.data.options import DataOptions

HORIZON, SEASON = 48, 24
KNOWN = {"series": 414, "sMAPE": 18.383, "MASE": 2.395, "MASE of seasonal naive": 1.1932}
START = pd.Timestamp("2000-01-01")
"""First stamp of every series: the two files hold none, only their order."""


@dataclass(frozen=True)
class Competition:
    """History `[N]` and truth `[H]` of each series, and Naive2's scores."""

    history: Mapping[str, Reals]
    truth: Mapping[str, Reals]
    naive2: Mapping[str, float]


def read(path: Path) -> dict[str, Reals]:
    """Read a file of the competition: one row a series, its name first, values from the left."""
    table = pd.read_csv(path, index_col=0)
    return {str(name): row[~np.isnan(row)] for name, row in zip(table.index, table.to_numpy(float), strict=True)}


def scored(competition: Competition, forecasts: Mapping[str, Reals]) -> dict[str, float]:
    """SMAPE and MASE, each the mean over series of the series' own."""
    history, truth = competition.history, competition.truth
    return {
        "sMAPE": float(np.mean([smape(truth[name], forecasts[name]) for name in truth])),
        "MASE": float(np.mean([mase(truth[name], forecasts[name], history[name], SEASON) for name in truth])),
    }


def load(folder: Path) -> Problem:
    """Read both files as one long frame; prove the protocol by Naive2 recomputed from the data."""
    history = read(located(folder, "Hourly-train.csv"))
    truth = read(located(folder, "Hourly-test.csv"))
    if list(history) != list(truth) or any(len(y) != HORIZON for y in truth.values()):
        raise ProtocolError(f"Expected the same series in both files, {HORIZON} values each in Hourly-test.csv.")
    bare = Competition(history=history, truth=truth, naive2={})
    reference = scored(bare, {name: naive2(y, HORIZON, SEASON) for name, y in history.items()})
    seasonal = scored(bare, {name: np.resize(y[-SEASON:], HORIZON) for name, y in history.items()})
    return Problem(
        frame=frame_of(history, truth),
        data=DataOptions(),
        horizon=HORIZON,
        step=HORIZON,
        windows=1,
        points=len(truth) * HORIZON,
        facts=Competition(history=history, truth=truth, naive2=reference),
        proof=Proof(
            what="Naive2 recomputed: seasonality test at 90 %, multiplicative classical decomposition, last value; and "
            "the day before repeated",
            known=KNOWN,
            found={"series": float(len(truth)), **reference, "MASE of seasonal naive": seasonal["MASE"]},
            tolerance=6e-4,
        ),
    )


def frame_of(history: Mapping[str, Reals], truth: Mapping[str, Reals]) -> pd.DataFrame:
    """Put history and truth of every series one below the other: unique_id, ds, y."""
    whole = {name: np.r_[history[name], truth[name]] for name in history}
    lengths = [len(y) for y in whole.values()]
    hours = np.concatenate([np.arange(length) for length in lengths])
    return pd.DataFrame(
        {
            "unique_id": np.repeat(list(whole), lengths),
            "ds": START + pd.to_timedelta(hours, unit="h"),
            "y": np.concatenate(list(whole.values())),
        }
    )


def scores(problem: Problem, outcome: Outcome) -> Scores:
    """OWA, sMAPE and MASE of every model from its forecasts.

    Raises:
        ProtocolError: a series has not exactly one forecast of the whole horizon.
    """
    competition: Competition = problem.facts
    said = outcome.forecasts().sort_values(["unique_id", "ds"])
    groups = dict(iter(said.groupby("unique_id", sort=False)))
    short = [name for name in competition.truth if name not in groups or len(groups[name]) != HORIZON]
    if short:
        raise ProtocolError(
            f"Expected {HORIZON} forecasts of each series; {short[0]!r} and {len(short) - 1} others differ."
        )
    out: Scores = {}
    for model in models_of(said):
        found = scored(competition, {name: groups[name][model].to_numpy(float) for name in competition.truth})
        out[model] = {"OWA": owa(found, dict(competition.naive2)), **found}
    out["Naive2"] = {"OWA": 1.0, **competition.naive2}
    return out


CELLS = (
    Cell(
        name="M4-Hourly",
        set="M4-Hourly",
        horizon=HORIZON,
        protocol=(
            "All 414 series in one frame, fitted once on all, one forecast of 48 hours each from the end of its "
            "history; sMAPE and MASE (24 steps, in-sample) are means over series; OWA is relative to Naive2. The "
            "files hold no stamps: each series starts at the same invented hour."
        ),
        metrics=("OWA", "sMAPE", "MASE"),
        load=load,
        scores=scores,
    ),
)
