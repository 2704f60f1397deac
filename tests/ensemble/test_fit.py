"""A fitted run: what is written, scored and told, and that a seed decides it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.data.options import DataOptions
from sextet.data.read import read_panel
from sextet.ensemble.examining import ENSEMBLE, ONLINE
from sextet.runtime.run import Run
from sextet.runtime.run_folder import RunFolder

from .conftest import HORIZON, Listener, request

pytestmark = [pytest.mark.slow]


def test_the_run_is_whole_and_has_a_report(run: Path) -> None:
    RunFolder(run).check()
    assert (run / "report.html").stat().st_size > 10_000
    assert {"members/gru.onnx", "members/spike-detector.onnx", "members/rule-based.npz"} <= set(
        RunFolder(run).manifest["files"]
    )


def test_what_was_told_while_training(run: Path, listener: Listener) -> None:
    assert listener.done == ["gru", "spike-detector"]
    assert {tick.member for tick in listener.ticks} == {"gru", "spike-detector"}
    assert any("missing" in note for note in listener.notes)
    assert listener.stages[0] == "reading the data"


def test_the_leaderboard_has_everyone_on_the_same_points(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    names = {row["model"] for row in metrics["rows"]}
    assert names == {ENSEMBLE, ONLINE, "gru", "spike-detector", "rule-based", "ridge", "seasonal-naive"}
    assert len({row["n"] for row in metrics["rows"]}) == 1
    assert metrics["rows"] == sorted(metrics["rows"], key=lambda row: row["mae"])
    assert metrics["spikes"].keys() == {"ensemble", "upper quantile", "spike-detector alone"}


def test_the_leaderboard_is_what_the_run_forecasts(run: Path, frame: pd.DataFrame) -> None:
    """The MAE in the metrics equals that of the loaded run's forecasts of the same windows."""
    from sextet.data.windows import windows

    loaded = Run.load(run)
    panel = read_panel(frame, DataOptions(), horizon=HORIZON)
    split = {part: np.array(ends) for part, ends in loaded.settings["split"].items()}
    index = windows(panel, split["calibrate"], split["test"], HORIZON)
    forecast = loaded.answer(panel, index)
    truth = panel.y[index.row[:, None] + np.arange(HORIZON)]
    rows = {row["model"]: row for row in json.loads((run / "metrics.json").read_text())["rows"]}
    for name, quantiles in {ENSEMBLE: forecast.quantiles, **forecast.members}.items():
        mae = float(np.nanmean(np.abs(truth - quantiles[..., MEDIAN])))
        assert mae == pytest.approx(rows[name]["mae"], rel=1e-4), name


def test_a_forecast_keeps_its_promises(run: Path) -> None:
    forecast = Run.load(run).forecast()
    assert forecast.quantiles.shape == (3, HORIZON, len(LEVELS))
    assert np.isfinite(forecast.quantiles).all()
    assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()
    np.testing.assert_allclose(np.sum(list(forecast.weights.values()), axis=0), 1.0, atol=1e-6)
    assert forecast.spike_probability is not None
    assert ((forecast.spike_probability >= 0) & (forecast.spike_probability <= 1)).all()


def test_the_spike_probability_blends_member_and_quantiles(run: Path, frame: pd.DataFrame) -> None:
    from sextet.data.windows import origin_windows
    from sextet.runtime.crew import spike_probability

    loaded = Run.load(run)
    panel = read_panel(frame, DataOptions(), horizon=HORIZON)
    index = origin_windows(panel)
    warned = spike_probability(loaded.crew.answers(loaded.prepared(panel), index))
    said = loaded.answer(panel, index)
    assert warned is not None
    score = loaded.spikes.quantile_score(panel, index, said.quantiles)
    np.testing.assert_allclose(said.spike_probability, loaded.blend.apply(warned, score))


def test_new_rows_alone_forecast_as_the_whole_data(run: Path, frame: pd.DataFrame) -> None:
    from sextet.app.forecast import forecast

    grown = frame.copy()
    extra = frame.groupby("unique_id").tail(5).assign(ds=lambda f: f["ds"] + pd.Timedelta(hours=5))
    grown = pd.concat([frame, extra], ignore_index=True)
    whole, only_new = forecast(run, data=grown), forecast(run, data=extra)
    assert (whole.cutoff == only_new.cutoff).all()
    np.testing.assert_allclose(only_new.quantiles, whole.quantiles, rtol=1e-6)


def test_a_series_never_seen_is_forecast_and_said(run: Path, frame: pd.DataFrame) -> None:
    from sextet.app.forecast import forecast

    one = frame[frame["unique_id"] == frame["unique_id"].iloc[0]].assign(unique_id="stranger")
    said = forecast(run, data=one)
    assert np.isfinite(said.quantiles).all()
    assert any("stranger" in note for note in said.notes)


def test_the_same_seed_gives_the_same_forecast(run: Path, frame: pd.DataFrame, tmp_path: Path) -> None:
    from sextet.app.train import train

    train(request(frame, tmp_path / "again"))
    first, second = Run.load(run).forecast(), Run.load(tmp_path / "again").forecast()
    np.testing.assert_array_equal(first.quantiles, second.quantiles)
    np.testing.assert_array_equal(first.spike_probability, second.spike_probability)


def test_without_a_test_part_there_is_no_leaderboard(frame: pd.DataFrame, tmp_path: Path) -> None:
    from dataclasses import replace

    from sextet.app.train import train

    wanted = replace(request(frame, tmp_path / "run", members="rule-based"), test=0.0)
    assert train(wanted).leaderboard == ()
    assert np.isfinite(Run.load(tmp_path / "run").forecast().quantiles).all()


def test_members_that_catch_up_are_others_and_leave_no_weights_behind(run: Path, frame: pd.DataFrame) -> None:
    from dataclasses import replace

    from sextet.app.train import train

    out = run.parent / "caught-up"
    train(replace(request(frame, out, "gru,rule-based"), catch_up=1))
    RunFolder(out).check()
    assert not list(out.glob("members/*.weights.npz"))
    before, after = Run.load(run), Run.load(out)
    assert (before.forecast().members["gru"] != after.forecast().members["gru"]).any()
    # an update may learn weights from no row that taught the members
    split = {part: np.array(ends) for part, ends in after.settings["split"].items()}
    first = np.array(before.settings["trained_until"]) - before.settings["split"]["select"]
    np.testing.assert_array_equal(np.array(after.settings["trained_until"]) - split["calibrate"], first)
