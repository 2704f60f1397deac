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

    Where `config` names a file, a field that is None, or False, is as the file says; without one, as said here.

    Attributes:
        source: a file path, or a pandas, polars or pyarrow frame.
        horizon: steps to forecast.
        out: folder of the run.
        data: how the source is read.
        config: JSON file with any of the fields of RunConfig, such as `sextet tune` writes.
        members: "v5", "v6", a comma list or a sequence of names and specs; None: "v6".
        lookback: steps of history; None chooses from frequency and horizon.
        seed: of everything random; None: 0.
        quick: small budget, for a first look.
        rules: TOML file with the user's rules.
        transform: "none", "log1p" or "boxcox"; None: "none".
        nonnegative: forecasts are never below zero.
        spike_threshold: a target above it is a spike (unit of the data); None learns the level.
        train_end, validation_end, test_end: rows of each series that override the shares below.
        validation, test: shares of the rows for validation and for the test; None: 0.2 and 0.1.
        step: rows between test cutoffs; None: 1.
        epochs, batch: override the training budget.
        unit: unit of the target, for the report.
        title: what the data are, for the report; None: the file's name.
    """

    source: Any
    horizon: int
    out: Path
    data: DataOptions = field(default_factory=DataOptions)
    config: Path | None = None
    members: str | Sequence[Any] | None = None
    lookback: int | None = None
    seed: int | None = None
    quick: bool = False
    rules: Path | None = None
    transform: str | None = None
    nonnegative: bool = False
    spike_threshold: float | None = None
    train_end: int | None = None
    validation_end: int | None = None
    test_end: int | None = None
    validation: float | None = None
    test: float | None = None
    step: int | None = None
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
