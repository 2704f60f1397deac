"""The unit that follows a forecast's recent errors: chosen where it helps, blind to what is still to come."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sextet.baselines.error_quantiles import spread
from sextet.baselines.history import targets
from sextet.baselines.recent_errors import RecentErrors, choose_unit, recent_error
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared, prepare
from sextet.data.read import read_panel
from sextet.data.scale import Scaler
from sextet.data.windows import windows

HORIZON = 4


def prepared(values: np.ndarray) -> Prepared:
    """Series `[S, T]` by the hour."""
    stamps = pd.date_range("2024-01-01", periods=values.shape[1], freq="h")
    names = [f"s{number}" for number in range(len(values))]
    frame = pd.concat(
        [pd.DataFrame({"unique_id": n, "ds": stamps, "y": row}) for n, row in zip(names, values, strict=True)]
    )
    panel = read_panel(frame)
    return prepare(panel, Scaler.fit(panel, panel.known))


def zero(index: WindowIndex) -> np.ndarray:
    return np.zeros((len(index), HORIZON))


def waves(series: int = 2, length: int = 4000) -> np.ndarray:
    """Noise that is calm and wild in turns of 200 rows."""
    wild = np.where(np.arange(length) // 200 % 2 == 0, 0.2, 2.0)
    return wild * np.random.default_rng(0).normal(size=(series, length))


def all_windows(data: Prepared) -> WindowIndex:
    known = data.panel.known
    return windows(data.panel, np.full_like(known, 50), known, HORIZON)


def test_it_is_the_mean_of_the_errors_at_cutoffs_that_have_passed() -> None:
    data = prepared(waves())
    index = all_windows(data).take(slice(100, 120))
    wanted = [
        np.mean([np.abs(data.z[row - HORIZON - 3 * j : row - 3 * j]).mean() for j in range(8)]) for row in index.row
    ]
    assert recent_error(data, index, zero, HORIZON, 3) == pytest.approx(np.array(wanted), rel=1e-5)


def test_targets_to_come_and_other_series_change_nothing() -> None:
    values = waves()
    later = values.copy()
    later[0, 2000:] += 50.0
    later[1] *= 9.0
    scaler = Scaler.fit(prepared(values).panel, np.array([4000, 4000]))
    before, after = (prepare(prepared(one).panel, scaler) for one in (values, later))
    index = WindowIndex(series=np.array([0]), row=np.array([2000]))
    found = recent_error(before, index, zero, HORIZON, 1)
    assert found == pytest.approx(recent_error(after, index, zero, HORIZON, 1))
    beyond = WindowIndex(series=np.array([0]), row=np.array([2001]))
    assert recent_error(after, beyond, zero, HORIZON, 1)[0] > found[0] + 0.1


def test_a_window_without_a_past_has_the_usual_unit() -> None:
    data = prepared(waves())
    first = WindowIndex(series=np.array([0, 1]), row=data.panel.offsets[:2] + 2)
    assert RecentErrors(spacing=1, usual=0.5).of(data, first, zero, HORIZON).tolist() == [1.0, 1.0]


def test_it_is_chosen_where_wild_weeks_follow_wild_weeks_and_there_intervals_are_better() -> None:
    data = prepared(waves())
    index = all_windows(data)
    errors = targets(data, index, HORIZON)
    found = choose_unit(data, index, errors, zero, spread, LEVELS)
    assert found is not None
    unit, value = found
    assert value == pytest.approx(unit.of(data, index, zero, HORIZON))
    calm = (index.row - data.panel.offsets[index.series]) // 200 % 2 == 0
    assert np.median(value[~calm]) > 3 * np.median(value[calm])


def test_it_is_not_chosen_where_errors_are_alike() -> None:
    data = prepared(np.random.default_rng(1).normal(size=(2, 3000)))
    index = all_windows(data)
    assert choose_unit(data, index, targets(data, index, HORIZON), zero, spread, LEVELS) is None


def test_a_forecast_that_never_errs_needs_none() -> None:
    data = prepared(np.ones((1, 500)))
    index = all_windows(data)
    assert choose_unit(data, index, targets(data, index, HORIZON), zero, spread, LEVELS) is None
