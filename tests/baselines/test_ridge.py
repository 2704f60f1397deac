"""Ridge: equal to the textbook solution, linear data learnt exactly, and the known value on ETTh1."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sextet.baselines import ridge
from sextet.baselines.classical import SeasonalNaive
from sextet.baselines.history import gather, targets
from sextet.core.errors import DataError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex

ETT = Path(__file__).parents[3] / "shared" / "data" / "ett" / "ETTh1.csv"


@dataclass(frozen=True)
class Scaled:
    panel: Panel
    z: np.ndarray
    observed: np.ndarray


def scaled(columns: np.ndarray) -> Scaled:
    """Columns `[S, rows]`, NaN where missing."""
    series, rows = columns.shape
    panel = Panel(
        ids=tuple(f"s{k}" for k in range(series)),
        frequency=Frequency.parse("h"),
        offsets=np.arange(series + 1, dtype=np.int64) * rows,
        first=np.zeros(series, np.int64),
        known=np.full(series, rows, np.int64),
        y=columns.ravel(),
        past=np.zeros((columns.size, 0), np.float32),
        future=np.zeros((columns.size, 0), np.float32),
        static=np.zeros((series, 0), np.float32),
    )
    return Scaled(panel, np.nan_to_num(columns).ravel().astype(np.float32), ~np.isnan(columns).ravel())


def windows(data: Scaled, start: int, end: int, horizon: int, step: int = 1) -> WindowIndex:
    cutoffs = np.arange(start, end - horizon + 1, step)
    series = np.repeat(np.arange(data.panel.series, dtype=np.int32), len(cutoffs))
    return WindowIndex(series=series, row=(data.panel.offsets[:-1, None] + cutoffs).ravel())


def noisy(rows: int = 600, series: int = 2, seed: int = 0) -> Scaled:
    rng = np.random.default_rng(seed)
    y = np.zeros((series, rows))
    for k in range(2, rows):
        y[:, k] = 1.6 * y[:, k - 1] - 0.9 * y[:, k - 2] + rng.normal(0, 0.3, series)
    return scaled(y)


@pytest.mark.parametrize("centre", ["last", "mean"])
def test_equal_to_the_textbook_solution(centre: str) -> None:
    data, horizon, lookback = noisy(), 4, 12
    train, select = windows(data, 48, 400, horizon), windows(data, 400, 600, horizon)
    fit, judge = (ridge._moments(data, part, 48, horizon) for part in (train, select))
    found = {(len(s[3]), s[1], s[2]): s for s in ridge._solutions(fit, judge, [lookback, 48], horizon)}
    error, _, penalty, weights, intercept = found[lookback, centre, 1e-2]

    def design(part: WindowIndex) -> tuple[np.ndarray, np.ndarray]:
        z, _ = gather(data, part, np.arange(-lookback, horizon))
        x = z[:, :lookback]
        level = x[:, -1:] if centre == "last" else x.mean(axis=1, keepdims=True)
        return x - level, z[:, lookback:] - level

    x, y = design(train)
    middle_x, middle_y = x.mean(axis=0), y.mean(axis=0)
    gram = (x - middle_x).T @ (x - middle_x) / len(x)
    gram += penalty * np.trace(gram) / lookback * np.eye(lookback)
    expected = np.linalg.solve(gram, (x - middle_x).T @ (y - middle_y) / len(x))
    np.testing.assert_allclose(weights, expected, atol=1e-8)
    np.testing.assert_allclose(intercept, middle_y - middle_x @ expected, atol=1e-8)
    x, y = design(select)
    assert error == pytest.approx(np.mean((y - x @ expected - intercept) ** 2))


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
    data = Scaled(scaled(y).panel, filled, seen.ravel())
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


def test_arrays_give_the_model_back(tmp_path) -> None:
    data = noisy(rows=200)
    model = ridge.fit_ridge(data, windows(data, 20, 120, 3), windows(data, 120, 160, 3), 3)
    np.savez(tmp_path / "ridge.npz", **model.to_arrays())
    with np.load(tmp_path / "ridge.npz", allow_pickle=False) as arrays:
        again = ridge.Ridge.from_arrays(dict(arrays))
    test = windows(data, 160, 200, 3)
    np.testing.assert_array_equal(again.answer(data, test).quantiles, model.answer(data, test).quantiles)
    assert (again.centre, again.penalty) == (model.centre, model.penalty)


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
