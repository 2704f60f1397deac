"""The public Ensemble with the Rule-Based member alone: update, report and several cutoffs, without TensorFlow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet import Ensemble
from sextet.core.window import WindowIndex
from sextet.runtime.run_folder import RunFolder

HORIZON = 6


@pytest.fixture(scope="module")
def folder(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder."""
    out = tmp_path_factory.mktemp("light") / "run"
    return Ensemble(horizon=HORIZON, members="rule-based").fit(frame).save(out)


def _later(frame: pd.DataFrame, hours: int) -> pd.DataFrame:
    return frame.assign(ds=frame["ds"] + pd.Timedelta(hours=hours))


def test_an_update_is_kept_by_save_and_leaves_the_loaded_folder(
    folder: Path, frame: pd.DataFrame, tmp_path: Path
) -> None:
    model = Ensemble.load(folder)
    before = model.forecast()
    updated = model.update(_later(frame, 60)).forecast()
    assert (updated["ds"] - before["ds"] == pd.Timedelta(hours=60)).all()
    pd.testing.assert_frame_equal(Ensemble.load(folder).forecast(), before)
    saved = model.save(tmp_path / "copy")
    RunFolder(saved).check()
    pd.testing.assert_frame_equal(Ensemble.load(saved).forecast(), updated)
    own = Ensemble.load(saved).update(_later(frame, 90))
    assert own.save(saved) == saved
    pd.testing.assert_frame_equal(Ensemble.load(saved).forecast(), own.forecast())


def test_the_report_is_one_page(folder: Path, tmp_path: Path) -> None:
    page = Ensemble.load(folder).report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<html" in page and "seasonal" in page.lower()


def test_the_calibration_follows_targets_that_have_passed_and_no_other(folder: Path, frame: pd.DataFrame) -> None:
    run = Ensemble.load(folder).run
    panel = run.history
    rows = panel.offsets[0] + panel.known[0] - HORIZON * np.arange(6, 0, -1)
    index = WindowIndex(series=np.zeros(6, dtype=np.int32), row=rows)
    alone = [run.answer(panel, index.take(slice(k, k + 1))).quantiles[0] for k in range(6)]
    together = run.answer(panel, index).quantiles
    np.testing.assert_array_equal(together[0], alone[0])
    assert not np.array_equal(together[-1], alone[-1])
    np.testing.assert_array_equal(together[:4], run.answer(panel, index.take(slice(0, 4))).quantiles)
