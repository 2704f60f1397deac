"""Point metrics equal utilsforecast's, leave missing targets out and hold their identities."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from utilsforecast import losses

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.metrics import point

finite = st.floats(-1e3, 1e3, allow_nan=False, width=32)
pairs = hnp.arrays(np.float64, (2, 4, 5), elements=finite)


def panel_of(*series: list[float]) -> Panel:
    lengths = [len(s) for s in series]
    return Panel(
        ids=tuple(f"s{k}" for k in range(len(series))),
        frequency=Frequency.parse("h"),
        offsets=np.cumsum([0, *lengths]).astype(np.int64),
        first=np.zeros(len(series), np.int64),
        known=np.array(lengths, np.int64),
        y=np.concatenate([np.asarray(s, float) for s in series]),
        past=np.zeros((sum(lengths), 0), np.float32),
        future=np.zeros((sum(lengths), 0), np.float32),
        static=np.zeros((len(series), 0), np.float32),
    )


def frame(target: np.ndarray, forecast: np.ndarray, name: str = "all") -> pd.DataFrame:
    return pd.DataFrame({"unique_id": name, "y": target.ravel(), "model": forecast.ravel()})


@pytest.fixture
def arrays() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    target = rng.normal(10, 4, (50, 12))
    target[rng.random(target.shape) < 0.1] = np.nan
    return target, target.mean(where=~np.isnan(target)) + rng.normal(0, 2, target.shape)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(point.mae, losses.mae), (point.mse, losses.mse), (point.rmse, losses.rmse)]
)
def test_equal_to_utilsforecast(ours, theirs, arrays) -> None:
    target, forecast = arrays
    assert ours(target, forecast) == pytest.approx(theirs(frame(target, forecast), ["model"])["model"].item())


def test_wape_is_utilsforecast_nd(arrays) -> None:
    target, forecast = arrays
    seen = ~np.isnan(target)
    expected = losses.nd(frame(target[seen], forecast[seen]), ["model"])["model"].item()
    assert point.wape(target, forecast) == pytest.approx(expected)
    assert point.accuracy_percent(target, forecast) == pytest.approx(100 * (1 - expected))


def test_mase_and_its_scale_equal_utilsforecast_for_each_series() -> None:
    rng = np.random.default_rng(5)
    series = [rng.normal(0, 1 + k, 60 + 7 * k).cumsum() for k in range(3)]
    panel = panel_of(*[s.tolist() for s in series])
    train = np.array([50, 55, 60])
    scale = point.seasonal_scale(panel, train, season=7)
    for k, values in enumerate(series):
        insample = pd.DataFrame({"unique_id": "all", "ds": range(train[k]), "y": values[: train[k]]})
        target, forecast = rng.normal(size=(1, 6)), rng.normal(size=(1, 6))
        expected = losses.mase(frame(target, forecast), ["model"], 7, insample)["model"].item()
        assert point.mase(target, forecast, scale[[k]]) == pytest.approx(expected)


def test_scale_is_of_train_rows_only_and_nan_where_there_is_no_season() -> None:
    panel = panel_of([1, 2, 4, 100], [5], [3, 3, 3, 3])
    scale = point.seasonal_scale(panel, np.array([3, 1, 3]), season=1)
    np.testing.assert_array_equal(scale, [1.5, np.nan, 0.0])


def test_mase_leaves_out_windows_without_a_scale() -> None:
    target = np.array([[1.0, 2.0], [5.0, 5.0], [7.0, 7.0]])
    forecast = target + 2
    assert point.mase(target, forecast, np.array([4.0, 0.0, np.nan])) == pytest.approx(0.5)
    assert np.isnan(point.mase(target, forecast, np.array([0.0, 0.0, np.nan])))


def test_nothing_observed_is_nan() -> None:
    target = np.full((2, 3), np.nan)
    for metric in (point.mae, point.mse, point.rmse, point.wape):
        assert np.isnan(metric(target, np.zeros((2, 3))))
    assert np.isnan(point.wape(np.zeros((2, 3)), np.ones((2, 3))))


def test_mae_by_step() -> None:
    target = np.array([[1.0, np.nan, np.nan], [1.0, 2.0, np.nan]])
    np.testing.assert_allclose(point.mae_by_step(target, np.zeros((2, 3))), [1.0, 2.0, np.nan])


@given(pairs)
def test_identities(pair: np.ndarray) -> None:
    target, forecast = pair
    assert point.mae(target, target) == 0.0
    assert point.mae(target, forecast) == pytest.approx(point.mae(forecast, target))
    assert point.rmse(target, forecast) >= point.mae(target, forecast) * (1 - 1e-9)
    assert point.mae(target, forecast) == pytest.approx(point.mae_by_step(target, forecast).mean())


@given(pairs, st.integers(0, 19), finite)
def test_a_missing_target_does_not_count_whatever_its_forecast(pair: np.ndarray, where: int, value: float) -> None:
    target, forecast = pair
    target.flat[where] = np.nan
    moved = forecast.copy()
    moved.flat[where] = value
    assert point.mae(target, forecast) == point.mae(target, moved)
    assert point.rmse(target, forecast) == point.rmse(target, moved)
