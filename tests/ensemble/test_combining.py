"""Weights and calibration learned from data with series that training never saw, by members without a network."""

from __future__ import annotations

import numpy as np

from sextet.baselines.classical import SeasonalNaive
from sextet.core.quantiles import LEVELS
from sextet.data.prepare import prepare, shape
from sextet.data.read import read_panel
from sextet.data.scale import Scaler
from sextet.data.windows import windows
from sextet.ensemble.combining import ask, calibrated, learn_weights
from sextet.rules.rule_based import RuleBasedModel
from sextet.runtime.crew import Crew
from sextet.samples import synthetic

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
