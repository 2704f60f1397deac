"""`sextet forecast`: what is asked of the run, what is written where."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from sextet.core.forecast import Alert, Forecast
from sextet.core.quantiles import LEVELS
from sextet.data.options import DataOptions

STAMPS = np.array([["2024-01-01T00", "2024-01-01T01"], ["2024-01-01T00", "2024-01-01T01"]], dtype="datetime64[ns]")


def _forecast() -> Forecast:
    spread = np.asarray(LEVELS) - 0.5
    whole = np.array([[10.0, 11.0], [20.0, 21.0]])[..., None] + spread
    return Forecast(
        ids=("a", "ü [b]"),
        cutoff=STAMPS[:, 0] - np.timedelta64(1, "h"),
        stamps=STAMPS,
        levels=LEVELS,
        quantiles=whole,
        members={"lstm": whole + 1, "gru": whole - 1 / 3},
        weights={"lstm": np.full((2, 2), 0.25), "gru": np.full((2, 2), 0.75)},
        alerts=(
            Alert(
                series="a",
                start=STAMPS[0, 0],
                end=STAMPS[0, 1],
                probability=0.82,
                size=34.2,
                severity="critical",
                raised_by="Spike Detector",
                reason="Above the threshold 0.5.",
            ),
        ),
        notes=("Series ü was never seen.",),
    )


@pytest.fixture
def run(use_case) -> None:
    """A run that knows its folder."""
    use_case("sextet.runtime.run", "Run", None)
    sys.modules["sextet.runtime.run"].Run = SimpleNamespace(load=lambda folder: SimpleNamespace(folder=folder))


@pytest.fixture
def app(use_case, run):
    """The use case, and the two functions that make and write the table, which the data tests cover."""
    table = pa.table({"unique_id": ["a", "ü"], "ds": STAMPS[:, 0], "sextet": [10.0, float("nan")]})
    forecast = use_case("sextet.app.forecast", "forecast", _forecast())
    frame = use_case("sextet.data.frames", "forecast_frame", table)
    write = use_case("sextet.data.frames", "write_table", lambda table, out: print("CSV") if out == "-" else None)
    return forecast, frame, write


def test_what_is_asked(sextet, app):
    forecast, frame, write = app
    result = sextet(
        *("forecast", "run", "--data", "d.csv", "--future-data", "f.csv", "--levels", "50, 97.5", "--out", "o.parquet")
    )
    assert result.exit_code == 0, result.stderr
    assert forecast.args[0].folder == Path("run")
    asked = {"data": Path("d.csv"), "future_data": Path("f.csv"), "options": None, "costs": None, "ongoing": ()}
    assert forecast.kwargs == asked
    assert frame.kwargs["levels"] == (50, 97.5) and frame.kwargs["like"] == "pyarrow"
    assert frame.kwargs["members"] is False
    assert write.args[1] == "o.parquet"


def test_columns_of_new_data_may_be_named(sextet, app):
    assert sextet("forecast", "run", "-d", "d.csv", "--target", "load", "--id", "meter").exit_code == 0
    assert app[0].kwargs["options"] == DataOptions(target="load", id="meter")


def test_said_about_a_file(sextet, app):
    result = sextet("forecast", "run", "--out", "o.csv")
    assert "Wrote o.csv: 2 series, 2 steps each, intervals 80 % and 95 %." in result.stdout
    assert "critical: a, 2024-01-01 to 2024-01-01 01:00, by Spike Detector: Above the threshold 0.5." in result.stdout
    assert result.stderr == "note: Series ü was never seen.\n"


def _in_tokyo() -> Forecast:
    made = _forecast()
    return replace(made, tz="Asia/Tokyo", alerts=tuple(replace(alert, tz="Asia/Tokyo") for alert in made.alerts))


def test_stamps_are_shown_in_the_time_zone_of_the_data(sextet, app):
    app[0].answer = _in_tokyo()
    result = sextet("forecast", "run", "--out", "o.csv", "--explain")
    assert "a, 2024-01-01 09:00 JST to 2024-01-01 10:00 JST, by Spike Detector" in result.stdout
    assert "a: 2024-01-01 09:00 JST (first) to 2024-01-01 10:00 JST (last)" in result.stdout


@pytest.mark.parametrize("ledger", [False, True])
def test_stamps_in_json_carry_the_offset_of_their_zone(sextet, app, tmp_path, ledger):
    app[0].answer = _in_tokyo()
    kept = ("--ledger", tmp_path / "alerts.json") if ledger else ()
    value = json.loads(sextet("forecast", "run", "--out", "o.csv", "--explain", "--json", *kept).stdout)
    (alert,) = value["alerts"]
    assert (alert["start"], alert["end"]) == ("2024-01-01T09:00:00+09:00", "2024-01-01T10:00:00+09:00")
    assert value["explanation"][0]["ds"] == "2024-01-01T09:00:00+09:00"


def test_not_every_alert_of_many_series(sextet, app):
    many = _forecast()
    app[0].answer = replace(many, alerts=many.alerts * 50)
    result = sextet("forecast", "run", "--out", "o.csv")
    assert result.stdout.count("critical:") == 20 and "30 more alerts: --json" in result.stdout


def test_standard_output_holds_the_forecast_alone(sextet, app):
    result = sextet("forecast", "run")
    assert result.stdout == "CSV\n"
    assert "Forecast: 2 series" in result.stderr and "critical" in result.stderr


def test_quiet_keeps_what_was_asked_for(sextet, app):
    result = sextet("forecast", "run", "--out", "-", "--quiet")
    assert (result.stdout, result.stderr) == ("CSV\n", "")


def test_quiet_keeps_an_explanation_that_was_asked_for(sextet, app):
    result = sextet("forecast", "run", "--out", "o.csv", "--explain", "--quiet")
    assert "GRU" in result.stdout and "Wrote" not in result.stdout and result.stderr == ""


def test_quiet_keeps_what_a_ledger_tells_once(sextet, app, tmp_path):
    asked = ("forecast", "run", "--out", "o.csv", "--ledger", tmp_path / "alerts.json", "--quiet")
    first = sextet(*asked).stdout
    assert first.startswith("raised: critical: a, 2024-01-01") and len(first.splitlines()) == 1
    assert "known alert going on" in sextet(*asked).stdout


@pytest.mark.parametrize("flag", ["--out", "--ledger"])
def test_no_folder_is_made_for_a_file(sextet, app, tmp_path, flag):
    result = sextet("forecast", "run", flag, tmp_path / "nosuch" / "f.csv")
    assert result.exit_code == 2 and "Expected a folder that is there" in result.stderr
    assert app[0].args == () and list(tmp_path.iterdir()) == []


def test_json_with_a_file(sextet, app):
    write = app[2]
    value = json.loads(sextet("forecast", "run", "--out", "o.csv", "--json").stdout)
    assert write.args[1] == "o.csv"
    assert value["out"] == "o.csv" and value["series"] == 2 and value["horizon"] == 2
    assert value["alerts"][0]["probability"] == 0.82 and value["alerts"][0]["start"].startswith("2024-01-01T00:00")
    assert "forecast" not in value and "explanation" not in value


def test_json_on_standard_output_holds_the_forecast(sextet, app):
    write = app[2]
    result = sextet("forecast", "run", "--json")
    value = json.loads(result.stdout)
    assert write.args == ()
    assert value["forecast"] == [
        {"unique_id": "a", "ds": "2024-01-01T00:00:00", "sextet": 10.0},
        {"unique_id": "ü", "ds": "2024-01-01T00:00:00", "sextet": None},
    ]


def test_explanation(sextet, app):
    result = sextet("forecast", "run", "--out", "o.csv", "--explain")
    assert app[1].kwargs["members"] is True
    assert "ü [b]: 2024-01-01 (first) to 2024-01-01 01:00 (last)" in result.stdout  # no markup taken from data
    rows = [
        line.split() for line in result.stdout.splitlines() if line.strip().startswith(("GRU", "LSTM", "Forecast "))
    ]
    assert rows[:3] == [
        ["LSTM", "25.0", "25.0", "11.000", "12.000", "2.7500", "3.0000"],
        ["GRU", "75.0", "75.0", "9.6667", "10.667", "7.2500", "8.0000"],
        ["Forecast", "-", "-", "-", "-", "10.000", "11.000"],
    ]


def test_explanation_as_json(sextet, app):
    rows = json.loads(sextet("forecast", "run", "--out", "o.csv", "--explain", "--json").stdout)["explanation"]
    lstm = [row for row in rows if row["member"] == "lstm"]
    assert len(lstm) == 4
    assert lstm[0] == {
        "unique_id": "a",
        "ds": "2024-01-01T00:00:00",
        "member": "lstm",
        "said": 11.0,
        "weight": 0.25,
        "contribution": 2.75,
        "rules": "",
    }


@pytest.mark.parametrize("text", ["0", "100", "80,80", "x", "", "80,", "nan", "-5"])
def test_levels_that_are_none(sextet, app, text):
    forecast = app[0]
    result = sextet("forecast", "run", f"--levels={text}")
    assert result.exit_code == 2 and "--levels" in result.stderr
    assert forecast.args == ()


def test_a_real_table_reaches_standard_output_as_csv(sextet, use_case, run):
    use_case("sextet.app.forecast", "forecast", _forecast())
    result = sextet("forecast", "run", "--levels", "80", "--quiet")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["unique_id"] for row in rows] == ["a", "a", "ü [b]", "ü [b]"]
    assert float(rows[0]["sextet"]) == 10.0
    assert float(rows[0]["sextet-lo-80"]) == pytest.approx(9.6)
    assert float(rows[0]["sextet-hi-80"]) == pytest.approx(10.4)
