"""Fan charts of a backtest show what the files of its forecasts hold."""

from __future__ import annotations

import numpy as np
import pytest

from sextet.core.quantiles import LEVELS
from sextet.data.windows import window_ordinals
from sextet.report.backtest_fan import backtest_fan
from sextet.report.plain import milliseconds
from sextet.report.view import count


@pytest.mark.parametrize("tz", [None, "Europe/Berlin"])
def test_windows_are_those_of_the_files(backtest_sample, tmp_path, tz):
    made = backtest_sample.Sample(cutoffs=6, tz=tz)
    files = made.write_forecasts(tmp_path)
    fan = backtest_fan(made.panel, files, made.horizon, backtest_sample.MEMBERS, backtest_sample.BASELINES, "MW")
    assert sorted(fan["series"]) == sorted(made.panel.ids)
    assert len(fan["windows"]) == len(made.index) and fan["left_out"] == ""
    stamps = milliseconds(made.panel.frequency.stamps(window_ordinals(made.panel, made.index, 1, made.horizon)))
    at = {(made.panel.ids[s], int(row[1])): k for k, (s, row) in enumerate(zip(made.index.series, stamps, strict=True))}
    for window in fan["windows"]:
        k = at.pop((fan["series"][window["series"]], window["times"]["start"]))
        truth = [np.nan if value is None else value for value in window["truth"]]
        np.testing.assert_allclose(truth, made.target[k], rtol=1e-3)
        bands = {band["level"]: band for band in window["static"]}
        assert set(bands) == {80.0, 95.0}
        low = made.quantiles["sextet"][k, :, LEVELS.index(0.1)]
        np.testing.assert_allclose(bands[80.0]["low"], low, rtol=1e-3, atol=0.05)
        high = made.quantiles["sextet-online"][k, :, LEVELS.index(0.975)]
        np.testing.assert_allclose(window["online"][1]["high"], high, rtol=1e-3, atol=0.05)
        assert {line["name"] for line in window["lines"]} >= {"LSTM", "AutoETS"}
        row = int(made.index.row[k])
        past = made.panel.y[row - count(window["before"]) : row]
        history = [np.nan if value is None else value for value in window["history"]]
        np.testing.assert_allclose(history, past, rtol=1e-3, atol=0.05)
    assert not at


def test_many_windows_are_thinned_and_it_is_said(backtest_sample, tmp_path):
    made = backtest_sample.Sample(tuple(f"s{k}" for k in range(12)), cutoffs=30)
    files = made.write_forecasts(tmp_path, files=3)
    fan = backtest_fan(made.panel, files, made.horizon, (), (), "MW")
    assert len(fan["series"]) == 8
    assert len(fan["windows"]) <= 8 * 13
    assert f"{len(fan['windows'])} of 360 windows are shown, of 8 of 12 series" in fan["left_out"]
    errors = np.nanmean(np.abs(made.target - made.quantiles["sextet"][..., 6]), axis=1)
    for place, name in enumerate(fan["series"]):
        labels = [window["label"] for window in fan["windows"] if window["series"] == place]
        worst = np.nanmax(errors[made.index.series == made.panel.ids.index(name)])
        assert any("largest error" in label and f"MAE {worst:.3g}" in label for label in labels)


def test_without_files_it_says_so(backtest_sample, tmp_path):
    made = backtest_sample.Sample(cutoffs=3)
    fan = backtest_fan(made.panel, [tmp_path / "none.parquet"], made.horizon, (), (), "")
    assert fan == {"absent": "There are no fan charts because forecasts were not written."}
