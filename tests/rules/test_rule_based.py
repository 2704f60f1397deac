"""The Rule-Based member picks what suits the data, and travels as JSON."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from sextet.baselines.classical import CalendarProfile, DampedDrift, SeasonalNaive
from sextet.core.errors import DataError, RunError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.rules.rule_based import RuleBasedModel, fit_rule_based

H = 12


@dataclass(frozen=True)
class Scaled:
    panel: Panel
    z: np.ndarray
    observed: np.ndarray


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
    return Scaled(panel, np.nan_to_num(y).astype(np.float32), ~np.isnan(y))


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
    model = fit_rule_based(scaled(y), windows(800, 1000), H)
    assert isinstance(model.forecast, CalendarProfile) and model.forecast.cycles > 1
    assert model.compared["calendar-profile"] < model.compared["seasonal-naive"] < model.compared["damped-drift"]


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


def test_json_gives_the_same_answers() -> None:
    y = np.random.default_rng(0).normal(size=500)
    data = scaled(y)
    model = fit_rule_based(data, windows(200, 300), H)
    again = RuleBasedModel.from_json(json.loads(json.dumps(model.to_json())))
    np.testing.assert_array_equal(
        again.answer(data, windows(300, 500)).quantiles, model.answer(data, windows(300, 500)).quantiles
    )
    assert (again.label, again.reach, again.horizon, again.compared) == (
        model.label,
        model.reach,
        model.horizon,
        model.compared,
    )


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
