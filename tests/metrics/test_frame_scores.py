"""Scores of long frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sextet.core.errors import DataError
from sextet.metrics.frame_scores import score_frame
from sextet.metrics.leaderboard import score


@pytest.fixture()
def frame() -> pd.DataFrame:
    """Two series, two cutoffs, a missing truth, a model with an interval and one without."""
    rng = np.random.default_rng(0)
    rows = 24
    y = rng.normal(10, 2, rows)
    y[5] = np.nan
    said = y + rng.normal(0, 1, rows)
    said[5] = 10.0
    return pd.DataFrame(
        {
            "unique_id": np.repeat(["a", "b"], 12),
            "cutoff": np.tile(np.repeat(pd.to_datetime(["2024-01-01", "2024-01-07"]), 6), 2),
            "ds": np.tile(pd.date_range("2024-01-02", periods=12), 2),
            "y": y,
            "sextet": said,
            "sextet-lo-80": said - 1.0,
            "sextet-hi-80": said + 1.0,
        }
    )


def test_scores_equal_those_of_the_leaderboard(frame: pd.DataFrame) -> None:
    scores = score_frame(frame, levels=(80,)).set_index(["unique_id", "metric"])["sextet"]
    for name, part in frame.groupby("unique_id"):
        target = part["y"].to_numpy()[:, None]
        quantiles = part[["sextet-lo-80", "sextet", "sextet-hi-80"]].to_numpy()[:, None, :]
        ours = score(target, quantiles, (0.1, 0.5, 0.9), percents=(80.0,))
        for metric in ("mae", "rmse", "wape", "accuracy_percent", "coverage_80"):
            assert scores[name, metric] == pytest.approx(ours[metric]), (name, metric)


def test_mase_needs_a_history(frame: pd.DataFrame) -> None:
    train = pd.DataFrame(
        {
            "unique_id": np.repeat(["a", "b"], 5),
            "ds": np.tile(pd.date_range("2023-12-01", periods=5), 2),
            "y": np.tile([0.0, 1.0, 0.0, 1.0, 0.0], 2),
        }
    )
    scores = score_frame(frame, train=train).set_index(["unique_id", "metric"])["sextet"]
    assert scores["a", "mase"] == pytest.approx(scores["a", "mae"])
    assert "mase" not in set(score_frame(frame)["metric"])


def test_polars_in_and_out(frame: pd.DataFrame) -> None:
    made = score_frame(pl.from_pandas(frame))
    assert isinstance(made, pl.DataFrame)
    np.testing.assert_allclose(sorted(made["sextet"].to_list()), sorted(score_frame(frame)["sextet"]))


def test_what_cannot_be_scored_is_said(frame: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="other is missing"):
        score_frame(frame, models=("other",))
    with pytest.raises(DataError, match="every y is missing"):
        score_frame(frame.assign(y=np.nan))
