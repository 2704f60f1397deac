"""A run of the Rule-Based member alone: trained in a second, without TensorFlow."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sextet.app.requests import TrainRequest
from sextet.app.train import train
from sextet.samples import synthetic


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Two hourly series."""
    return synthetic(series=2, rows=500, freq="h", seed=1).drop(columns="spike_label")


@pytest.fixture(scope="session")
def small_run(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's folder."""
    out = tmp_path_factory.mktemp("app") / "run"
    train(TrainRequest(source=frame, horizon=6, out=out, members="rule-based", unit="kW"))
    return out
