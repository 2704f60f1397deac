"""Ridge: equal to the textbook solution, linear data and covariates learnt exactly, the known value on ETTh1."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scaled_panels import Scaled, scaled, windows

from sextet.baselines import ridge
from sextet.baselines.classical import SeasonalNaive
from sextet.baselines.extras import extras_for
from sextet.baselines.history import gather, targets
from sextet.core.errors import DataError
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex

ETT = Path(__file__).parents[3] / "shared" / "data" / "ett" / "ETTh1.csv"


def noisy(rows: int = 600, series: int = 2, seed: int = 0) -> Scaled:
    rng = np.random.default_rng(seed)
    y = np.zeros((series, rows))
    for k in range(2, rows):
        y[:, k] = 1.6 * y[:, k - 1] - 0.9 * y[:, k - 2] + rng.normal(0, 0.3, series)
    return scaled(y)


@pytest.mark.parametrize("extras", [0, 34])
@pytest.mark.parametrize("drift", [True, False])
@pytest.mark.parametrize("centre", ["last", "mean"])
def test_equal_to_the_textbook_solution(centre: str, drift: bool, extras: int) -> None:
    known = np.random.default_rng(5).normal(size=(2, 600, 1))
    y = noisy().panel.y.reshape(2, -1) + known[..., 0]
    data, horizon, lookback = scaled(y, future=3 * known, cycles=("day",)), 4, 12
    more = extras_for(data, horizon, 28)
    assert more is not None and more.width(data) == 34  # 28 rows back, 4 ahead, sine and cosine
    train, select = windows(data, 48, 400, horizon), windows(data, 400, 600, horizon)
    fit, judge = (ridge.moments(data, part, 48, more, horizon) for part in (train, select))
    setting = ridge.Setting(lookback=lookback, centre=centre, drift=drift, extras=extras)
    weights, intercept = ridge.solution(fit, setting, 1e-2)

    def design(part: WindowIndex) -> tuple[np.ndarray, np.ndarray]:
        z, _ = gather(data, part, np.arange(-lookback, horizon))
        x = z[:, :lookback]
        level = x[:, -1:] if centre == "last" else x.mean(axis=1, keepdims=True)
        return np.hstack([x - level, more.of(data, part)[:, :extras]]), z[:, lookback:] - level

    x, y = design(train)
    middle_x, middle_y = x.mean(axis=0) * drift, y.mean(axis=0) * drift
    gram = (x - middle_x).T @ (x - middle_x) / len(x)
    squares = np.diag(gram)
    size = np.append(np.ones(lookback), np.sqrt(squares[:lookback].mean() / squares[lookback:]))
    punished = 1e-2 * (squares * size**2).mean() * np.diag(1 / size**2)  # one penalty for inputs of one size
    expected = np.linalg.solve(gram + punished, (x - middle_x).T @ (y - middle_y) / len(x))
    np.testing.assert_allclose(weights, expected, atol=1e-8)
    np.testing.assert_allclose(intercept, middle_y - middle_x @ expected, atol=1e-8)
    assert drift or not intercept.any()
    x, y = design(select)
    error = dict(ridge.errors_of(fit, judge, setting))[1e-2]
    assert error == pytest.approx(np.mean((y - x @ expected - intercept) ** 2))


def test_without_drift_the_opposite_is_answered_to_the_opposite() -> None:
    data = noisy(rows=2000)
    model = ridge.fit_ridge(data, windows(data, 50, 1000, 6), windows(data, 1000, 1900, 6), 6, longest=48)
    assert not model.drift and not model.intercept.any() and "drift" not in model.label
    test = windows(data, 1900, 2000, 6)
    opposite = replace(data, z=-data.z)
    np.testing.assert_allclose(model.point(opposite, test), -model.point(data, test))
    middle = model.answer(data, test).quantiles[..., MEDIAN]
    np.testing.assert_allclose(model.answer(opposite, test).quantiles[..., MEDIAN], -middle, atol=1e-6)


def test_drift_is_taken_where_it_lasts() -> None:
    y = (np.random.default_rng(1).normal(size=(1, 4000)) + 0.5).cumsum(axis=1)
    data = scaled(y)
    model = ridge.fit_ridge(data, windows(data, 50, 2000, 6), windows(data, 2000, 4000, 6), 6, longest=4)
    assert model.drift and "drift" in model.label
    np.testing.assert_allclose(model.intercept, 0.5 * np.arange(1, 7), rtol=0.2)


def test_covariates_known_ahead_are_learnt() -> None:
    known = np.random.default_rng(2).normal(size=(2, 800, 2))
    y = 2 * known[..., 0] - known[..., 1]
    data = scaled(y, future=known)
    model = ridge.fit_ridge(data, windows(data, 50, 500, 5), windows(data, 500, 600, 5), 5, longest=48)
    assert model.extras and "covariates" in model.label
    test = windows(data, 600, 800, 5)
    assert np.abs(model.point(data, test) - targets(data, test, 5)).max() < 0.01


def test_covariates_beyond_the_last_target_are_read_at_the_origin() -> None:
    known = np.random.default_rng(2).normal(size=(1, 400, 1))
    y = known[..., 0].copy()
    truth, y[0, 395:] = y[0, 395:].copy(), np.nan
    data = scaled(y, future=known)
    model = ridge.fit_ridge(data, windows(data, 50, 300, 5), windows(data, 300, 390, 5), 5, longest=48)
    origin = WindowIndex(series=np.zeros(1, np.int32), row=np.array([395]))
    np.testing.assert_allclose(model.point(data, origin)[0], truth, atol=0.02)


def test_the_clock_is_learnt() -> None:
    rng = np.random.default_rng(3)
    y = np.sin(2 * np.pi * np.arange(3000) / 24 + 1.0)[None] + rng.normal(0, 0.5, (1, 3000))
    data, bare = scaled(y, cycles=("day",)), scaled(y)
    parts = windows(data, 50, 1500, 5), windows(data, 1500, 2500, 5)
    model, plain = (ridge.fit_ridge(one, *parts, 5, longest=6) for one in (data, bare))
    assert model.extras and not plain.extras
    test = windows(data, 2500, 3000, 5)
    errors = [np.mean((m.point(d, test) - targets(d, test, 5)) ** 2) for m, d in ((model, data), (plain, bare))]
    assert errors[0] < 0.9 * errors[1]


@pytest.mark.parametrize("helps", [True, False])
def test_past_covariates_are_read_where_they_help(helps: bool) -> None:
    rng = np.random.default_rng(4)
    past = rng.normal(size=(1, 1200, 1))
    y = rng.normal(0, 0.1, (1, 1200))
    y[:, 1:] += past[:, :-1, 0] * helps
    data = scaled(y, past=past, cycles=("day",))
    model = ridge.fit_ridge(data, windows(data, 50, 800, 2), windows(data, 800, 1000, 2), 2, longest=48)
    assert bool(model.extras and model.extras.season) == helps
    if helps:
        test = windows(data, 1000, 1200, 2)
        first = (model.point(data, test) - targets(data, test, 2))[:, 0]
        assert np.std(first) < 0.15


def test_many_covariates_are_cut_to_what_fits() -> None:
    data = scaled(np.zeros((1, 900)), future=np.zeros((1, 900, 10)), past=np.zeros((1, 900, 300)))
    near, far = extras_for(data, 90, 500), extras_for(data, 250, 500)
    assert near is not None and far is not None
    assert (near.back, near.block, near.season) == (10, 1, 0) and near.width(data) == 1000
    assert (far.back, far.block) == (0, 3) and far.width(data) == 840
    ramp = replace(data, future=np.arange(900.0, dtype=np.float32)[:, None] * np.ones((1, 10), np.float32))
    some = WindowIndex(series=np.zeros(1, np.int32), row=np.array([100]))
    np.testing.assert_allclose(far.of(ramp, some)[0, ::10], [*(101 + 3 * np.arange(83)), 349])


def test_a_linear_recurrence_is_learnt() -> None:
    t = np.arange(700)
    data = scaled(np.stack([np.sin(t / 5) + 0.3 * np.sin(t / 2.3 + k) for k in range(3)]))
    model = ridge.fit_ridge(data, windows(data, 50, 500, 6), windows(data, 500, 600, 6), 6)
    test = windows(data, 600, 700, 6)
    truth = targets(data, test, 6)
    naive = SeasonalNaive(season=1).point(data, test, 6)
    assert np.abs(model.point(data, test) - truth).mean() < 0.05 * np.abs(naive - truth).mean()


def test_answer_is_quantiles_around_the_point_and_about_calibrated() -> None:
    data = noisy(rows=2000)
    model = ridge.fit_ridge(data, windows(data, 50, 1000, 4), windows(data, 1000, 1500, 4), 4)
    test = windows(data, 1500, 2000, 4)
    quantiles = model.answer(data, test).quantiles
    np.testing.assert_allclose(quantiles[..., MEDIAN], model.point(data, test) + model.errors[:, MEDIAN], atol=1e-5)
    truth = targets(data, test, 4)
    inside = (truth > quantiles[..., LEVELS.index(0.1)]) & (truth < quantiles[..., LEVELS.index(0.9)])
    assert 0.74 < inside.mean() < 0.86


def test_gaps_are_met() -> None:
    y = noisy().panel.y.reshape(2, -1).copy()
    y[np.random.default_rng(4).random(y.shape) < 0.2] = np.nan  # no window of 24 steps is complete
    seen = ~np.isnan(y)
    last = np.maximum.accumulate(np.where(seen, np.arange(y.shape[1]), 0), axis=1)
    filled = np.nan_to_num(np.take_along_axis(y, last, axis=1)).ravel().astype(np.float32)
    data = replace(scaled(y), z=filled, observed=seen.ravel())
    model = ridge.fit_ridge(data, windows(data, 50, 400, 24), windows(data, 400, 500, 24), 24)
    assert np.isfinite(model.answer(data, windows(data, 500, 600, 24)).quantiles).all()


def test_a_series_shorter_than_the_lookback_is_forecast() -> None:
    data = noisy(rows=40)
    model = ridge.fit_ridge(data, windows(data, 1, 25, 3), windows(data, 25, 32, 3), 3)
    assert model.reach <= 22
    assert model.answer(data, windows(data, 1, 40, 3)).quantiles.shape == (2 * 37, 3, len(LEVELS))


def test_a_constant_series_stays_constant() -> None:
    data = scaled(np.full((1, 200), 2.5))
    model = ridge.fit_ridge(data, windows(data, 20, 120, 5), windows(data, 120, 150, 5), 5)
    np.testing.assert_allclose(model.answer(data, windows(data, 150, 200, 5)).quantiles, 2.5, atol=1e-6)


def test_nothing_to_fit_on_is_said() -> None:
    data = scaled(np.full((1, 100), np.nan))
    with pytest.raises(DataError, match="part 'train'"):
        ridge.fit_ridge(data, windows(data, 20, 60, 5), windows(data, 60, 100, 5), 5)


@pytest.mark.parametrize("known", [True, False])
def test_arrays_give_the_model_back(tmp_path, known: bool) -> None:
    data = noisy(rows=200)
    if known:
        data = scaled(data.panel.y.reshape(2, -1), future=data.panel.y.reshape(2, -1, 1), cycles=("day",))
    model = ridge.fit_ridge(data, windows(data, 20, 120, 3), windows(data, 120, 160, 3), 3)
    np.savez(tmp_path / "ridge.npz", **model.to_arrays())
    with np.load(tmp_path / "ridge.npz", allow_pickle=False) as arrays:
        again = ridge.Ridge.from_arrays(dict(arrays))
    test = windows(data, 160, 200, 3)
    np.testing.assert_array_equal(again.answer(data, test).quantiles, model.answer(data, test).quantiles)
    assert again.label == model.label and again.reach == model.reach
    assert (again.centre, again.penalty, again.drift, again.extras) == (
        model.centre,
        model.penalty,
        model.drift,
        model.extras,
    )
    assert bool(model.extras) == known


@pytest.mark.skipif(not ETT.exists(), reason=f"needs {ETT.name} in ../shared/data/ett")
def test_etth1_protocol() -> None:
    y = np.genfromtxt(ETT, delimiter=",", skip_header=1)[:14400, 1:].T
    y = (y - y[:, :8640].mean(axis=1, keepdims=True)) / y[:, :8640].std(axis=1, keepdims=True)
    data, horizon = scaled(y), 96
    test = windows(data, 11520, 14400, horizon)
    truth = targets(data, test, horizon)
    assert len(test) == 7 * 2785
    repeat = SeasonalNaive(season=1).point(data, test, horizon) - truth
    assert np.mean(repeat**2) == pytest.approx(1.2944, abs=1e-4)
    assert np.mean(np.abs(repeat)) == pytest.approx(0.7132, abs=1e-4)
    train = windows(data, 512, 8640, horizon, step=4)  # a quarter of the windows: enough, and quick
    model = ridge.fit_ridge(data, train, windows(data, 8640, 10080, horizon), horizon)
    assert np.mean((model.point(data, test) - truth) ** 2) == pytest.approx(0.365, abs=0.004)


def test_errors_are_taken_from_training_too_where_rows_are_many() -> None:
    """`select` is a wild time, training a calm one: how far a forecast errs is told by half of each."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=(1, 3000)) * np.where(np.arange(3000) < 2000, 1.0, 3.0)
    data = scaled(y)
    train, select = windows(data, 50, 2000, 2), windows(data, 2000, 2500, 2)
    model = ridge.fit_ridge(data, train, select, 2, longest=12)
    told = model.error_windows(train, select)
    assert len(told) == 2 * len(select) and (told.row < 2000).sum() == len(select)
    errors = targets(data, told, 2) - model.point(data, told)
    np.testing.assert_allclose(model.errors, ridge.centred(errors), atol=1e-6)
    few = train.take(slice(0, 9 * model.lookback))
    np.testing.assert_array_equal(model.error_windows(few, select).row, select.row)
