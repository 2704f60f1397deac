"""`sextet.backtest`: the same backtest from Python."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import sextet
from sextet.core.errors import ConfigError, RunError
from sextet.specs.rule_based import RuleBasedSpec

from .conftest import HORIZON

SMALL: dict[str, Any] = {
    "members": (RuleBasedSpec(kinds=("seasonal-naive",)),),
    "windows": 2,
    "lookback": 24,
    "baselines": ("seasonal-naive",),
}


def test_a_frame_in_frames_out(frame: pd.DataFrame) -> None:
    result = sextet.backtest(frame, HORIZON, **SMALL)
    folder = result.folder
    made = result.forecasts()
    assert len(made) == 3 * 2 * HORIZON and set(made["unique_id"]) == set(frame["unique_id"])
    assert isinstance(result.forecasts("polars"), pl.DataFrame)
    assert result.leaderboard[0]["n"] == made["y"].notna().sum()
    assert folder.is_dir()
    del result
    gc.collect()
    assert not folder.exists()  # a temporary folder goes with the result


def test_a_folder_of_ones_own_stays(frame: pd.DataFrame, tmp_path: Path) -> None:
    result = sextet.backtest(frame, HORIZON, out=tmp_path / "out", forecasts=False, **SMALL)
    with pytest.raises(RunError, match="holds no forecasts"):
        result.forecasts()
    folder = result.folder
    del result
    gc.collect()
    assert (folder / "metrics.json").is_file()


def test_what_is_not_known_is_said(frame: pd.DataFrame) -> None:
    with pytest.raises(ConfigError, match="no option 'window', did you mean 'windows'"):
        sextet.backtest(frame, HORIZON, window=3)
