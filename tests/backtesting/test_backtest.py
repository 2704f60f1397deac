"""A whole backtest: what is written, that it sees no future, and that it goes on where it was stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sextet.app.backtest import backtest, backtest_config, claimed, laid
from sextet.app.requests import BacktestResult
from sextet.core.errors import ConfigError, DataError
from sextet.core.progress import Silent
from sextet.data.options import DataOptions

from .conftest import HORIZON, asked

MODELS = ["sextet", "rule-based", "ridge", "seasonal-naive"]


def forecasts_of(folder: Path) -> pd.DataFrame:
    whole = pd.concat([pd.read_parquet(path) for path in sorted((folder / "forecasts").glob("*.parquet"))])
    return whole.astype({"unique_id": str}).sort_values(["unique_id", "cutoff", "ds"]).reset_index(drop=True)


def without_time(rows: Any) -> list[dict[str, Any]]:
    """Leaderboard rows without what a clock measured, NaN as None so that they compare."""
    return [
        {key: None if value != value else value for key, value in row.items() if not key.endswith("_seconds")}
        for row in rows
    ]


class Stopper(Silent):
    """Presses Ctrl-C when a stage begins that starts with some words."""

    def __init__(self, words: str) -> None:
        self.words = words
        self.stages: list[str] = []

    def stage(self, text: str) -> None:
        self.stages.append(text)
        if self.words and text.startswith(self.words):
            raise KeyboardInterrupt


def test_every_forecast_of_every_model_is_written(rolled: BacktestResult, frame: pd.DataFrame) -> None:
    made = forecasts_of(rolled.folder)
    assert len(made) == 3 * 10 * HORIZON and rolled.windows == 30
    assert set(MODELS) < set(made.columns) and {"sextet-lo-80", "sextet-online-hi-95"} < set(made.columns)
    joined = made.merge(frame, on=["unique_id", "ds"], suffixes=("", "_true"), validate="many_to_one")
    assert len(joined) == len(made)
    np.testing.assert_array_equal(joined["y"], joined["y_true"])
    assert made["y"].isna().any()  # the gap is null, not zero
    assert made.groupby(["unique_id", "cutoff"]).size().eq(HORIZON).all()
    ahead = (made["ds"] - made["cutoff"]) / pd.Timedelta(hours=1)
    assert set(ahead.groupby([made["unique_id"], made["cutoff"]]).agg(tuple)) == {(1, 2, 3, 4, 5, 6)}
    last = frame.groupby("unique_id")["ds"].max()
    assert (made.groupby("unique_id")["ds"].max() == last).all()
    assert (made["sextet-lo-95"] <= made["sextet-lo-80"]).all() and (made["sextet-lo-80"] <= made["sextet"]).all()


def test_the_leaderboard_is_that_of_the_forecasts(rolled: BacktestResult, frame: pd.DataFrame) -> None:
    made = forecasts_of(rolled.folder)
    rows = {row["model"]: row for row in rolled.leaderboard}
    for name in MODELS:
        error = (made["y"] - made[name]).abs()
        assert rows[name]["mae"] == pytest.approx(error.mean(), rel=1e-5)
        assert rows[name]["accuracy_percent"] == pytest.approx(
            100 * (1 - error.sum() / made["y"].abs().sum()), rel=1e-5
        )
        assert rows[name]["n"] == error.notna().sum() == rolled.points
    for name in ("sextet", "sextet-online"):
        within = made["y"].between(made[f"{name}-lo-80"], made[f"{name}-hi-80"])[made["y"].notna()]
        assert rows[name]["coverage_80"] == pytest.approx(within.mean(), abs=1e-6)


def test_scaled_rows_are_of_series_standardised_by_the_first_training_part(
    rolled: BacktestResult, frame: pd.DataFrame
) -> None:
    made = forecasts_of(rolled.folder)
    rows = {row["model"]: row for row in rolled.scaled_rows}
    history = {name: one["y"].to_numpy() for name, one in frame.groupby("unique_id")}
    test = HORIZON + 9 * 3
    share = {name: len(y) - test - max(int((len(y) - test) * 0.2), 3 * HORIZON) for name, y in history.items()}
    mean = made["unique_id"].map({name: np.nanmean(y[: share[name]]) for name, y in history.items()})
    deviation = made["unique_id"].map({name: np.nanstd(y[: share[name]]) for name, y in history.items()})
    for name in MODELS:
        error = (made["y"] - made[name]) / deviation
        assert rows[name]["mse"] == pytest.approx((error**2).mean(), rel=1e-4)
        assert rows[name]["mae"] == pytest.approx(error.abs().mean(), rel=1e-4)
        wape = error.abs().sum() / ((made["y"] - mean) / deviation).abs().sum()
        assert rows[name]["wape"] == pytest.approx(wape, rel=1e-4)
    assert rows["sextet"]["coverage_80"] == {row["model"]: row for row in rolled.leaderboard}["sextet"]["coverage_80"]


def test_metrics_hold_what_the_result_says(rolled: BacktestResult) -> None:
    metrics = json.loads((rolled.folder / "metrics.json").read_text())
    assert (metrics["windows"], metrics["points"], metrics["folds"], metrics["cutoffs"]) == (30, rolled.points, 3, 10)
    assert (rolled.cutoffs, rolled.series) == (10, 3)
    assert [row["model"] for row in metrics["rows"]] == [row["model"] for row in rolled.leaderboard]
    assert set(metrics["by"]) == {"series", "step", "hour", "weekday"}
    assert metrics["by"]["step"]["group"] == [1, 2, 3, 4, 5, 6]
    assert len(metrics["comparison"]) == len(rolled.comparison) == 2 * 4
    assert metrics["config"]["refit"] == 4 and metrics["config"]["step"] == 3
    assert all(row["fit_seconds"] >= 0 and row["answer_seconds"] > 0 for row in metrics["rows"])
    assert any(note.startswith("Fold 2: ") for note in metrics["notes"])


@pytest.mark.parametrize(("refit", "fold"), [(4, 1), (0, 0)])
def test_the_future_changes_no_earlier_forecast(
    rolled: BacktestResult, frame: pd.DataFrame, tmp_path: Path, refit: int, fold: int
) -> None:
    """From a fold's first target on, every target is another: forecasts made up to that cutoff stay bit for bit."""
    options: dict[str, Any] = {"windows": 10, "step": 3, "refit": refit, "baselines": ("ridge", "seasonal-naive")}
    before = forecasts_of(rolled.folder)
    if refit == 0:
        before = forecasts_of(backtest(asked(frame, tmp_path / "before", **options)).folder)
    first = {name: sorted(one["cutoff"].unique())[4 * fold] for name, one in before.groupby("unique_id")}
    changed = frame.copy()
    later = changed["ds"] > changed["unique_id"].map(first)
    noise = np.random.default_rng(1).normal(size=len(changed)) * 100
    changed["y"] = changed["y"].where(~later, changed["y"].max() - changed["y"] + noise)
    changed.loc[changed.index[-1], "y"] = 1e6
    after = forecasts_of(backtest(asked(changed, tmp_path / "after", **options)).folder)
    known = before["cutoff"] <= before["unique_id"].map(first)
    assert 0 < known.sum() < len(before)
    said = [name for name in before.columns if name not in ("unique_id", "ds", "cutoff", "y")]
    np.testing.assert_array_equal(before.loc[known, said], after.loc[known, said])
    assert (before.loc[~known, "sextet"] != after.loc[~known, "sextet"]).any()


