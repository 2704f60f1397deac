"""The view of a backtest says what its metrics say, and its page holds it unharmed."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from sextet.report.backtest import backtest_view, render_backtest, write_backtest
from sextet.report.backtest_view import BacktestView
from sextet.report.check import check_shape
from sextet.report.zone import clock_text, zone_of

HOSTILE = "</script><script>pwned=1</script><img src=x onerror=pwned()>"


@pytest.fixture(scope="module")
def made(backtest_sample):
    return backtest_sample.Sample()


@pytest.fixture(scope="module")
def metrics(made):
    return made.metrics()


@pytest.fixture(scope="module")
def view(metrics):
    return backtest_view(metrics, "Backtest of made.csv", created="2024-01-01 00:00 UTC", versions={"sextet": "1"})


def test_the_view_has_the_declared_shape(view):
    check_shape(view, BacktestView, "view")
    assert json.loads(json.dumps(view, allow_nan=False)) == view


def test_it_can_be_made_of_the_file_alone(view, metrics):
    again = json.loads(json.dumps(metrics, allow_nan=False))
    assert (
        backtest_view(again, view["header"]["title"], created="2024-01-01 00:00 UTC", versions={"sextet": "1"}) == view
    )


def test_times_are_by_the_clock_of_the_data(backtest_sample):
    made = backtest_sample.Sample(tz="Europe/Berlin")
    metrics, zone = made.metrics(), zone_of(made.panel)
    view = backtest_view(metrics, "t", created="now", zone=zone)
    check_shape(view, BacktestView, "view")
    first = metrics["fits"][0]["first_cutoff"]
    assert f">{clock_text(first, zone)}</td>" in render_backtest(view)
    assert {"label": "Time zone", "value": "Europe/Berlin: all times are by its clock"} in view["header"]["facts"]


def test_the_leaderboard_is_that_of_the_metrics_with_what_is_sure(view, metrics):
    table = view["leaderboard"]
    assert [row["name"] for row in table["rows"]][:3] == ["Ensemble", "Ensemble (online)", "LSTM"]
    assert table["rows"][table["marked"]]["name"] == "Ensemble"
    by_name = {row["name"]: row for row in table["rows"]}
    told = next(row for row in metrics["comparison"] if row["model"] == "autoets" and row["loss"] == "mae")
    autoets = by_name["AutoETS"]
    assert autoets["difference"] == pytest.approx(told["difference_percent"], rel=1e-4)
    assert autoets["chance"] == pytest.approx(told["p_value"], rel=1e-4)
    assert autoets["interval"] == f"{told['low']:+.1f} to {told['high']:+.1f} %"
    assert by_name["Ensemble"]["difference"] is None
    assert by_name["Ensemble (online)"]["interval"] == "0.0 to 0.0 %"
    naive = next(row for row in metrics["rows"] if row["model"] == "ridge")
    assert by_name["Ridge regression"]["skill"] == pytest.approx(100 * naive["skill"], rel=1e-4)
    kinds = {name: row["kind"] for name, row in by_name.items()}
    assert (kinds["PatchTST"], kinds["AutoETS"], kinds["Ensemble (online)"]) == ("member", "baseline", "ensemble")
    keys = [one["key"] for one in table["columns"]]
    assert keys.index("difference") == keys.index("mae") + 1
    assert keys[-3:] == ["fit_seconds", "answer_seconds", "kind"]
    assert "spike_n" not in keys and "12 points of these are spikes" in table["note"]


def test_every_forecaster_has_a_colour_of_its_own(view):
    slots = [one["slot"] for one in view["names"]]
    assert len(set(slots)) == len(slots) == 9
    known = {one["name"] for one in view["names"]}
    lines = [
        line["name"]
        for part in (view["steps"], view["coverage"], view["clock"]["hours"])
        for score in part["scores"]
        for line in score["lines"]
    ]
    assert set(lines) <= known
    assert {row["name"] for loss in view["differences"]["losses"] for row in loss["rows"]} <= known
    assert set(view["spent"]["names"]) == known


def test_errors_by_group_are_those_of_the_metrics(view, metrics):
    errors, losses = view["steps"]["scores"]
    assert view["steps"]["labels"] == ["1", "2", "3", "4", "5", "6"]
    lines = {line["name"]: line["values"] for line in errors["lines"]}
    assert "Ensemble (online)" not in lines  # the same medians: the same errors
    assert "Ensemble (online)" in {line["name"] for line in losses["lines"]}
    np.testing.assert_allclose(lines["LSTM"], metrics["by"]["step"]["models"]["lstm"]["mae"], rtol=1e-2)
    assert view["steps"]["shown"] == ["Ensemble", "LSTM", "Ridge regression"]
    assert view["clock"]["hours"]["labels"][:2] == ["00:00", "01:00"]
    assert view["clock"]["weekdays"]["labels"][0] == "Mon"
    covered = view["coverage"]["scores"][0]
    assert (covered["ideal"], covered["label"]) == (80.0, "80 % interval")
    online = next(line["values"] for line in covered["lines"] if line["name"] == "Ensemble (online)")
    shares = metrics["by"]["step"]["models"]["sextet-online"]["coverage_80"]
    np.testing.assert_allclose(online, 100 * np.array(shares), atol=0.01)


def test_differences_are_ordered_and_say_of_how_many_cutoffs(view):
    rows = view["differences"]["losses"][0]["rows"]
    values = [row["difference"] for row in rows]
    assert values == sorted(values)
    assert "Ensemble (online)" not in [row["name"] for row in rows]
    assert "From 20 cutoffs" in view["differences"]["note"]


def test_tiles(view, metrics):
    tiles = {tile["label"]: tile for tile in view["header"]["tiles"]}
    own = next(row for row in metrics["rows"] if row["model"] == "sextet")
    assert tiles["Accuracy"]["value"] == f"{own['accuracy_percent']:.1f} %"
    assert tiles["Skill"]["tone"] == "good"
    sure = [row for row in metrics["comparison"] if row["loss"] == "mae" and row["p_value"] < 0.05]
    assert tiles["Clearly better than"]["value"] == f"{len(sure)} of 7"
    assert tiles["Clearly better than"]["tone"] == "good"


def test_series_come_worst_first_and_many_are_folded(backtest_sample):
    made = backtest_sample.Sample(tuple(f"s{k:03d}" for k in range(40)), cutoffs=2)
    view = backtest_view(made.metrics(), "t", created="now")
    part = view["series"]
    rows = part["first"]["rows"] + part["rest"]["rows"]
    assert len(rows) == 40 and len(part["first"]["rows"]) == 14
    accuracy = [row["accuracy"] for row in rows]
    assert accuracy == sorted(accuracy)
    html = render_backtest(view)
    assert "Show 26 more series" in html
    assert "too few to tell skill from chance" in view["differences"]["note"]
    assert "Clearly better than" not in {tile["label"] for tile in view["header"]["tiles"]}


def test_more_series_than_a_page_should_hold_are_said_to_be_left_out(view, metrics):
    part = metrics["by"]["series"]
    count = 700
    wide = {
        "group": [f"s{k}" for k in range(count)],
        "points": [5] * count,
        "models": {
            name: {key: [values[0]] * count for key, values in scores.items()}
            for name, scores in part["models"].items()
        },
    }
    told = backtest_view({**metrics, "by": {**metrics["by"], "series": wide}}, "t", created="now")["series"]
    assert len(told["first"]["rows"]) + len(told["rest"]["rows"]) == 500
    assert told["left_out"] == "500 of 700 series are listed; metrics.json holds all of them."


def test_sections_without_data_say_why(backtest_sample):
    made = backtest_sample.Sample(("one",), freq="MS", cutoffs=9)
    metrics = {**made.metrics(scaled=False, warns=False, fits=1), "comparison": []}
    view = backtest_view(metrics, "t", created="now")
    absent = [key for key, part in view.items() if isinstance(part, dict) and "absent" in part]
    assert absent == ["differences", "fan", "clock", "series", "spikes", "scaled"]
    assert view["spent"]["fits"] is None
    assert render_backtest(view).count('class="absent"') == 6


def test_days_have_weekdays_but_no_hours(backtest_sample):
    view = backtest_view(backtest_sample.Sample(freq="D").metrics(), "t", created="now")
    assert view["clock"]["hours"] is None
    assert len(view["clock"]["weekdays"]["labels"]) == 7


def test_one_file_without_links_out_and_hostile_names_stay_text(backtest_sample, tmp_path):
    made = backtest_sample.Sample((HOSTILE, "b"))
    view = backtest_view(made.metrics(), HOSTILE, created="now")
    html = write_backtest(view, tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.count("<script") == 2 and "<img" not in html
    links = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert links and all(link.startswith(("#", "data:")) for link in links)
    held = re.search(r'<script type="application/json" id="view">(.*?)</script>', html, re.DOTALL)[1]
    assert json.loads(held) == view
