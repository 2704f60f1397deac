"""Weights and calibration learned by members without a network: from which parts, and for series never trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from sextet.baselines.classical import SeasonalNaive
from sextet.baselines.history import History, targets
from sextet.combine.conformal import Calibration
from sextet.core.answer import Answer
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.data.prepare import prepare, shape
from sextet.data.read import read_panel
from sextet.data.scale import Scaler
from sextet.data.split import SplitConfig
from sextet.data.windows import windows
from sextet.ensemble.combining import HEARD, ask, calibrated, evidence_of, hear, learn, learn_weights, refitted
from sextet.ensemble.ground import Ground, lay_ground
from sextet.rules.rule_based import RuleBasedModel
from sextet.runtime.crew import Crew
from sextet.samples import synthetic
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig

HORIZON = 4


def test_a_newcomer_teaches_the_common_weights_and_has_none_of_its_own() -> None:
    panel = read_panel(synthetic(series=3, rows=400, freq="h", seed=2).drop(columns="spike_label"))
    errors = np.tile(np.linspace(-1.0, 1.0, len(LEVELS)), (HORIZON, 1))
    members = {
        f"naive-{season}": RuleBasedModel(forecast=SeasonalNaive(season=season), errors=errors, compared={})
        for season in (1, 24)
    }
    prepared = prepare(panel, Scaler.fit(panel, panel.known))
    crew = Crew(members=members, shape=shape(prepared, 24, HORIZON))
    weigh = windows(panel, panel.known - 300, panel.known - 100, HORIZON)
    calibrate = windows(panel, panel.known - 100, panel.known, HORIZON)
    numbers = np.array([-1, 0, -1])  # the run was trained on the second series alone
    weights = learn_weights(crew, ask(crew, prepared, weigh), numbers, 1)
    heard = ask(crew, prepared, calibrate)
    combination = calibrated(weights, crew, heard, panel, numbers, 1)
    assert set(combination.weights.owners.tolist()) <= {0}
    assert combination.weights.table.shape[1] == 1 + len(combination.weights.owners)
    assert combination.online.theta.shape[0] == 1
    assert np.isfinite(combination.raw(heard.answers, numbers[calibrate.series])).all()


@dataclass(frozen=True)
class Knowing:
    """Answers the truth up to noise that is large in some parts: `wild` has the first row of each change of noise."""

    horizon: int
    changes: tuple[tuple[int, float], ...]
    seed: int

    def answer(self, history: History, index: WindowIndex) -> Answer:
        truth = np.nan_to_num(targets(history, index, self.horizon))
        rows = (index.row - history.panel.offsets[index.series])[:, None] + np.arange(self.horizon)
        firsts, sizes = (np.array(column) for column in zip(*self.changes, strict=True))
        size = sizes[np.searchsorted(firsts, rows, side="right") - 1]
        noise: NDArray[np.float64] = np.random.default_rng(self.seed).normal(size=20_000)[rows % 20_000] * size
        offsets = np.linspace(-1.0, 1.0, len(LEVELS))
        return Answer(quantiles=((truth + noise)[..., None] + offsets).astype(np.float32))


def grounds() -> Ground:
    stamps = pd.date_range("2024-01-01", periods=2000, freq="h")
    y = np.random.default_rng(0).normal(size=2000)
    split = SplitConfig(train_end=1000, validation_end=1800)
    config = RunConfig(horizon=HORIZON, members=parse_members("rule-based"), split=split, transform="none", lookback=24)
    return lay_ground(read_panel(pd.DataFrame({"unique_id": "a", "ds": stamps, "y": y})), config)


def crew_of(ground: Ground, **changes: tuple[tuple[int, float], ...]) -> Crew:
    members = {name: Knowing(HORIZON, one, seed) for seed, (name, one) in enumerate(changes.items())}
    return Crew(members=members, shape=ground.shape)  # type: ignore[arg-type]


def test_each_part_is_heard_up_to_its_end() -> None:
    ground = grounds()
    heard = hear(crew_of(ground, one=((0, 0.1),)), ground)
    assert [len(part.target) for part in heard.parts] == [len(ground.scored_windows(name)) for name in HEARD]
    assert len(heard.before.target) == len(heard.parts[0].target) + len(heard.parts[1].target)
    for name, part in zip(HEARD, heard.parts, strict=True):
        first, last = (int(bound[0]) for bound in ground.split.bounds(name))
        rows = part.index.row[:, None] + np.arange(HORIZON)
        assert part.index.row.min() == first and rows[np.isfinite(part.target)].max() == last - 1
        assert part.answers["one"].quantiles.base is heard.whole.answers["one"].quantiles  # no copy
        np.testing.assert_array_equal(heard.part(name).target, part.target)


def test_weights_hear_select_and_calibration_is_learned_without_having_seen_its_targets() -> None:
    ground = grounds()
    weigh, calibrate = (int(ground.split.bounds(name)[0][0]) for name in ("weigh", "calibrate"))  # type: ignore[arg-type]
    crew = crew_of(
        ground,
        steady=((0, 0.6),),
        month=((0, 3.0), (weigh, 0.3), (calibrate, 3.0)),  # the best of `weigh`, and of no other part
    )
    learned = learn(crew, ground)
    combination, heard = learned.combination, learned.heard
    numbers = np.arange(1)
    alone = learn_weights(crew, heard.part("weigh"), numbers, 1)
    before = learn_weights(crew, heard.before, numbers, 1)
    share = {name: one.of(np.array([0]))[0].mean(axis=0) for name, one in (("alone", alone), ("before", before))}
    assert share["alone"][1] > 0.6 and share["before"][0] > 0.6
    wanted = calibrated(before, crew, heard.part("calibrate"), ground.panel, numbers, 1)
    np.testing.assert_array_equal(combination.calibration.shift, wanted.calibration.shift)
    assert isinstance(combination.calibration, Calibration) and combination.calibration.shift.any()
    again = refitted(before, evidence_of(crew, heard.whole, numbers, 1), 1)
    np.testing.assert_array_equal(combination.weights.table, again.table)
    # the month's member is bad on `calibrate` too: weights in use trust it less than those before
    assert combination.weights.of(np.array([0]))[0, :, 1].mean() < share["before"][1] + 0.02


def test_a_combined_forecast_is_better_for_having_heard_more() -> None:
    ground = grounds()
    weigh = int(ground.split.bounds("weigh")[0][0])
    crew = crew_of(ground, steady=((0, 0.6),), month=((0, 3.0), (weigh, 0.3), (weigh + 200, 3.0)))
    learned = learn(crew, ground)
    combination, heard = learned.combination, learned.heard
    test = ask(crew, ground.prepared, ground.scored_windows("test"))
    short = learn_weights(crew, heard.part("weigh"), np.arange(1), 1)
    said, series = [answer.quantiles for answer in test.answers.values()], test.index.series
    errors = {
        name: np.nanmean(np.abs(weights.apply(said, series)[..., MEDIAN] - test.target))  # type: ignore[arg-type]
        for name, weights in (("weigh", short), ("all", combination.weights))
    }
    assert errors["all"] < 0.8 * errors["weigh"]
    assert errors["all"] == pytest.approx(0.48, rel=0.3)  # about the steady member's: 0.6 times the mean of |N(0, 1)|