def test_the_same_request_twice_does_nothing_twice(frame: pd.DataFrame, tmp_path: Path) -> None:
    wanted = asked(frame, tmp_path / "out", windows=4, refit=2)
    first = backtest(wanted)
    times = {path: path.stat().st_mtime_ns for path in (first.folder / "folds").rglob("*") if path.is_file()}
    told = Stopper("")
    again = backtest(replace(wanted, title="Another title", unit="kW", scaled=True), told)
    assert without_time(again.leaderboard) == without_time(first.leaderboard)
    assert again.leaderboard[0]["fit_seconds"] == first.leaderboard[0]["fit_seconds"]
    assert times == {path: path.stat().st_mtime_ns for path in (first.folder / "folds").rglob("*") if path.is_file()}
    assert not any(stage.startswith(("training", "forecasting")) for stage in told.stages)
    assert again.scaled_rows and not first.scaled_rows


@pytest.mark.parametrize("words", ["training", "learning", "forecasting"])
def test_an_interrupted_backtest_goes_on(frame: pd.DataFrame, tmp_path: Path, words: str) -> None:
    wanted = asked(frame, tmp_path / "out", windows=4, refit=2)
    straight = backtest(replace(wanted, out=tmp_path / "straight"))

    class Second(Stopper):
        def stage(self, text: str) -> None:
            if any(stage == "fold 2 of 2" for stage in self.stages):
                super().stage(text)
            else:
                self.stages.append(text)

    with pytest.raises(KeyboardInterrupt):
        backtest(wanted, Second(words))
    assert (wanted.out / "folds/000/scores.npz").is_file() and not (wanted.out / "folds/001/scores.npz").is_file()
    assert not (wanted.out / "metrics.json").exists()
    done = (wanted.out / "folds/000/scores.npz").stat().st_mtime_ns
    told = Stopper("")
    result = backtest(wanted, told)
    assert (wanted.out / "folds/000/scores.npz").stat().st_mtime_ns == done
    assert ("training rule-based" in told.stages) == (words == "training")
    assert without_time(result.leaderboard) == without_time(straight.leaderboard)
    pd.testing.assert_frame_equal(forecasts_of(result.folder), forecasts_of(straight.folder))


