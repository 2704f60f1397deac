import dataclasses
import re

import numpy as np
import pytest

from sextet.report.fan import fan_charts
from sextet.report.validate import validate
from sextet.report.view import count


@pytest.fixture(scope="module")
def made(sample):
    return sample.make_sample(rows=2000)


@pytest.fixture(scope="module")
def fan(made):
    return fan_charts(made.panel, made.evaluation, made.forecast, "mg/dL")


def stamps(times):
    return times["at"] if "at" in times else [times["start"] + k * times["step"] for k in range(times["count"])]


def test_truth_and_history_are_those_of_the_panel(made, fan):
    for window in fan["windows"]:
        name = fan["series"][window["series"]]
        series = made.panel.ids.index(name)
        at = made.panel.stamps(series).astype("datetime64[ms]").astype(int).tolist()
        rows = {stamp: made.panel.y[made.panel.offsets[series] + k] for k, stamp in enumerate(at)}
        pairs = list(zip(stamps(window["before"]), window["history"], strict=True))
        if window["kind"] == "test":
            pairs += zip(stamps(window["times"]), window["truth"], strict=True)
        for stamp, value in pairs:
            assert (value is None) == bool(np.isnan(rows[stamp]))
            assert value is None or value == pytest.approx(rows[stamp], abs=0.01)


def test_bands_hold_each_other_and_the_median(fan):
    window = fan["windows"][fan["first"]]
    assert [band["level"] for band in window["static"]] == [50.0, 80.0, 95.0]
    inner, middle, outer = window["static"]
    for h, median in enumerate(window["median"]):
        low = [outer["low"][h], middle["low"][h], inner["low"][h], median]
        high = [median, inner["high"][h], middle["high"][h], outer["high"][h]]
        assert low == sorted(low) and high == sorted(high)


def test_each_series_has_its_next_forecast_and_its_worst_window(made, fan):
    assert [window["kind"] for window in fan["windows"]].count("next") == 2
    assert sum("largest error" in window["label"] for window in fan["windows"]) == 2
    assert all(window["truth"] is None for window in fan["windows"] if window["kind"] == "next")
    miss = np.abs(made.evaluation.target - made.evaluation.quantiles[..., 6])
    seen = np.isfinite(miss)
    error = np.nansum(miss, axis=1) / np.maximum(seen.sum(axis=1), 1)
    worst = error[made.evaluation.index.series == 0].max()
    place = fan["series"].index(made.panel.ids[0])
    label = next(w["label"] for w in fan["windows"] if w["series"] == place and "largest" in w["label"])
    assert float(re.search(r"MAE ([0-9.]+)", label)[1]) == pytest.approx(worst, rel=0.01)


def test_a_short_history_is_all_shown(sample):
    made = sample.make_sample(("a",), rows=90, horizon=12)
    window = fan_charts(made.panel, made.evaluation, None, "")["windows"][0]
    assert count(window["before"]) == min(60, 72) and len(window["median"]) == 12


def test_big_data_are_thinned_and_it_is_said(sample):
    made = sample.make_sample(tuple(f"s{k}" for k in range(60)), rows=400, horizon=24, step=2)
    fan = fan_charts(made.panel, made.evaluation, made.forecast, "")
    assert len(fan["series"]) == 24
    assert "24 of 60 series" in fan["left_out"] and "test windows are shown" in fan["left_out"]
    assert fan == fan_charts(made.panel, made.evaluation, made.forecast, "")


def test_a_very_long_horizon_is_thinned(sample):
    made = sample.make_sample(("a",), rows=16_000, horizon=3100, step=3100)
    view = made.view()
    window = view["fan"]["windows"][0]
    assert len(window["median"]) <= 1500 and "one step in 3" in view["fan"]["left_out"]
    validate(view)


def test_a_forecast_alone_is_shown(made):
    fan = fan_charts(made.panel, None, made.forecast, "")
    assert [window["kind"] for window in fan["windows"]] == ["next", "next"]
    none = dataclasses.replace(made.forecast, ids=("unknown", "nobody"))
    assert "absent" in fan_charts(made.panel, None, none, "")
