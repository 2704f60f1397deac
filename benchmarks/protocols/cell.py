"""What every protocol benchmark shares: a cell (data set and horizon), the problem its files hold, and its proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sextet.data.options import DataOptions

Scores = dict[str, dict[str, float]]
"""Model -> metric -> value."""

Row = Mapping[str, Any]


class ProtocolError(Exception):
    """The known figures of a protocol do not come out of a file, or it is not what the protocol expects."""


class MissingFile(ProtocolError):
    """A file is not there."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Figures that are known of a protocol, and what came out here.

    Attributes:
        what: how the figures come about, in words.
        known: figure by name, as published or recorded; empty where nobody has published one.
        found: the same figures recomputed, and others for which there is nothing to hold them against.
        tolerance: largest difference that rounding explains.
    """

    what: str
    known: Mapping[str, float]
    found: Mapping[str, float]
    tolerance: float

    def check(self) -> None:
        """Refuse figures that differ.

        Raises:
            ProtocolError: naming each of them.
        """
        off = [
            f"{name} is {self.found.get(name, float('nan')):.6g}, known {value:.6g}"
            for name, value in self.known.items()
            if not abs(self.found.get(name, float("nan")) - value) <= self.tolerance
        ]
        if off:
            raise ProtocolError(
                f"The protocol is not reproduced ({self.what}): {'; '.join(off)}. Is this the original file?"
            )


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What a protocol says about one data set, and the data.

    Attributes:
        frame: the data, long or wide, clean column names.
        data: how the frame is read.
        horizon: steps forecast.
        step: rows between test cutoffs.
        windows: number of test cutoffs where the protocol counts them from the end; else None.
        train_end, validation_end, test_end: rows of each series, where the protocol states them.
        refit: cutoffs after which the models are fitted anew; 0 fits once.
        forecasts: whether every forecast is written; long-horizon tests of millions of windows leave them out.
        points: forecasts of observed targets that the test holds, where every one is scored as it is.
        unit: of the target.
        proof: of the protocol.
        facts: figures that the scores need, such as the MAE of the naive forecast that rMAE divides by.
    """

    frame: pd.DataFrame
    data: DataOptions
    horizon: int
    step: int
    proof: Proof
    windows: int | None = None
    train_end: int | None = None
    validation_end: int | None = None
    test_end: int | None = None
    refit: int = 0
    forecasts: bool = True
    points: int | None = None
    unit: str = ""
    facts: Any = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a backtest says, as the scores of a protocol need it.

    Attributes:
        rows, scaled_rows: one row of metrics a model, original and standardised scale.
        folder: where `forecasts/*.parquet` lie.
    """

    rows: tuple[Row, ...]
    scaled_rows: tuple[Row, ...]
    folder: Path

    def forecasts(self) -> pd.DataFrame:
        """Every forecast, long: unique_id, ds, cutoff, y, one column a model."""
        files = sorted((self.folder / "forecasts").glob("*.parquet"))
        if not files:
            raise ProtocolError(f"Expected forecasts/*.parquet in {self.folder}; there is none.")
        whole = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
        return whole.assign(
            unique_id=whole["unique_id"].astype(str)
        )  # categories would group series that are not there


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One figure of a protocol: a data set and a horizon.

    Attributes:
        name: as it is called on the command line and in files, such as "ETTh1-96".
        set: name of the data set.
        horizon: steps forecast.
        protocol: what is measured, in a sentence or two.
        load: reads the files below a folder and proves the protocol.
        scores: the protocol's own metrics from what the backtest says.
        metrics: their names, the one that counts first.
    """

    name: str
    set: str
    horizon: int
    protocol: str
    metrics: tuple[str, ...]
    load: Callable[[Path], Problem]
    scores: Callable[[Problem, Outcome], Scores]


def located(folder: Path, *names: str) -> Path:
    """Return the first of the files that lies in `folder` or one folder below it.

    Raises:
        MissingFile: none does.
    """
    for name in names:
        for path in (folder / name, *sorted(folder.glob(f"*/{name}"))):
            if path.is_file():
                return path
    raise MissingFile(f"Expected {' or '.join(names)} in {folder} or a folder below it; there is none.")


def columns_of(rows: tuple[Row, ...], names: Mapping[str, str]) -> Scores:
    """Pick metrics of a leaderboard: `names` maps a metric of the protocol to the leaderboard's column."""
    return {str(row["model"]): {metric: float(row[column]) for metric, column in names.items()} for row in rows}


def models_of(forecasts: pd.DataFrame) -> list[str]:
    """Return the columns of a forecast frame that hold a model's median."""
    fixed = {"unique_id", "ds", "cutoff", "y", "spike_probability"}
    return [name for name in forecasts.columns if name not in fixed and "-lo-" not in name and "-hi-" not in name]
