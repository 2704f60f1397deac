"""An update learns weights and calibration anew and leaves the members as they are."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sextet.app.update import update
from sextet.core.errors import DataError
from sextet.ensemble.combining import learn_weights
from sextet.ensemble.update import apart
from sextet.runtime.crew import Crew
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


def test_scores_after_are_those_of_what_the_run_holds(
    copy: Path, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Run.load(copy).combination.weights.table
    data = _shifted(frame, 100)

    def bad(crew: Crew, *rest: Any) -> Any:
        learned = learn_weights(crew, *rest)
        table = np.zeros_like(learned.table)
        table[..., crew.names.index("spike-detector")] = 1.0
        return replace(learned, table=table)

    monkeypatch.setattr("sextet.ensemble.update.learn_weights", bad)
    result = update(copy, data=data)
    np.testing.assert_array_equal(Run.load(copy).combination.weights.table, old)
    assert result.rejected is not None and result.rejected["pinball"] > result.before["pinball"]
    assert result.after["mae"] == result.before["mae"] != result.rejected["mae"]  # of the same weights
    assert "so the old ones stay" in result.notes[0]


def test_numbers_are_told_apart() -> None:
    assert apart(0.05971, 0.05968) == ("0.05971", "0.05968")
    assert apart(0.0597001, 0.0597) == ("0.0597001", "0.0597")
    assert apart(0.5, 0.5) == ("0.5", "0.5")


def test_too_little_new_data_changes_nothing(copy: Path, frame: pd.DataFrame) -> None:
    state = RunFolder(copy).state
    stranger = frame[frame["unique_id"] == frame["unique_id"].iloc[0]].head(10).assign(unique_id="stranger")
    with pytest.raises(DataError, match="needs at least 13 rows"):
        update(copy, data=stranger)
    assert RunFolder(copy).state == state
    RunFolder(copy).check()


def test_data_that_end_before_what_the_run_has_seen_are_refused_or_said(copy: Path, frame: pd.DataFrame) -> None:
    update(copy, data=_shifted(frame, 100))
    with pytest.raises(DataError, match="end at .*, before the .* that the run has seen. Give data that go on"):
        update(copy, data=frame)
    first = frame["unique_id"].iloc[0]
    mixed = _shifted(frame, 200)
    mixed.loc[mixed.unique_id == first, "ds"] -= pd.Timedelta(hours=200)
    result = update(copy, data=mixed)
    assert any(
        f"The data of series '{first}' end at" in note and "forecasts begin there" in note for note in result.notes
    )
    again = update(copy, data=mixed)  # the same once more is no step back
    assert not any("forecasts begin there" in note for note in again.notes)
