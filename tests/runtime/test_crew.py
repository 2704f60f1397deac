"""Members answer batch by batch, drawn towards what they said at the cutoffs before where the crew says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sextet.baselines.classical import SeasonalNaive
from sextet.combine.lagged import EARLIER, LaggedAverage
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.data.prepare import Prepared, prepare, shape
from sextet.data.read import read_panel
from sextet.data.scale import Scaler
from sextet.data.windows import windows
from sextet.rules.rule_based import RuleBasedModel
from sextet.runtime.crew import Crew
from sextet.samples import synthetic

HORIZON = 6


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    panel = read_panel(synthetic(series=2, rows=120, freq="h", seed=5).drop(columns="spike_label"))
    return prepare(panel, Scaler.fit(panel, panel.known))


def crew_of(prepared: Prepared) -> Crew:
    errors = np.tile(np.linspace(-1.0, 1.0, len(LEVELS)), (HORIZON, 1))
    members = {
        f"naive-{season}": RuleBasedModel(forecast=SeasonalNaive(season=season), errors=errors, compared={})
        for season in (1, 24)
    }
    return Crew(members=members, shape=shape(prepared, 24, HORIZON))


def test_a_drawn_member_moves_towards_the_mean_of_its_last_medians_and_others_what_they_said(
    prepared: Prepared,
) -> None:
    crew = crew_of(prepared)
    share = np.array([0.0, 0.25, 0.5, 1.0, 1.0, 1.0], np.float32)
    drawn = replace(crew, lagged=LaggedAverage(shares={"naive-1": share}))
    panel = prepared.panel
    index = windows(panel, np.full(2, 40), np.full(2, 110), HORIZON, step=3)
    before, after = crew.answers(prepared, index), drawn.answers(prepared, index)
    assert list(after) == list(before)
    np.testing.assert_array_equal(after["naive-24"].quantiles, before["naive-24"].quantiles)
    earlier = [replace(index, row=index.row - lag) for lag in range(EARLIER + 1)]
    said = [crew.answers(prepared, one)["naive-1"].quantiles for one in earlier]
    for step in range(HORIZON):
        lags = [lag for lag in range(EARLIER + 1) if step + lag < HORIZON]
        mean = np.mean([said[lag][:, step + lag, MEDIAN] for lag in lags], axis=0)
        wanted = said[0][:, step] + share[step] * (mean - said[0][:, step, MEDIAN])[:, None]
        np.testing.assert_allclose(after["naive-1"].quantiles[:, step], wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_answers_do_not_depend_on_the_batches(prepared: Prepared, size: int) -> None:
    drawn = replace(
        crew_of(prepared),
        lagged=LaggedAverage(shares={name: np.full(HORIZON, 0.75, np.float32) for name in ("naive-1", "naive-24")}),
    )
    index = windows(prepared.panel, np.ones(2, np.int64), prepared.panel.known, HORIZON)
    whole = drawn.answers(prepared, index)
    spent: dict[str, float] = {}
    for part, answers in drawn.batches(prepared, index, size, spent):
        for name, answer in answers.items():
            np.testing.assert_array_equal(answer.quantiles, whole[name].quantiles[part])
    assert set(spent) == set(whole) and min(spent.values()) > 0
