"""Warnings ahead: what alarms are scored by, what the rival classifier may see, and the replay of a backtest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from competitors import systems
from competitors.systems import System
from sextet.app.backtest import backtest, laid
from sextet.app.requests import BacktestRequest
from sextet.backtesting.run import Backtest
from sextet.core.progress import Silent
from sextet.metrics.events import average_precision
from sextet.samples import synthetic
from sextet.specs.rule_based import RuleBasedSpec
from warning_ahead import boosted
from warning_ahead.boosted import Pairs, answered, classify, drawn, write_task
from warning_ahead.features import features
from warning_ahead.replay import MASS, OURS, QUANTILE, Said, fits, replayed
from warning_ahead.scoring import ablation, alarm_scores, blocks_of, draws, lead_scores, weighted_average_precision
from warning_ahead.tasks import TASKS, take_over

HORIZON = 6
ANSWERER = """
import json, sys
from pathlib import Path
import numpy as np
task, out = map(Path, sys.argv[1:3])
for number in range(json.loads((task / "task.json").read_text())["folds"]):
    x = np.load(task / f"fold-{number:03d}.npz")["x"]
    np.save(out / f"said-{number:03d}.npy", x[:, 0] / 10)
(out / "account.json").write_text(json.dumps({"trials": 3}))
"""


@pytest.fixture(scope="module")
def request_(tmp_path_factory: pytest.TempPathFactory) -> BacktestRequest:
    """Two hourly series with spikes, by the Rule-Based member, fitted anew after ten cutoffs."""
    frame = synthetic(series=2, rows=900, freq="h", seed=5).drop(columns="spike_label")
    out = tmp_path_factory.mktemp("warnings") / "backtest"
    members = (RuleBasedSpec(kinds=("seasonal-naive", "calendar-profile")),)
    return BacktestRequest(
        source=frame,
        horizon=HORIZON,
        out=out,
        members=members,
        lookback=24,
        transform="none",
        windows=20,
        refit=10,
        baselines=(),
    )


@pytest.fixture(scope="module")
def work(request_: BacktestRequest) -> Backtest:
    backtest(request_)
    return laid(request_)


@pytest.fixture
def said() -> Said:
    """An ensemble that knows, a quantile that half knows, over forty windows of four steps."""
    chance = np.random.default_rng(1)
    label = (chance.random((40, 4)) < 0.2).astype(float)
    label[3, 2] = np.nan
    truth = np.nan_to_num(label)
    ones = np.ones(label.shape)
    return Said(
        series=np.zeros(40, dtype=np.int32),
        row=100 + 4 * np.arange(40),
        fold=np.zeros(40, dtype=np.int64),
        label=label,
        level=ones,
        alarms={OURS: 0.1 + 0.8 * truth, QUANTILE: truth + chance.normal(0, 1, label.shape)},
        error=1.0 + truth,
        loss=0.5 + truth,
        threshold=np.full(40, 0.5),
    )


@given(
    score=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    seed=st.integers(0, 1000),
)
def test_points_that_count_twice_are_as_if_they_came_twice(score: list[int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    values, truth = np.array(score, dtype=float), (chance.random(len(score)) < 0.4).astype(float)
    weight = chance.integers(0, 3, len(score))
    wanted = average_precision(np.repeat(values, weight), np.repeat(truth, weight))
    assert weighted_average_precision(values, truth, weight) == pytest.approx(wanted, nan_ok=True)


def test_resamples_take_whole_blocks() -> None:
    series, row = np.repeat([0, 1], 10), np.tile(np.arange(10) * 12, 2)
    blocks = blocks_of(series, row, 48)
    assert len(np.unique(blocks)) == 6
    times = draws(blocks, seed=3, count=50)
    assert times.shape == (50, 20)
    for block in range(6):
        assert (times[:, blocks == block] == times[:, blocks == block][:, :1]).all()
    assert len(np.unique(times, axis=0)) > 40


def test_alarms_are_scored_against_the_ensemble(said: Said) -> None:
    found = alarm_scores(said, said.alarms, block_rows=8)
    assert found["alarms"][OURS]["average_precision"] == 1.0
    ahead = found["ahead"][QUANTILE]
    assert set(found["ahead"]) == {QUANTILE}
    assert ahead["difference"] == pytest.approx(1.0 - found["alarms"][QUANTILE]["average_precision"])
    assert 0 < ahead["low"] < ahead["difference"] < ahead["high"] < 1
    assert "brier" not in found["alarms"][QUANTILE]  # no probability
    assert len(found["alarms"][OURS]["by_step"]) == 4
    assert lead_scores(said)["events_warned"] == 1.0


def test_the_ablation_tells_spikes_from_the_rest(said: Said) -> None:
    worse = replace(said, error=said.error + np.nan_to_num(said.label), loss=said.loss)
    found = ablation(said, worse, block_rows=8)
    spikes = int((said.label > 0).sum())
    assert found["mae spikes"]["steps"] == spikes
    assert found["mae spikes"]["change_percent"] == pytest.approx(100 * (2 / 3 - 1))
    assert found["mae calm"]["change_percent"] == 0.0
    assert found["pinball all"]["steps"] == 40 * 4 - 1
    assert found["mae all"]["low"] < found["mae all"]["change_percent"] < found["mae all"]["high"] <= 0


def test_spikes_are_all_drawn_and_weights_make_up_for_the_others() -> None:
    chance = np.random.default_rng(0)
    count = 20_000
    label = (chance.random(count) < 0.02).astype(float)
    pairs = Pairs(
        series=np.zeros(count, dtype=np.int64),
        row=np.arange(count),
        step=np.zeros(count, dtype=np.int64),
        label=label,
        weight=np.ones(count),
    )
    aligned = np.arange(count) % 24 == 0
    some = drawn(pairs, aligned, 3000, seed=1)
    assert 2800 < len(some) < 3200
    assert some.label.sum() == label.sum()
    assert set(np.flatnonzero(aligned).tolist()) <= set(some.row.tolist())
    assert some.weight.sum() == pytest.approx(count, rel=0.05)
    assert drawn(pairs, aligned, count, seed=1) is pairs


def test_the_classifier_sees_nothing_of_what_is_to_come(work: Backtest) -> None:
    _, fit, index = next(fits(work, Silent()))
    series, row, step = index.series.astype(np.int64), index.row, np.full(len(index), 3, dtype=np.int64)
    before, names = features(fit.ground, series, row, step)
    assert before.shape == (len(index), len(names))
    panel = fit.ground.panel
    for one in (0, len(index) - 1):
        y, label = panel.y.copy(), panel.label.copy()
        y[row[one] :] += 1e3
        label[row[one] :] = 1
        changed = replace(panel, y=y, label=label)
        ground = replace(fit.ground, prepared=replace(fit.ground.prepared, panel=changed))
        after, _ = features(ground, series[[one]], row[[one]], step[[one]])
        np.testing.assert_array_equal(after[0], before[one])
    late, _ = features(fit.ground, series, row, step + 1)
    assert (late[:, names.index("step")] == 4).all()


def test_a_replay_says_what_the_backtest_said(work: Backtest, request_: BacktestRequest) -> None:
    whole = replayed(work, Silent())
    files = sorted((request_.out / "forecasts").glob("*.parquet"))
    wanted = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    found = np.abs(wanted["y"] - wanted["sextet"]).to_numpy().reshape(-1, HORIZON)
    np.testing.assert_allclose(whole.error, found, rtol=1e-4, atol=1e-4)
    assert whole.label.shape == found.shape
    assert np.nansum(whole.label) > 0
    assert sorted(set(whole.fold.tolist())) == [0, 1]
    assert set(whole.alarms) == {QUANTILE, MASS}  # no member warns
    assert np.isinf(whole.threshold).all()
    valid = np.isfinite(whole.label)
    assert average_precision(whole.alarms[MASS], np.nan_to_num(whole.label), valid) > np.nanmean(whole.label)


def test_a_task_goes_to_a_process_of_its_own_and_comes_back(
    work: Backtest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, fit, _ = next(fits(work, Silent()))
    write_task(work, fit.ground, tmp_path / "task", most=500, trials=3)
    asked = json.loads((tmp_path / "task" / "task.json").read_text())
    assert asked["folds"] == len(work.plan) == 2
    pool = np.load(tmp_path / "task" / "pool.npz")
    assert pool["x"].shape[1] == len(asked["names"])
    assert set(np.unique(pool["y"])) == {0.0, 1.0}
    assert set(np.unique(pool["since"])) == {0, 1}
    assert (pool["since"][pool["train"]] == 0).all()
    (tmp_path / "answerer.py").write_text(ANSWERER)
    (tmp_path / "competitors").symlink_to(systems.HERE)
    monkeypatch.setattr(systems, "HERE", tmp_path / "competitors")  # modules are looked for in its parent
    monkeypatch.setattr(boosted, "LIGHTGBM", System(name="answerer", label="Answerer", module="answerer"))
    out = classify(tmp_path / "task", tmp_path / "envs", cores=1)
    probability, account = answered(out, HORIZON)
    assert account == {"trials": 3}
    assert probability.shape == replayed(work, Silent()).label.shape
    np.testing.assert_allclose(probability, np.broadcast_to(np.arange(HORIZON) / 10, probability.shape), atol=1e-6)


def test_all_members_but_the_one_that_warns_are_taken_over(tmp_path: Path) -> None:
    for name in ("gru.onnx", "gru.training.json", "spike-detector.onnx", "spike-detector.weights.npz", ".half"):
        for folder in ("folds/000/members", "folds/000/caught-up/members"):
            file = tmp_path / "one" / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name)
    there = tmp_path / "two/folds/000/members/gru.onnx"
    there.parent.mkdir(parents=True)
    there.write_text("its own")
    taken = take_over(tmp_path / "one", tmp_path / "two")
    assert taken == [
        "folds/000/caught-up/members/gru.onnx",
        "folds/000/caught-up/members/gru.training.json",
        "folds/000/members/gru.training.json",
    ]
    assert there.read_text() == "its own"
    assert take_over(tmp_path / "one", tmp_path / "two") == []


def test_spikes_told_otherwise_have_a_backtest_of_their_own() -> None:
    from protocols.running import Setting

    setting = Setting(data=Path("data"), out=Path("out"))
    usual, above = TASKS["Glucose"], TASKS["Glucose-180"]
    assert usual.folder(setting) == Path("out/backtests/Glucose")
    assert above.folder(setting) == Path("out/backtests/Glucose-above-180")
    asked = above.request(setting)
    assert (asked.spike_threshold, asked.out) == (180.0, above.folder(setting))
