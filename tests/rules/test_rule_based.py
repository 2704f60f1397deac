"""The Rule-Based member picks what suits the data, and travels as arrays; the JSON of version 0.1 is still read."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from sextet.baselines.classical import CalendarProfile, DampedDrift, SeasonalNaive, to_plain
from sextet.baselines.own_autoregression import OwnAutoregression
from sextet.baselines.phase_regression import fit_phase_regression
from sextet.baselines.ridge import Ridge, fit_ridge
from sextet.core.errors import DataError, RunError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.data.calendar import Calendar
from sextet.rules.rule_based import KINDS, LINEAR, PHASED, RuleBasedModel, fit_rule_based
from sextet.specs import rule_based as spec

H = 12
OLDER = ("seasonal-naive", "damped-drift", "calendar-profile")


@dataclass(frozen=True)
class Scaled:
    panel: Panel
    z: np.ndarray
    observed: np.ndarray
    past: np.ndarray
    future: np.ndarray
    calendar: Calendar


def scaled(y: np.ndarray, freq: str = "h") -> Scaled:
    panel = Panel(
        ids=("a",),
        frequency=Frequency.parse(freq),
        offsets=np.array([0, len(y)]),
        first=np.zeros(1, np.int64),
        known=np.array([len(y)]),
        y=y,
        past=np.zeros((len(y), 0), np.float32),
        future=np.zeros((len(y), 0), np.float32),
        static=np.zeros((1, 0), np.float32),
    )
    calendar = Calendar.of(panel, ())
    return Scaled(panel, np.nan_to_num(y).astype(np.float32), ~np.isnan(y), panel.past, panel.future, calendar)


def windows(start: int, end: int) -> WindowIndex:
    row = np.arange(start, end - H + 1, dtype=np.int64)
    return WindowIndex(series=np.zeros(len(row), np.int32), row=row)


def test_a_random_walk_gets_the_last_value_or_a_weak_drift() -> None:
    walk = np.random.default_rng(0).normal(size=800).cumsum()
    chosen = fit_rule_based(scaled(walk), windows(400, 600), H).forecast
    assert chosen == SeasonalNaive(season=1) or isinstance(chosen, DampedDrift)


def test_a_noisy_day_gets_the_profile_of_several_days() -> None:
    t = np.arange(1200)
    y = np.sin(2 * np.pi * t / 24) + np.random.default_rng(0).normal(0, 0.3, 1200)
    model = fit_rule_based(scaled(y), windows(800, 1000), H, kinds=OLDER)
    assert isinstance(model.forecast, CalendarProfile) and model.forecast.cycles > 1
    assert model.compared["calendar-profile"] < model.compared["seasonal-naive"] < model.compared["damped-drift"]


def test_a_series_of_its_own_kind_gets_its_own_autoregression() -> None:
    rng = np.random.default_rng(0)
    y = np.zeros(1500)
    for t in range(24, 1500):
        y[t] = 0.7 * y[t - 24] + 0.25 * y[t - 1] + rng.normal(0, 0.1) + (t % 24 == 8)
    model = fit_rule_based(scaled(y), windows(1000, 1300), H)
    assert isinstance(model.forecast, OwnAutoregression)
    assert "autoregression of each series" in model.label
    assert model.refit(scaled(y), windows(500, 1400)) is model


def test_a_regression_for_each_phase_is_kept_as_arrays_and_fitted_anew(tmp_path) -> None:
    rng = np.random.default_rng(0)
    day = np.arange(200)[:, None] % 7
    y = (np.sin(2 * np.pi * np.arange(24) / 24) * (1 + day % 3) + rng.normal(0, 0.1, (200, 24))).ravel()
    data = scaled(y)
    phased = fit_phase_regression(data, windows(0, 3600), windows(3600, 4200), H)
    assert phased is not None
    model = fit_rule_based(data, windows(3600, 4200), H, kinds=(PHASED,), fitted={PHASED: phased})
    assert model.forecast is phased
    np.savez(tmp_path / "model.npz", **model.to_arrays())
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        again = RuleBasedModel.from_arrays(dict(stored))
    test = windows(4200, 4700)
    np.testing.assert_array_equal(again.answer(data, test).quantiles, model.answer(data, test).quantiles)
    anew = again.refit(data, windows(1000, 4200))
    assert not np.array_equal(anew.answer(data, test).quantiles, model.answer(data, test).quantiles)
    np.testing.assert_array_equal(anew.errors, model.errors)


def test_kinds_and_season_can_be_restricted() -> None:
    y = np.sin(2 * np.pi * np.arange(600) / 24)
    model = fit_rule_based(scaled(y), windows(300, 400), H, kinds=("seasonal-naive",), season=12)
    assert model.forecast in (SeasonalNaive(season=1), SeasonalNaive(season=12))
    assert set(model.compared) == {"seasonal-naive"}


def test_a_straight_line_gets_a_straight_line() -> None:
    model = fit_rule_based(scaled(np.arange(400.0), "MS"), windows(200, 300), H)
    assert isinstance(model.forecast, DampedDrift) and model.forecast.damping == 1.0


def test_quantiles_cover_new_data_and_do_not_cross() -> None:
    t = np.arange(3000)
    y = np.sin(2 * np.pi * t / 24) + np.random.default_rng(3).normal(0, 0.3, 3000)
    data, test = scaled(y), windows(2000, 3000)
    quantiles = fit_rule_based(data, windows(1000, 2000), H).answer(data, test).quantiles
    assert (np.diff(quantiles, axis=-1) >= 0).all()
    truth = y[test.row[:, None] + np.arange(H)]
    inside = (truth > quantiles[..., LEVELS.index(0.1)]) & (truth < quantiles[..., LEVELS.index(0.9)])
    assert 0.75 < inside.mean() < 0.85


def autoregressive(rows: int = 2000) -> Scaled:
    y = np.random.default_rng(1).normal(0, 0.3, rows)
    for k in range(2, rows):
        y[k] += 1.6 * y[k - 1] - 0.9 * y[k - 2]
    return scaled(y)


def linear_of(data: Scaled) -> Ridge:
    return fit_ridge(data, windows(50, 1000), windows(1000, 1500), H, longest=24)


def test_an_autoregression_gets_the_linear_one() -> None:
    data = autoregressive()
    model = fit_rule_based(data, windows(1000, 1500), H, kinds=(*OLDER, LINEAR), fitted={LINEAR: linear_of(data)})
    assert isinstance(model.forecast, Ridge) and "linear autoregression on the last" in model.label
    assert model.compared[LINEAR] < min(mae for kind, mae in model.compared.items() if kind != LINEAR)
    test = windows(1500, 2000)
    truth, quantiles = data.panel.y[test.row[:, None] + np.arange(H)], model.answer(data, test).quantiles
    inside = (truth > quantiles[..., LEVELS.index(0.1)]) & (truth < quantiles[..., LEVELS.index(0.9)])
    assert 0.75 < inside.mean() < 0.85


def test_the_linear_one_is_left_out_where_it_is_not_wanted_or_worse() -> None:
    data = autoregressive()
    linear = linear_of(data)
    without = fit_rule_based(data, windows(1000, 1500), H, kinds=("damped-drift",), fitted={LINEAR: linear})
    assert isinstance(without.forecast, DampedDrift) and set(without.compared) == {"damped-drift"}
    only = fit_rule_based(data, windows(1000, 1500), H, kinds=(LINEAR,), fitted={LINEAR: linear})
    assert only.forecast is linear and set(only.compared) == {LINEAR}
    worse = scaled(np.resize(np.random.default_rng(0).normal(size=24), 2000))
    assert isinstance(fit_rule_based(worse, windows(1000, 1500), H, fitted={LINEAR: linear}).forecast, SeasonalNaive)


def test_the_spec_names_the_same_kinds() -> None:
    assert spec.KINDS == KINDS


@pytest.mark.parametrize("linear", [True, False])
def test_arrays_give_the_same_answers(linear: bool, tmp_path) -> None:
    data = autoregressive()
    fitted = {LINEAR: linear_of(data)} if linear else None
    model = fit_rule_based(data, windows(1000, 1500), H, kinds=(*OLDER, LINEAR), fitted=fitted)
    np.savez_compressed(tmp_path / "model.npz", **model.to_arrays())
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        again = RuleBasedModel.from_arrays(dict(stored))
    np.testing.assert_array_equal(
        again.answer(data, windows(1500, 2000)).quantiles, model.answer(data, windows(1500, 2000)).quantiles
    )
    assert isinstance(again.forecast, Ridge) == linear
    assert (again.label, again.reach, again.horizon, again.compared) == (
        model.label,
        model.reach,
        model.horizon,
        model.compared,
    )


def test_quantiles_follow_the_recent_errors_where_weeks_are_wild_or_calm(tmp_path) -> None:
    wild = np.where(np.arange(3000) // 250 % 2 == 0, 0.2, 2.0)
    data = scaled(wild * np.random.default_rng(0).normal(size=3000))
    model = fit_rule_based(data, windows(500, 2000), H)
    assert model.unit is not None
    assert model.reach == model.forecast.reach + model.unit.reach(H)
    index = windows(2000, 3000)
    answer = model.answer(data, index).quantiles
    width = (answer[..., -1] - answer[..., 0]).mean(axis=1)
    calm = index.row // 250 % 2 == 0
    assert np.median(width[~calm]) > 3 * np.median(width[calm])
    assert (np.diff(answer, axis=-1) >= 0).all()
    np.savez_compressed(tmp_path / "model.npz", **model.to_arrays())
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        again = RuleBasedModel.from_arrays(dict(stored))
    np.testing.assert_array_equal(again.answer(data, index).quantiles, answer)


def test_arrays_without_a_unit_are_those_of_an_older_run() -> None:
    y = np.random.default_rng(0).normal(size=500)
    model = fit_rule_based(scaled(y), windows(200, 300), H)
    assert model.unit is None
    assert "unit" not in json.loads(str(model.to_arrays()["meta"]))
    assert RuleBasedModel.from_arrays(model.to_arrays()).unit is None


def test_json_of_older_runs_gives_the_same_answers() -> None:
    y = np.random.default_rng(0).normal(size=500)
    data = scaled(y)
    model = fit_rule_based(data, windows(200, 300), H)
    plain = {"forecast": to_plain(model.forecast), "errors": model.errors.tolist(), "compared": dict(model.compared)}
    again = RuleBasedModel.from_json(json.loads(json.dumps(plain)))
    np.testing.assert_array_equal(
        again.answer(data, windows(300, 500)).quantiles, model.answer(data, windows(300, 500)).quantiles
    )
    assert (again.label, again.compared) == (model.label, model.compared)


def test_other_arrays_are_refused() -> None:
    for broken in ({}, {"meta": np.array("{}"), "errors": np.zeros((1, 13))}, {"linear.centre": np.array("last")}):
        with pytest.raises(RunError, match="Rule-Based"):
            RuleBasedModel.from_arrays(broken)


@pytest.mark.parametrize(
    "broken", [{}, {"forecast": {"kind": "oracle"}}, {"forecast": {"kind": "seasonal-naive", "speed": 1}}]
)
def test_other_json_is_refused(broken: dict) -> None:
    with pytest.raises(RunError, match="Rule-Based"):
        RuleBasedModel.from_json(broken)


def test_a_tiny_series_still_gets_a_model() -> None:
    data = scaled(np.arange(30.0))
    model = fit_rule_based(data, windows(1, 15), H)
    assert model.answer(data, windows(15, 30)).quantiles.shape == (4, H, len(LEVELS))


def test_nothing_observed_is_said() -> None:
    with pytest.raises(DataError, match="part 'select'"):
        fit_rule_based(scaled(np.full(100, np.nan)), windows(50, 100), H)
