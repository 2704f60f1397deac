"""An update learns weights and calibration anew and leaves the members as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet.app.update import update
from sextet.core.errors import DataError
from sextet.runtime.run import Run
from sextet.runtime.run_folder import RunFolder

pytestmark = [pytest.mark.slow]


@pytest.fixture()
def copy(run: Path, tmp_path: Path) -> Path:
    """A copy of the run to change."""
    return Path(shutil.copytree(run, tmp_path / "copy"))


def _shifted(frame: pd.DataFrame, hours: int) -> pd.DataFrame:
    return frame.assign(ds=frame["ds"] + pd.Timedelta(hours=hours))


def test_update_moves_the_origin_and_keeps_the_members(copy: Path, frame: pd.DataFrame) -> None:
    before = Run.load(copy)
    hashes = {name: RunFolder(copy).manifest["files"][name] for name in ("members/gru.onnx", "scaler.npz")}
    result = update(copy, data=_shifted(frame, 100))
    after = Run.load(copy)
    RunFolder(copy).check()
    assert {name: RunFolder(copy).manifest["files"][name] for name in hashes} == hashes
    moved = after.forecast().cutoff - before.forecast().cutoff
    assert (moved == np.timedelta64(100, "h")).all()
    assert sum(result.weights.values()) == pytest.approx(1.0)
    assert result.before.keys() == result.after.keys()
    assert len(list(copy.glob("state-*.npz"))) == 1


def test_too_little_new_data_changes_nothing(copy: Path, frame: pd.DataFrame) -> None:
    state = RunFolder(copy).state
    stranger = frame[frame["unique_id"] == frame["unique_id"].iloc[0]].head(10).assign(unique_id="stranger")
    with pytest.raises(DataError, match="needs at least 13 rows"):
        update(copy, data=stranger)
    assert RunFolder(copy).state == state
    RunFolder(copy).check()
