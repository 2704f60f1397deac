"""A backtest killed in the middle of a fold goes on, and ends as one that nobody disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from sextet.app.backtest import backtest
from sextet.app.requests import BacktestRequest
from sextet.data.options import DataOptions

from .conftest import HORIZON
from .test_backtest import Stopper, forecasts_of, without_time

pytestmark = [pytest.mark.slow]

FLAGS = ["--members", "gru,rule-based", "--lookback", "24", "--epochs", "1", "--batch", "32", "--quick", "--seed", "3"]
FLAGS += ["--windows", "4", "--refit", "2", "--baselines", "seasonal-naive"]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_killed_and_resumed_equals_undisturbed(frame: pd.DataFrame, tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="training needs the extra train")
    data, out = tmp_path / "data.csv", tmp_path / "out"
    frame.to_csv(data, index=False)
    record = out / "folds/001/members/gru.training.json"
    command = [sys.executable, "-m", "sextet.cli.main", "backtest", str(data), "--horizon", str(HORIZON)]
    process = subprocess.Popen(
        [*command, "--out", str(out), *FLAGS], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not record.is_file() and process.poll() is None:
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert record.is_file() and not (out / "metrics.json").exists()
    kept = [
        out / "folds/000/scores.npz",
        out / "folds/000/members/gru.onnx",
        out / "folds/001/members/gru.onnx",
        record,
    ]
    times = [os.stat(path).st_mtime_ns for path in kept]

    wanted = BacktestRequest(
        source=data,
        horizon=HORIZON,
        out=out,
        data=DataOptions(),
        members="gru,rule-based",
        lookback=24,
        epochs=1,
        batch=32,
        quick=True,
        seed=3,
        windows=4,
        refit=2,
        baselines=("seasonal-naive",),
    )
    told = Stopper("")
    resumed = backtest(wanted, told)
    assert [os.stat(path).st_mtime_ns for path in kept] == times
    assert "training gru" not in told.stages

    undisturbed = backtest(BacktestRequest(**{**vars(wanted), "out": tmp_path / "straight"}))
    assert without_time(resumed.leaderboard) == without_time(undisturbed.leaderboard)
    pd.testing.assert_frame_equal(forecasts_of(resumed.folder), forecasts_of(undisturbed.folder))
