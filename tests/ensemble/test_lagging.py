"""Networks are drawn towards their last answers where that paid on `select` and `weigh`; nothing later is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from sextet.baselines.classical import SeasonalNaive
from sextet.baselines.history import History, targets
from sextet.core.answer import Answer
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.data.read import read_panel
from sextet.data.split import SplitConfig
from sextet.ensemble.combining import learn
from sextet.ensemble.ground import Ground, lay_ground
from sextet.ensemble.lagging import SHORTEST, lagging
from sextet.rules.rule_based import RuleBasedModel
from sextet.runtime.crew import Crew
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig

ROWS, WEIGHED = 3000, 2640  # the parts end at 2,000 rows of train, then 320 each; the test has 40


@dataclass(frozen=True)
class Shaky:
    """Answers the truth, off by a noise that is another at every cutoff: what an average of cutoffs takes away."""

    horizon: int
    size: float

    def answer(self, history: History, index: WindowIndex) -> Answer:
        truth = np.nan_to_num(targets(history, index, self.horizon))
        noise = np.stack([np.random.default_rng(int(row)).normal(size=self.horizon) for row in index.row])
        offsets = np.linspace(-0.5, 0.5, len(LEVELS))
        return Answer(quantiles=((truth + self.size * noise)[..., None] + offsets).astype(np.float32))


@dataclass(frozen=True)
class Tiring:
    """Answers the truth of the first steps, and the less of it the further ahead: earlier cutoffs know less."""

    horizon: int

    def answer(self, history: History, index: WindowIndex) -> Answer:
        truth = np.nan_to_num(targets(history, index, self.horizon))
        known = np.exp(-np.arange(self.horizon))
        return Answer(quantiles=((truth * known)[..., None] + np.linspace(-0.5, 0.5, len(LEVELS))).astype(np.float32))


def ground_of(horizon: int, y: NDArray[np.float64]) -> Ground:
    stamps = pd.date_range("2024-01-01", periods=len(y), freq="h")
    split = SplitConfig(train_end=2000, validation_end=2960, test_end=3000 if horizon < 40 else None)
    config = RunConfig(horizon=horizon, members=parse_members("rule-based"), split=split, transform="none", lookback=24)
    return lay_ground(read_panel(pd.DataFrame({"unique_id": "a", "ds": stamps, "y": y})), config)


def crew_of(ground: Ground) -> Crew:
    horizon = ground.shape.horizon
    errors = np.tile(np.linspace(-1.0, 1.0, len(LEVELS)), (horizon, 1))
    members = {
        "shaky": Shaky(horizon, 2.0),
        "tiring": Tiring(horizon),
        "rule-based": RuleBasedModel(forecast=SeasonalNaive(season=1), errors=errors, compared={}),
    }
    return Crew(members=members, shape=ground.shape)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def series() -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(size=ROWS + SHORTEST)


def test_a_shaky_network_is_drawn_and_one_that_follows_the_last_readings_is_not(series: NDArray[np.float64]) -> None:
    ground = ground_of(SHORTEST, series)
    crew = crew_of(ground)
    lagged = lagging(crew, ground).lagged
    assert "shaky" in lagged.names and "rule-based" not in lagged.names
    assert lagged.shares["shaky"][8:88].min() >= 0.5
    assert not lagged.shares.get("tiring", np.zeros(8))[:8].any()
    learned = learn(crew, ground)
    assert learned.crew.lagged.names == lagged.names
    plain = ground.scored_windows("calibrate")
    own, drawn = (one.answers(ground.prepared, plain)["shaky"].quantiles for one in (crew, learned.crew))
    heard = learned.heard.part("calibrate")
    np.testing.assert_array_equal(heard.answers["shaky"].quantiles, drawn)  # weights are learned of what is shipped
    truth = heard.target[..., None]
    assert np.nanmean(np.abs(drawn - truth)) < 0.8 * np.nanmean(np.abs(own - truth))


def test_what_comes_after_weigh_changes_nothing(series: NDArray[np.float64]) -> None:
    later = series.copy()
    later[WEIGHED:] = np.random.default_rng(1).normal(size=len(later) - WEIGHED) * 5
    said = [lagging(crew_of(one), one).lagged.shares for one in (ground_of(SHORTEST, y) for y in (series, later))]
    assert set(said[0]) == set(said[1])
    for name, share in said[0].items():
        np.testing.assert_array_equal(share, said[1][name])


def test_a_short_horizon_is_left_as_it_is(series: NDArray[np.float64]) -> None:
    ground = ground_of(24, series[:ROWS])
    crew = crew_of(ground)
    assert lagging(crew, ground) is crew
    assert learn(crew, ground).crew.lagged.names == ()


def test_without_a_network_there_is_nothing_to_learn(series: NDArray[np.float64]) -> None:
    ground = ground_of(SHORTEST, series)
    crew = crew_of(ground)
    alone = replace(crew, members={"rule-based": crew.members["rule-based"]})
    assert lagging(alone, ground) is alone
