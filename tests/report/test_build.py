import dataclasses

import numpy as np
import pytest

from sextet.core.errors import ConfigError
from sextet.core.window import WindowIndex
from sextet.metrics.leaderboard import leaderboard, tally
from sextet.report.build import build_view, training_section
from sextet.report.header import header
from sextet.report.scores import calibration_section
from sextet.report.tables import cell_text
from sextet.report.validate import validate

SECTIONS = (
    "leaderboard",
    "fan",
    "weights",
    "skill",
    "calibration",
    "spikes",
    "training",
    "quality",
    "alerts",
    "explanation",
)


@pytest.fixture(scope="module")
def made(sample):
    return sample.make_sample(rows=2000)


@pytest.fixture(scope="module")
def view(made):
    return made.view()


def test_every_section_is_there(view):
    assert [name for name in SECTIONS if "absent" in view[name]] == []


def test_the_same_input_gives_the_same_view(made, view):
    assert made.view() == view


def test_without_test_and_forecast_sections_say_why(made):
    view = validate(build_view(made.about, made.panel))
    absent = [name for name in SECTIONS if "absent" in view[name]]
    assert absent == [name for name in SECTIONS if name != "quality"]
    assert all(view[name]["absent"].endswith(".") for name in absent)


def test_skill_by_hand(made, view):
    evaluation = made.evaluation
    naive = np.nanmean(np.abs(evaluation.target - evaluation.baselines["SeasonalNaive"]))
    gru = np.nanmean(np.abs(evaluation.target - evaluation.members["gru"]))
    bar = next(bar for bar in view["skill"]["bars"] if bar["name"] == "GRU")
    assert bar["skill"] == pytest.approx(100 * (1 - gru / naive), abs=0.01)
    row = next(row for row in view["leaderboard"]["rows"] if row["name"] == "GRU")
    assert row["skill"] == pytest.approx(bar["skill"], abs=0.01)
    steps = np.nanmean(np.abs(evaluation.target - evaluation.members["gru"]), axis=0)
    line = next(line for line in view["skill"]["mae_by_step"] if line["name"] == "GRU")
    assert line["values"] == pytest.approx(steps.tolist(), abs=1e-2)


def test_the_leaderboard_is_sorted_and_marks_the_ensemble(view):
    table = view["leaderboard"]
    maes = [row["mae"] for row in table["rows"]]
    assert maes == sorted(maes)
    assert table["rows"][table["marked"]]["name"] == "Ensemble"
    assert {row["kind"] for row in table["rows"]} == {"ensemble", "member", "baseline"}


def test_leaderboard_rows_that_are_given_are_shown(made):
    rows = [
        {"model": "GRU", "mae": 2.0, "coverage_80": float("nan"), "skill": 0.5, "n": 3},
        {"model": "ensemble", "mae": 1.0, "coverage_80": 0.81, "skill": 0.75, "n": 3},
    ]
    evaluation = dataclasses.replace(made.evaluation, leaderboard=rows)
    table = build_view(made.about, made.panel, evaluation=evaluation)["leaderboard"]
    assert table["marked"] == 1
    assert table["rows"][1] == {"name": "Ensemble", "skill": 75.0, "mae": 1.0, "coverage_80": 0.81, "kind": "ensemble"}
    assert table["rows"][0]["coverage_80"] is None


def test_the_tile_of_coverage_says_what_the_leaderboard_says(made):
    # 65.949 %: rounded to two decimals and then to one it would be 66.0
    covered = (np.arange(15888) < 10478).reshape(-1, 12)
    target = np.where(covered, 0.0, 9.0)
    quantiles = np.tile(np.linspace(-1, 1, len(made.evaluation.levels)), (*target.shape, 1))
    evaluation = dataclasses.replace(
        made.evaluation,
        index=WindowIndex(series=np.zeros(len(target), np.int32), row=np.full(len(target), 500)),
        target=target,
        quantiles=quantiles,
        online=quantiles,
        members={},
        baselines={made.evaluation.reference: np.zeros(target.shape)},
        weights={},
        spikes=None,
        leaderboard=({"model": "sextet", "mae": 1.0},),
    )
    parts = (calibration_section(evaluation), {"absent": "None."})
    tiles = header(made.about, made.panel, evaluation, None, parts)["tiles"]
    (tile,) = (tile for tile in tiles if "covers" in tile["label"])
    cell = leaderboard({"sextet": tally(target, quantiles, evaluation.levels)})[0]["coverage_80"]
    assert tile["value"] == cell_text(cell, "share") == "65.9 %"


