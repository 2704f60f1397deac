"""Backtests of the Rule-Based member: seconds, without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sextet.app.backtest import backtest
from sextet.app.requests import BacktestRequest, BacktestResult
from sextet.samples import synthetic
from sextet.specs.rule_based import RuleBasedSpec

HORIZON = 6


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Three hourly series with spikes and gaps; the last one is shorter."""
    made = synthetic(series=3, rows=500, freq="h", seed=4).drop(columns="spike_label")
    made.loc[made.index[470:474], "y"] = float("nan")
    last = made["unique_id"].iloc[-1]
    start = made["ds"].iloc[0] + pd.Timedelta(hours=150)
    return made[(made["unique_id"] != last) | (made["ds"] >= start)].reset_index(drop=True)


def asked(frame: Any, out: Path, **options: Any) -> BacktestRequest:
    """A backtest that takes a second."""
    members = (RuleBasedSpec(kinds=("seasonal-naive", "calendar-profile")),)
    wanted: dict[str, Any] = {"members": members, "lookback": 24, "baselines": ("seasonal-naive", "naive")}
    return BacktestRequest(source=frame, horizon=HORIZON, out=out, **{**wanted, **options})


@pytest.fixture(scope="session")
def rolled(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> BacktestResult:
    """Ten cutoffs three rows apart, fitted anew every fourth."""
    out = tmp_path_factory.mktemp("backtests") / "rolled"
    return backtest(asked(frame, out, windows=10, step=3, refit=4, scaled=True, baselines=("ridge", "seasonal-naive")))