def test_a_member_that_was_cut_or_changed_is_trained_again(frame: pd.DataFrame, tmp_path: Path) -> None:
    wanted = asked(frame, tmp_path / "out", windows=2)
    first = backtest(wanted)
    (wanted.out / "folds/000/scores.npz").unlink()
    (member,) = [
        path for path in (wanted.out / "folds/000/members").glob("rule-based.*") if "training" not in path.name
    ]
    member.write_bytes(member.read_bytes()[:-7])
    (wanted.out / "folds/000/members/.rule-based.half").write_bytes(b"left by a process that was killed")
    told = Stopper("")
    assert without_time(backtest(wanted, told).leaderboard) == without_time(first.leaderboard)
    assert "training rule-based" in told.stages
    assert not (wanted.out / "folds/000/members/.rule-based.half").exists()


@pytest.mark.parametrize("harm", ["missing", "cut", "of another fold"])
def test_a_fold_whose_forecasts_are_not_whole_is_answered_again(frame: pd.DataFrame, tmp_path: Path, harm: str) -> None:
    wanted = asked(frame, tmp_path / "out", windows=5, refit=2)
    first = backtest(wanted)
    whole = forecasts_of(first.folder)
    one, last = (wanted.out / "forecasts" / f"fold-00{number}.parquet" for number in (1, 2))
    others = {path: path.stat().st_mtime_ns for path in (wanted.out / "folds").rglob("*") if "001" not in path.parts}
    if harm == "missing":
        one.unlink()
    else:
        one.write_bytes(one.read_bytes()[:-100] if harm == "cut" else last.read_bytes())
    told = Stopper("")
    again = backtest(wanted, told)
    pd.testing.assert_frame_equal(forecasts_of(again.folder), whole)
    assert without_time(again.leaderboard) == without_time(first.leaderboard)
    assert [stage for stage in told.stages if stage.startswith("forecasting")] == ["forecasting 6 windows of 3 series"]
    assert "training rule-based" not in told.stages
    assert others == {path: path.stat().st_mtime_ns for path in others}


