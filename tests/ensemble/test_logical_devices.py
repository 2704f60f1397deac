"""Both placements for real on two logical devices of the processor: in fresh processes, since it is divided once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training needs the extra train")

from sextet.runtime.run import Run
from sextet.samples import synthetic

pytestmark = [pytest.mark.slow]


def _trained(placement: str, folder: Path) -> tuple[str, Path]:
    """Train two networks, and return what was told and where the run is."""
    out = folder / placement
    command = ["train", str(folder / "data.csv"), "--horizon", "6", "--out", str(out), "--placement", placement]
    command += ["--members", "gru,spike-detector,rule-based", "--lookback", "24", "--epochs", "1", "--batch", "16"]
    done = subprocess.run(
        [sys.executable, "-m", "sextet.cli.main", *command, "--quick"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SEXTET_LOGICAL_CPUS": "2"},
    )
    assert done.returncode == 0, done.stderr
    return done.stderr, out


def test_members_share_batches_or_have_a_device_each(tmp_path: Path) -> None:
    synthetic(series=2, rows=300, freq="h", seed=4).drop(columns="spike_label").to_csv(
        tmp_path / "data.csv", index=False
    )
    devices = {}
    for placement in ("data", "member"):
        told, out = _trained(placement, tmp_path)
        assert f"note: Placement {placement}. --placement {placement} was asked for." in told
        devices[placement] = {row["device"] for row in json.loads((out / "steps.json").read_text())["rows"]}
        forecast = Run.load(out).forecast()
        assert np.isfinite(forecast.quantiles).all()
    (shared,), (own,) = devices["data"], devices["member"]
    assert shared.startswith("2 logical devices of the processor")
    assert own.startswith("processor, ")