def test_coverage_by_hand(made, view):
    evaluation, part = made.evaluation, view["calibration"]
    levels = list(evaluation.levels)
    seen = np.isfinite(evaluation.target)
    for name, quantiles in (("static", evaluation.quantiles), ("online", evaluation.online)):
        low, high = quantiles[..., levels.index(0.1)], quantiles[..., levels.index(0.9)]
        inside = (evaluation.target >= low) & (evaluation.target <= high)
        assert part[name][part["nominal"].index(80.0)] == pytest.approx(100 * inside[seen].mean(), abs=0.01)
    assert part["points"] == int(seen.sum())
    first = next(row for row in part["by_step"] if row["level"] == 80.0)
    inside = (evaluation.target[:, 0] >= evaluation.quantiles[:, 0, 2]) & (
        evaluation.target[:, 0] <= evaluation.quantiles[:, 0, -3]
    )
    assert first["static"][0] == pytest.approx(100 * inside[seen[:, 0]].mean(), abs=0.01)


def test_weights_sum_to_one_at_each_step(view):
    assert [group["regime"] for group in view["weights"]["sets"]] == ["calm", "spike"]
    for group in view["weights"]["sets"]:
        total = np.sum([line["values"] for line in group["lines"]], axis=0)
        assert total == pytest.approx(np.ones(12), abs=1e-3)


def test_the_explanation_adds_up(made, view):
    rows = view["explanation"]["series"][0]["rows"]["rows"]
    assert sum(row["weight"] for row in rows) == pytest.approx(1, abs=1e-3)
    assert [row["weight"] for row in rows] == sorted((row["weight"] for row in rows), reverse=True)
    for row in rows:
        assert row["away"] == pytest.approx(
            row["mean"] - np.median(made.forecast.quantiles[0], axis=-1).mean(), abs=0.01
        )
    assert f"{rows[0]['name']} weighs most" in view["explanation"]["series"][0]["sentence"]


def test_alerts_are_in_order_of_time(view):
    starts = [row["start"] for row in view["alerts"]["rows"]]
    assert starts == sorted(starts) and len(starts) == 2
    assert view["alerts"]["rows"][0]["raised_by"] == "Spike Detector"


def test_no_alert_is_said(made):
    calm = dataclasses.replace(made.forecast, alerts=())
    view = build_view(made.about, made.panel, forecast=calm)
    assert view["alerts"] == {"absent": "No alert was raised for the 12 steps ahead."}


def test_training_keeps_the_best_epoch_unless_told():
    histories = {
        "lstm": {"loss": [3, 2, 1], "select": [3, 1, 2]},
        "gru": {"loss": [3.0, 2.0], "kept": [1]},
        "rules": {},
    }
    curves = training_section(histories)["curves"]
    assert [(curve["name"], curve["kept"]) for curve in curves] == [("LSTM", 1), ("GRU", 1)]
    assert curves[1]["select"] == [None, None]


def test_quality_counts_gaps(made, view):
    facts = {fact["label"]: fact["value"] for fact in view["quality"]["facts"]}
    missing = int(np.isnan(made.panel.y).sum())
    assert facts["Missing"].startswith(f"{missing:,} rows")
    row = next(row for row in view["quality"]["series"]["rows"] if row["series"] == "Patient 14")
    y = made.panel.y[:2000]
    starts = np.flatnonzero(np.isnan(y) & ~np.isnan(np.concatenate([[0.0], y[:-1]])))
    assert row["gaps"] == len(starts)
    assert row["missing"] == pytest.approx(np.isnan(y).mean(), abs=1e-4)
    assert row["max"] == pytest.approx(np.nanmax(y), rel=1e-4)


def test_arrays_that_do_not_belong_together_are_refused(made):
    with pytest.raises(ConfigError, match="median of gru"):
        dataclasses.replace(made.evaluation, members={"gru": np.zeros((1, 2))})
    with pytest.raises(ConfigError, match="reference"):
        dataclasses.replace(made.evaluation, reference="nobody")
    index = WindowIndex(series=made.evaluation.index.series + 5, row=made.evaluation.index.row)
    with pytest.raises(ConfigError, match="windows of 2 series"):
        build_view(made.about, made.panel, evaluation=dataclasses.replace(made.evaluation, index=index))
    index = WindowIndex(series=made.evaluation.index.series, row=made.evaluation.index.row + 10**6)
    with pytest.raises(ConfigError, match="is not in 'Patient 14'"):
        build_view(made.about, made.panel, evaluation=dataclasses.replace(made.evaluation, index=index))


def test_nothing_observed_in_the_test_is_said(made):
    evaluation = dataclasses.replace(made.evaluation, target=np.full_like(made.evaluation.target, np.nan))
    view = validate(build_view(made.about, made.panel, evaluation=evaluation))
    assert "no target of the test part was observed" in view["calibration"]["absent"]
    assert all(bar["skill"] is None for bar in view["skill"]["bars"])
