"""The probe: heavy tails choose arsinh, drift that does not last chooses flipping, and no later row is looked at."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from sextet.core.panel import Panel
from sextet.data.options import DataOptions
from sextet.data.prepare import prepare
from sextet.data.read import read_panel
from sextet.data.scale import Scaler
from sextet.data.split import Split, SplitConfig, make_split
from sextet.ensemble.probe import choose_transform, past_helps, stretches_before, without_drift

HORIZON = 8


def make_panel(series: list[np.ndarray]) -> Panel:
    stamps = pd.date_range("2024-01-01", periods=len(series[0]), freq="h")
    return read_panel(
        pd.concat([pd.DataFrame({"unique_id": f"s{k}", "ds": stamps, "y": y}) for k, y in enumerate(series)])
    )


def autoregressive(rows: int, seed: int, wild: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y = np.zeros(rows)
    for t in range(1, rows):
        y[t] = 0.9 * y[t - 1] + rng.normal()
    return np.sinh(wild * y) / wild if wild else y


def split_of(panel: Panel) -> Split:
    return make_split(panel, SplitConfig(), HORIZON)


def test_a_series_that_is_linear_under_arsinh_chooses_it() -> None:
    panel = make_panel([autoregressive(3000, 0, wild=1.2), autoregressive(3000, 1, wild=1.2)])
    name, why = choose_transform(panel, split_of(panel), HORIZON)
    assert name == "asinh" and "arsinh" in why


def test_a_plain_series_and_a_constant_one_choose_none() -> None:
    for y, reason in ((autoregressive(3000, 2), "not heavy"), (np.ones(3000), "0 by logarithm")):
        panel = make_panel([y])
        name, why = choose_transform(panel, split_of(panel), HORIZON)
        assert name == "none" and reason in why


def test_series_that_change_by_shares_of_themselves_choose_the_logarithm() -> None:
    panel = make_panel([np.exp(0.6 * autoregressive(3000, seed)) for seed in (4, 5)])
    name, why = choose_transform(panel, split_of(panel), HORIZON)
    assert name == "log1p" and "by logarithm" in why


def test_a_transform_that_pays_on_select_alone_is_not_taken() -> None:
    calm, late = 30.0 + autoregressive(3000, 6), np.exp(0.6 * autoregressive(3000, 4)) * 30.0
    panel = make_panel([np.where(np.arange(3000) < split_of(make_panel([calm])).train[0], calm, late)])
    name, why = choose_transform(panel, split_of(panel), HORIZON)
    on_select, before = why.split(";")
    raw, logged = (float(text) for text in re.findall(r"([\d.]+) (?:without one|by logarithm)", on_select))
    assert name == "none" and logged < 0.99 * raw and "3 stretches before" in before


def test_stretches_before_are_as_long_as_select_and_follow_their_training() -> None:
    ends = dict(train=(1000, 90), select=(1100, 130), weigh=(1150, 140), calibrate=(1200, 150), test=(1300, 160))
    split = Split(**{part: np.array(rows) for part, rows in ends.items()})
    found = [(one.train.tolist(), one.select.tolist()) for one in stretches_before(split)]
    assert found == [([900, 50], [1000, 90]), ([800, 10], [900, 50])]


def test_rows_after_select_change_nothing() -> None:
    panel = make_panel([autoregressive(2000, 3, wild=1.0)])
    split = split_of(panel)
    y = panel.y.copy()
    y[int(split.select[0]) :] = 1e6
    assert choose_transform(panel, split, HORIZON) == choose_transform(replace(panel, y=y), split, HORIZON)


def test_a_series_too_short_for_a_fit_chooses_none() -> None:
    panel = make_panel([np.arange(60.0)])
    assert choose_transform(panel, split_of(panel), HORIZON)[0] == "none"


def flips(y: np.ndarray) -> bool:
    panel = make_panel([y])
    split = split_of(panel)
    return without_drift(prepare(panel, Scaler.fit(panel, split.train)), split, 96)


def test_a_drift_that_turns_after_training_chooses_flipping() -> None:
    slope = np.where(np.arange(4000) < 2800, 0.05, -0.05)
    assert flips(np.cumsum(slope) + np.random.default_rng(5).normal(size=4000))


def test_a_series_without_drift_is_left_as_it_is() -> None:
    assert not flips(autoregressive(4000, 6))


def helps(lead: int) -> bool:
    """Whether a sensor helps that shows what the target will do `lead` steps later; 0: nothing but noise."""
    y, noise = autoregressive(3000, 7), np.random.default_rng(70).normal(size=3000)
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=3000, freq="h"), "y": y})
    frame["sensor"] = np.roll(y, -lead) if lead else noise
    panel = read_panel(frame, DataOptions(past=("sensor",)))
    split = split_of(panel)
    return past_helps(prepare(panel, Scaler.fit(panel, split.train)), split, HORIZON)


def test_a_sensor_that_leads_the_target_helps_and_noise_does_not() -> None:
    assert helps(4) and not helps(0)


def test_without_past_covariates_there_is_nothing_to_leave_out() -> None:
    panel = make_panel([autoregressive(500, 8)])
    split = split_of(panel)
    assert past_helps(prepare(panel, Scaler.fit(panel, split.train)), split, HORIZON)
