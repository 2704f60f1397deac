"""The regression for each phase: learns what holds at that phase alone, follows changes, reads no future, travels."""

from dataclasses import replace

import numpy as np
import pytest
from scaled_panels import Scaled, scaled, windows

from sextet.baselines.history import targets
from sextet.baselines.phase_inputs import inputs_at, phase_inputs
from sextet.baselines.phase_regression import PhaseRegression, fit_phase_regression, fitting_work
from sextet.core.frequency import Frequency
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex

H, DAY, ROWS = 6, 24, 24 * 250


def market(seed: int = 0, jump: int | None = None) -> Scaled:
    """A price that follows a forecast known ahead, each hour in a way of its own; from `jump` on 3 higher."""
    rng = np.random.default_rng(seed)
    load = rng.normal(size=ROWS)
    hour = np.arange(ROWS) % DAY
    y = np.sin(2 * np.pi * hour / DAY) + np.where(hour < 12, 2.0, -1.0) * load + rng.normal(0, 0.1, ROWS)
    if jump is not None:
        y[jump:] += 3.0
    return scaled(y[None], future=load[None, :, None])


@pytest.fixture(scope="module")
def fitted() -> tuple[Scaled, PhaseRegression]:
    data = market()
    model = fit_phase_regression(data, windows(data, 0, 24 * 200, H), windows(data, 24 * 200, 24 * 225, H), H)
    assert model is not None
    return data, model


def error(model: PhaseRegression, data: Scaled, index: WindowIndex) -> float:
    return float(np.abs(targets(data, index, H) - model.point(data, index)).mean())


def test_what_holds_at_each_hour_is_learned(fitted: tuple[Scaled, PhaseRegression]) -> None:
    data, model = fitted
    test = windows(data, 24 * 225, ROWS, H)
    assert error(model, data, test) < 0.3  # 0.08 is noise, the rest of few days; the load moves the price by 1.2
    assert model.errors.shape == (H, len(LEVELS)) and (np.diff(model.errors, axis=1) >= 0).all()
    assert np.abs(model.errors[:, MEDIAN]).max() < 0.1


def test_a_change_is_followed_without_a_new_fit(fitted: tuple[Scaled, PhaseRegression]) -> None:
    _, model = fitted
    moved = market(jump=24 * 200)
    late = windows(moved, 24 * 240, ROWS, H)
    stiff, supple = replace(model, strength=0.0), replace(model, strength=3.0)
    assert error(supple, moved, late) < 0.8 * error(stiff, moved, late)
    anew = stiff.refit(moved, windows(moved, 24 * 200, 24 * 240, H))
    assert error(anew, moved, late) < 0.5 * error(stiff, moved, late)
    assert (anew.penalty, anew.inputs) == (stiff.penalty, stiff.inputs)


def test_where_all_that_is_asked_is_known_its_phases_alone_are_fitted(fitted: tuple[Scaled, PhaseRegression]) -> None:
    data, model = fitted
    known, late = windows(data, 24 * 10, 24 * 220, H), windows(data, 24 * 220, ROWS, H)
    asked = late.take(np.isin(late.row % 24, (0, 9)))
    every, some = model.refit(data, known), model.refit(data, known, asked)
    np.testing.assert_allclose(some.point(data, asked), every.point(data, asked), rtol=1e-12)
    assert [phase for phase in range(24) if some.plain.weights[phase].any()] == sorted(
        set(some.inputs.phase(data, asked).tolist())
    )


@pytest.mark.parametrize("strength", [0.0, 3.0])
def test_nothing_from_the_first_target_on_is_read(fitted: tuple[Scaled, PhaseRegression], strength: float) -> None:
    data, model = fitted
    model = replace(model, strength=strength)
    row = 24 * 230 + 5
    index = WindowIndex(series=np.zeros(1, np.int32), row=np.array([row]))
    z = data.z.copy()
    z[row:] = 99.0
    np.testing.assert_array_equal(model.point(replace(data, z=z), index), model.point(data, index))


@pytest.mark.parametrize("strength", [0.0, 3.0])
def test_no_more_than_its_reach_is_read(fitted: tuple[Scaled, PhaseRegression], strength: float) -> None:
    data, model = fitted
    model = replace(model, strength=strength)
    row = 24 * 240
    index = WindowIndex(series=np.zeros(1, np.int32), row=np.array([row]))
    z = data.z.copy()
    z[: row - model.reach] = 99.0
    np.testing.assert_allclose(model.point(replace(data, z=z), index), model.point(data, index), atol=1e-6)


def test_far_out_it_stays_finite(fitted: tuple[Scaled, PhaseRegression]) -> None:
    data, model = fitted
    wild = replace(data, z=data.z * np.float32(1e6))
    said = replace(model, strength=1.0).point(wild, windows(data, 24 * 240, 24 * 245, H))
    assert np.isfinite(said).all()


def test_arrays_give_the_same_forecasts(fitted: tuple[Scaled, PhaseRegression], tmp_path) -> None:
    data, model = fitted
    np.savez(tmp_path / "model.npz", **model.to_arrays())
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        again = PhaseRegression.from_arrays(dict(stored))
    index = windows(data, 24 * 240, 24 * 242, H)
    np.testing.assert_array_equal(again.point(data, index), model.point(data, index))
    assert (again.label, again.reach) == (model.label, model.reach)


def test_it_is_not_offered_where_it_cannot_be_learned() -> None:
    data = market()
    few = windows(data, 24 * 190, 24 * 200, H)
    assert fit_phase_regression(data, few, few, H) is None  # ten cutoffs a phase
    assert fit_phase_regression(data, windows(data, 0, 24 * 200, 49), few, 49) is None  # over two days
    assert fit_phase_regression(data, windows(data, 0, 24 * 200, H), windows(data, 0, 24, H), H) is None


def test_places_of_a_week_are_told_apart() -> None:
    data = market()
    inputs = phase_inputs(data, H)
    assert (inputs.cycles, inputs.known, inputs.first_passed) == (7, 1, 1)
    index = windows(data, 24 * 10, 24 * 24, H, step=24)
    days = inputs.of(data, index)[:, -7:]
    assert (days.sum(axis=1) == 1).all() and (days[:7].sum(axis=0) == 1).all()
    np.testing.assert_array_equal(days[:7], days[7:14])


def test_its_work_is_known_before_it_is_fitted() -> None:
    hours = inputs_at(Frequency.parse("h"), 24, 0)
    assert hours.width == 4 * 24 + 7 and fitting_work(hours, 24 * hours.width - 1) == 0.0
    assert fitting_work(hours, 48 * 200) == 2 * fitting_work(hours, 24 * 200) > 1e9
    assert fitting_work(inputs_at(Frequency.parse("h"), 24, 2), 24 * 500) > 5 * fitting_work(hours, 24 * 500)
    assert fitting_work(inputs_at(Frequency.parse("h"), 49, 0), 24 * 500) == 0.0  # more than two seasons
    assert fitting_work(inputs_at(Frequency.parse("YS"), 2, 0), 500) == 0.0  # no season
    assert fitting_work(inputs_at(Frequency.parse("min"), 60, 0), 10**7) == 0.0  # hours of work
