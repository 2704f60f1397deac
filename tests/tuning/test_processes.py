"""A search in processes, with networks: killed, gone on with, and the same where later rows differ."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")
pytest.importorskip("psutil", reason="looks for processes")

import psutil

from sextet.app.configuration import read_config
from sextet.app.requests import TuneRequest
from sextet.app.tune import tune
from sextet.tuning.book import open_study

from .conftest import HORIZON

pytestmark = [pytest.mark.slow]
TINY = {"train": {"epochs": 2, "steps": 2, "batch": 16, "select_windows": 64, "ema": 0}}


def _command(folder: Path, *more: str) -> list[str]:
    arguments = ["tune", str(folder / "data.csv"), "--horizon", str(HORIZON), "--config", str(folder / "tiny.json")]
    more = ("--out", str(folder / "best.json"), "--members", "gru,rule-based", "--trials", "2", *more)
    return [sys.executable, "-m", "sextet.cli.main", *arguments, *more]


def _completed(folder: Path, arm: str) -> list[float]:
    try:
        study = open_study(folder / "best.search", arm, 1)
    except Exception:  # not begun yet
        return []
    return [trial.value for trial in study.trials if trial.state.name == "COMPLETE"]


@pytest.mark.skipif(os.name != "posix", reason="kills a process group")
def test_killed_with_its_workers_it_goes_on(frame: pd.DataFrame, tmp_path: Path) -> None:
    frame.to_csv(tmp_path / "data.csv", index=False)
    (tmp_path / "tiny.json").write_text(json.dumps(TINY))
    first = subprocess.Popen(_command(tmp_path, "--workers", "2"), stderr=subprocess.PIPE, text=True)
    while first.poll() is None and not _completed(tmp_path, "gru"):
        time.sleep(0.5)
    assert first.poll() is None, first.communicate()
    workers = psutil.Process(first.pid).children(recursive=True)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    gone, alive = psutil.wait_procs(workers, timeout=120)
    assert len(gone) >= 2 and not alive
    assert not (tmp_path / "best.json").exists()
    values = _completed(tmp_path, "gru")
    done = subprocess.run(_command(tmp_path, "--json"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = {row["name"]: row for row in json.loads(done.stdout)["findings"]}
    assert told["gru"]["trials"] == 2 and _completed(tmp_path, "gru")[: len(values)] == values
    assert read_config(tmp_path / "best.json", HORIZON).members


def test_rows_of_calibrate_and_test_change_nothing(frame: pd.DataFrame, tmp_path: Path) -> None:
    later = frame.groupby("unique_id").cumcount() >= 0.86 * 700  # weigh ends at 85 %
    other = frame.assign(y=frame["y"].where(~later, -3 * frame["y"]))
    (tmp_path / "tiny.json").write_text(json.dumps({"transform": "none", **TINY}))
    results = []
    for name, data in (("a", frame), ("b", other)):
        asked = TuneRequest(
            source=data,
            horizon=HORIZON,
            out=tmp_path / f"{name}.json",
            config=tmp_path / "tiny.json",
            members="gru,rule-based",
            trials=1,
        )
        results.append(tune(asked))
    assert results[0].config == results[1].config and results[0].findings == results[1].findings
    assert results[0].weigh == results[1].weigh
    assert results[0].findings[0]["default"] is not None
