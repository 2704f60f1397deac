"""What the use cases are asked: plain frozen values, the same from the command line and from Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sextet.data.options import DataOptions


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
    """Train a run.

    Attributes:
        source: a file path, or a pandas, polars or pyarrow frame.
        horizon: steps to forecast.
        out: folder of the run.
        data: how the source is read.
        members: "v5", "v6", a comma list or a sequence of names and specs.
        lookback: steps of history; None chooses from frequency and horizon.
        seed: of everything random.
        quick: small budget, for a first look.
        rules: TOML file with the user's rules.
        transform: "none", "log1p" or "boxcox".
        nonnegative: forecasts are never below zero.
        spike_threshold: a target above it is a spike (unit of the data); None learns the level.
        train_end, validation_end, test_end: rows of each series that override the shares below.
        validation, test: shares of the rows for validation and for the test.
        step: rows between test cutoffs.
        epochs, batch: override the training budget.
        unit: unit of the target, for the report.
        title: what the data are, for the report; None: the file's name.
    """

    source: Any
    horizon: int
    out: Path
    data: DataOptions = field(default_factory=DataOptions)
    members: str | Sequence[Any] = "v6"
    lookback: int | None = None
    seed: int = 0
    quick: bool = False
    rules: Path | None = None
    transform: str = "none"
    nonnegative: bool = False
    spike_threshold: float | None = None
    train_end: int | None = None
    validation_end: int | None = None
    test_end: int | None = None
    validation: float = 0.2
    test: float = 0.1
    step: int = 1
    epochs: int | None = None
    batch: int | None = None
    unit: str = ""
    title: str | None = None


@dataclass(frozen=True, kw_only=True)
class TrainResult:
    """What a training made.

    Attributes:
        run: folder of the run.
        report: the HTML report.
        leaderboard: rows as `metrics.leaderboard` gives them, best first; empty without a test part.
        notes: what the user should know.
        seconds: wall time by stage.
    """

    run: Path
    report: Path
    leaderboard: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
