"""A backtest ends with its report; models of statsforecast take part, or it is said why not."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sextet.app import backtest as subject
from sextet.app.forecast import forecast
from sextet.app.report import write_report
from sextet.app.requests import BacktestRequest, BacktestResult
from sextet.app.show import summary
from sextet.baselines.statistical import affordable
from sextet.core.errors import RunError

from .conftest import asked


def view_of(result: BacktestResult) -> dict[str, Any]:
    html = result.report.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="view">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1])


def test_the_report_tells_what_the_metrics_tell(rolled: BacktestResult) -> None:
    assert rolled.report == rolled.folder / "report.html"
    view, metrics = view_of(rolled), json.loads((rolled.folder / "metrics.json").read_text())
    names = [row["name"] for row in view["leaderboard"]["rows"]]
    assert set(names) == {"Ensemble", "Ensemble (online)", "Rule-Based", "Ridge regression", "Seasonal naive"}
    assert view["leaderboard"]["rows"][0]["mae"] == pytest.approx(metrics["rows"][0]["mae"], rel=1e-4)
    assert len(view["fan"]["windows"]) == metrics["windows"] == 30
    assert [line["name"] for line in view["fan"]["windows"][0]["lines"]] == [
        "Rule-Based",
        "Ridge regression",
        "Seasonal naive",
    ]


def test_every_fit_is_on_record(rolled: BacktestResult) -> None:
    metrics = json.loads((rolled.folder / "metrics.json").read_text())
    fits = metrics["fits"]
    assert [fit["windows"] for fit in fits] == [12, 12, 6]
    cutoffs = [fit["first_cutoff"] for fit in fits]
    assert [later - earlier for earlier, later in zip(cutoffs, cutoffs[1:], strict=False)] == [12 * 3_600_000] * 2
    assert sum(fit["fit_seconds"] for fit in fits) == pytest.approx(metrics["seconds"]["fit"])
    assert len(view_of(rolled)["spent"]["fits"]["rows"]) == 3


def test_a_title_stands_beside_the_source_and_each_command_says_all_its_words(frame: Any, tmp_path: Path) -> None:
    frame.to_csv(tmp_path / "demand.csv", index=False)
    first = asked(tmp_path / "demand.csv", tmp_path / "out", windows=2, unit="kW", scaled=True)
    subject.backtest(first)
    for request, unit, scaled, title in (
        (replace(first, title="My demand"), "kW", True, "My demand"),
        (replace(first, title="My demand", unit="", scaled=False), "", False, "My demand"),
        (first, "kW", True, "Backtest of demand.csv"),
    ):
        result = subject.backtest(request)
        metrics, header = json.loads((result.folder / "metrics.json").read_text()), view_of(result)["header"]
        config = metrics["config"]
        assert (config["source"], config["title"], config["unit"]) == ("demand.csv", request.title or "", unit)
        assert bool(metrics["scaled_rows"]) == scaled
        assert (header["title"], header["unit"]) == (title, unit)
        assert {"label": "Source", "value": "demand.csv"} in header["facts"]


def test_a_backtest_is_no_run_and_leads_to_its_report(rolled: BacktestResult) -> None:
    for use_case in (summary, write_report, forecast):
        with pytest.raises(RunError) as caught:
            use_case(rolled.folder)
        text = str(caught.value)
        assert f"{rolled.folder} is a backtest, not a run. Its report is {rolled.report}, its figures are in" in text
        assert str(rolled.folder / "metrics.json") in text and "rain it again" not in text


def test_models_of_statsforecast_take_part_or_are_left_out_with_a_reason(
    frame: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("statsforecast", reason="needs the extra stats")
    monkeypatch.setattr(subject, "affordable", partial(affordable, most={"autotheta": 5}))
    names = ("seasonal-naive", "mstl", "autotheta")
    wanted: dict[str, Any] = {"members": "rule-based", "lookback": 24, "windows": 2, "forecasts": False}
    request = BacktestRequest(source=frame, horizon=6, out=tmp_path / "out", baselines=names, **wanted)
    result = subject.backtest(request)
    models = [row["model"] for row in result.leaderboard]
    assert "mstl" in models and "autotheta" not in models
    assert any("AutoTheta is left out" in note and "6 times" in note for note in result.notes)
    view = view_of(result)
    assert any("AutoTheta is left out" in note for note in view["header"]["notes"])
    assert view["fan"] == {"absent": "There are no fan charts because forecasts were not written."}