def test_forecasts_that_were_not_asked_for_are_not_missed(frame: pd.DataFrame, tmp_path: Path) -> None:
    wanted = asked(frame, tmp_path / "out", windows=2, forecasts=False)
    backtest(wanted)
    told = Stopper("")
    backtest(wanted, told)
    assert not any(stage.startswith("forecasting") for stage in told.stages)


def test_a_folder_of_another_question_is_refused(frame: pd.DataFrame, tmp_path: Path) -> None:
    wanted = asked(frame, tmp_path / "out", windows=2)
    backtest(wanted)
    with pytest.raises(ConfigError, match=r"out holds a backtest that differs in --windows\. .*--fresh"):
        backtest(replace(wanted, windows=3))
    with pytest.raises(ConfigError, match="differs in the data"):
        backtest(replace(wanted, source=frame.assign(y=frame["y"] + 1)))
    with pytest.raises(ConfigError, match="differs in --baselines"):
        backtest(replace(wanted, baselines=("seasonal-naive",)))
    assert backtest(replace(wanted, windows=3, fresh=True)).windows == 9
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("dear")
    for fresh in (False, True):
        with pytest.raises(ConfigError, match="exists and is not a backtest"):
            backtest(replace(wanted, out=tmp_path / "mine", fresh=fresh))
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "dear"


def test_the_default_is_every_horizon_of_the_test_part() -> None:
    split = backtest_config(asked("x.csv", Path("out"))).split
    assert (split.step, split.windows, split.test, split.validation) == (HORIZON, None, 0.1, 0.2)


def test_bounds_as_dates_score_every_window(frame: pd.DataFrame, tmp_path: Path) -> None:
    bounds = {"train_end": "2020-01-12", "validation_end": "2020-01-17", "test_end": "2020-01-19"}
    result = backtest(asked(frame, tmp_path / "out", step=1, forecasts=False, **bounds))
    assert result.windows == 3 * (48 - HORIZON + 1)
    assert not (result.folder / "forecasts").exists()


def test_series_that_cannot_be_cut_are_refused_or_left_out(frame: pd.DataFrame, tmp_path: Path) -> None:
    bounds = {"train_end": "2020-01-05", "validation_end": "2020-01-12"}
    with pytest.raises(
        ConfigError, match="--train-end 2020-01-05 .* before the data of series 'series_02' .*--skip-short"
    ):
        backtest(asked(frame, tmp_path / "out", **bounds))
    result = backtest(asked(frame, tmp_path / "out", data=DataOptions(skip_short=True), **bounds))
    assert any("1 series were left out" in note and "series_02" in note for note in result.notes)
    with pytest.raises(DataError, match="None of the 3 series .*--validation-end 2019-01-01 is a date before the data"):
        backtest(asked(frame, tmp_path / "o2", data=DataOptions(skip_short=True), validation_end="2019-01-01"))


def test_what_is_wrong_is_said_before_any_work(frame: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no baseline 'rigde', did you mean 'ridge'"):
        backtest(asked(frame, tmp_path / "out", baselines=("rigde",)))
    with pytest.raises(ConfigError, match="where the test begins"):
        backtest(asked(frame, tmp_path / "out", windows=2, validation_end=300))
    with pytest.raises(
        DataError, match=r"--windows 400, 6 rows apart, .*needs at least 2430 .*Give --windows 5[0-9] or less"
    ):
        backtest(asked(frame, tmp_path / "out", windows=400))
    assert not (tmp_path / "out").exists()


def test_the_files_of_settings_and_rules_are_read_once(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, rules = tmp_path / "settings.json", tmp_path / "rules.toml"
    settings.write_text('{"nonnegative": true}')
    rules.write_text("[[rule]]\nname = 'never negative'\nfloor = 0\n")
    read, read_text = [], Path.read_text

    def counted(self: Path, *args: Any, **kwargs: Any) -> str:
        read.append(self)
        return read_text(self, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", counted)
    request = asked(frame, tmp_path / "out", windows=1, config=settings, rules=rules)
    for run in (backtest, laid, claimed):
        read.clear()
        run(request)
        assert (read.count(settings), read.count(rules)) == (1, 1), run
