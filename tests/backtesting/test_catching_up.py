"""Members that are trained on at each refit: no future is seen, a stopped backtest goes on, earlier folds stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.app.backtest import backtest
from sextet.core.progress import Silent
from sextet.specs.recurrent import GRUSpec
from sextet.specs.rule_based import RuleBasedSpec

from .conftest import asked

MEMBERS = (GRUSpec(lookback=24, width=4, segment=6), RuleBasedSpec(kinds=("seasonal-naive",)))
ROLL: dict[str, Any] = {
    "members": MEMBERS,
    "windows": 6,
    "step": 6,
    "refit": 2,
    "epochs": 1,
    "batch": 16,
    "quick": True,
}


class Stopper(Silent):
    """Counts trainings, and presses Ctrl-C when one begins that is named."""

    def __init__(self, words: str = "", nth: int = 1) -> None:
        self.words, self.left = words, nth
        self.trained: list[str] = []

    def stage(self, text: str) -> None:
        if text.startswith("training"):
            self.trained.append(text)
        if self.words and text.startswith(self.words):
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt


def forecasts(folder: Path) -> pd.DataFrame:
    whole = pd.concat([pd.read_parquet(path) for path in sorted((folder / "forecasts").glob("*.parquet"))])
    return whole.astype({"unique_id": str}).sort_values(["unique_id", "cutoff", "ds"]).reset_index(drop=True)


@pytest.fixture(scope="module")
def whole(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Stopper]:
    """Three folds of two cutoffs, undisturbed."""
    out, told = tmp_path_factory.mktemp("warm") / "whole", Stopper()
    backtest(asked(frame, out, **ROLL, catch_up=1), told)
    return forecasts(out), told


def test_each_fold_trains_on_and_only_the_first_trains_anew(whole: tuple[pd.DataFrame, Stopper]) -> None:
    assert [text for text in whole[1].trained if "gru" in text] == ["training gru", *["training gru on"] * 3]


def test_the_future_changes_no_earlier_fold(
    whole: tuple[pd.DataFrame, Stopper], frame: pd.DataFrame, tmp_path: Path
) -> None:
    made = whole[0]
    cutoffs = np.sort(made["cutoff"].unique())
    other = frame.copy()
    later = other["ds"] > cutoffs[2]  # the first fold's two cutoffs lie before: their fit must not see what follows
    other.loc[later, "y"] = other.loc[later, "y"] * 3 + 10
    backtest(asked(other, tmp_path / "other", **ROLL, catch_up=1))
    again = forecasts(tmp_path / "other")
    early = made["cutoff"] <= cutoffs[1]
    for name in ("sextet", "gru"):
        np.testing.assert_array_equal(made.loc[early, name], again.loc[early, name])
        assert (made.loc[~early, name] != again.loc[~early, name]).any()


def test_stopped_in_the_second_fold_it_goes_on_to_the_same_forecasts(
    whole: tuple[pd.DataFrame, Stopper], frame: pd.DataFrame, tmp_path: Path
) -> None:
    request = asked(frame, tmp_path / "stopped", **ROLL, catch_up=1)
    with pytest.raises(KeyboardInterrupt):
        backtest(request, Stopper("training gru on", nth=3))
    told = Stopper()
    backtest(request, told)
    assert [text for text in told.trained if "gru" in text] == ["training gru on"]
    pd.testing.assert_frame_equal(forecasts(tmp_path / "stopped"), whole[0])
