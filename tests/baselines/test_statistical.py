"""AutoETS, MSTL and AutoTheta: what statsforecast says, of the history alone, and seasonal naive where it fails."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest

from sextet.baselines import statistical
from sextet.baselines.classical import SeasonalNaive
from sextet.baselines.statistical import NAMES, Statistical, affordable, check_installed
from sextet.core.errors import DependencyError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared, prepare
from sextet.data.scale import Scaler

HORIZON = 5
PERCENTS = [20, 40, 60, 80, 90, 95]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("statsforecast", reason="needs the extra stats")


def prepared_of(*series: np.ndarray, freq: str = "h", transform: str = "none") -> Prepared:
    lengths = np.array([len(one) for one in series], dtype=np.int64)
    y = np.concatenate(series).astype(np.float64)
    panel = Panel(
        ids=tuple(f"s{k}" for k in range(len(series))),
        frequency=Frequency.parse(freq),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        first=np.full(len(series), 9000, dtype=np.int64),
        known=lengths,
        y=y,
        past=np.zeros((len(y), 0), np.float32),
        future=np.zeros((len(y), 0), np.float32),
        static=np.zeros((len(series), 0), np.float32),
    )
    return prepare(panel, Scaler.fit(panel, lengths, transform=transform))


def wave(rows: int, season: int = 24, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = 50 + np.cumsum(rng.normal(0, 0.1, rows))
    return level * (1 + 0.2 * np.sin(2 * np.pi * np.arange(rows) / season)) + rng.normal(0, 1, rows)


def model(name: str, prepared: Prepared) -> Statistical:
    seasons = prepared.panel.frequency.seasons
    spread = np.tile(np.linspace(-1, 1, len(LEVELS)), (HORIZON, 1))
    naive = SeasonalNaive(season=seasons[0])
    return Statistical(name=name, seasons=seasons, horizon=HORIZON, fallback=naive, errors=spread)


def at(prepared: Prepared, *places: tuple[int, int]) -> WindowIndex:
    series, row = (np.array(part) for part in zip(*places, strict=True))
    return WindowIndex(series=series.astype(np.int32), row=prepared.panel.offsets[series] + row)


def in_unit(prepared: Prepared, one: Statistical, index: WindowIndex) -> np.ndarray:
    return prepared.scaler.from_z(one.answer(prepared, index).quantiles, index.series)


@pytest.mark.parametrize("name", NAMES)
def test_forecasts_are_those_of_statsforecast_on_the_history(name: str) -> None:
    from statsforecast.models import MSTL, AutoETS, AutoTheta

    first, second = wave(200), wave(150, seed=1)
    prepared = prepared_of(first, second)
    one = model(name, prepared)
    found = in_unit(prepared, one, at(prepared, (0, 180), (1, 120)))
    kwargs = {"seasonal_jump": 2, "trend_jump": 5, "low_pass_jump": 3}
    direct = {
        "autoets": AutoETS(season_length=24),
        "autotheta": AutoTheta(season_length=24),
        "mstl": MSTL(season_length=24, stl_kwargs=kwargs),
    }[name]
    for w, history in enumerate((first[:180], second[:120])):
        told = direct.forecast(y=history, h=HORIZON, level=PERCENTS)
        np.testing.assert_allclose(found[w, :, MEDIAN], told["mean"], rtol=1e-4)
        for level, key in ((0.025, "lo-95"), (0.1, "lo-80"), (0.6, "hi-20"), (0.95, "hi-90")):
            np.testing.assert_allclose(found[w, :, LEVELS.index(level)], told[key], rtol=1e-3, atol=0.02)
    assert (np.diff(found, axis=-1) >= 0).all()
    assert one.note() == ""


@pytest.mark.parametrize("name", NAMES)
def test_the_future_is_not_read_and_the_generator_is_left_alone(name: str) -> None:
    y = wave(160)
    changed = y.copy()
    changed[120:] = np.nan
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    answers = []
    for values in (y, changed):
        prepared = prepared_of(values)
        same = prepare(prepared.panel, Scaler.fit(prepared.panel, np.array([120])))
        answers.append(model(name, same).answer(same, at(same, (0, 120))).quantiles)
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_gaps_hold_the_last_value_and_rows_before_the_first_are_left_out() -> None:
    y = wave(150)
    y[:20] = np.nan
    y[60:70] = np.nan
    filled = y[20:].copy()
    filled[40:50] = filled[39]
    gappy, whole = prepared_of(y), prepared_of(filled)
    found = in_unit(gappy, model("autoets", gappy), at(gappy, (0, 140)))
    expected = in_unit(whole, model("autoets", whole), at(whole, (0, 120)))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_frequency_without_season_is_forecast_too(name: str) -> None:
    prepared = prepared_of(wave(60, season=7), freq="YS")
    assert prepared.panel.frequency.seasons == (1,)
    one = model(name, prepared)
    assert np.isfinite(one.answer(prepared, at(prepared, (0, 50))).quantiles).all()
    assert one.note() == ""


@pytest.mark.parametrize(
    ("name", "freq", "rows", "seasons"),
    [
        ("mstl", "h", 800, (24, 168)),
        ("mstl", "h", 300, (24,)),
        ("mstl", "h", 40, ()),
        ("mstl", "min", 20_000, (1440,)),
        ("autoets", "h", 800, (24,)),
        ("autoets", "5min", 5000, ()),
        ("autotheta", "5min", 5000, (288,)),
        ("autotheta", "min", 50_000, ()),
        ("autoets", "D", 13, ()),
    ],
)
def test_seasons_that_the_history_holds_twice(name: str, freq: str, rows: int, seasons: tuple[int, ...]) -> None:
    one = Statistical(
        name=name,
        seasons=Frequency.parse(freq).seasons,
        horizon=HORIZON,
        fallback=SeasonalNaive(season=1),
        errors=np.zeros((HORIZON, len(LEVELS))),
    )
    assert one._seasons(rows) == seasons


def test_several_seasons_at_once_see_what_one_does_not() -> None:
    rows = np.arange(1100)
    y = (
        50
        + 5 * np.sin(2 * np.pi * rows / 24)
        + 20 * (rows // 24 % 7 == 6)
        + np.random.default_rng(0).normal(0, 0.3, 1100)
    )
    prepared = prepared_of(y)
    cutoff = 6 * 24 + 24 * 7 * 5 + 22  # two hours before the end of the seventh day
    found = in_unit(prepared, model("mstl", prepared), at(prepared, (0, cutoff)))
    assert np.abs(found[0, :, MEDIAN] - y[cutoff : cutoff + HORIZON]).max() < 4


def test_where_a_fit_fails_seasonal_naive_stands_in_and_it_is_told() -> None:
    unseen = np.full(60, np.nan)
    unseen[50:] = 1.0
    prepared = prepared_of(wave(60), unseen)
    one = model("autoets", prepared)
    index = at(prepared, (0, 50), (0, 2), (1, 40), (1, 45))
    found = one.answer(prepared, index).quantiles
    naive = one.fallback.point(prepared, index, HORIZON)[..., None] + one.errors
    np.testing.assert_allclose(found[1:], naive[1:], rtol=1e-5)
    assert np.abs(found[0] - naive[0]).max() > 0.01
    assert one.note() == (
        "AutoETS could not be fitted for 3 of 4 windows (no value is observed in its history); "
        "seasonal naive over 24 steps stands in there."
    )


@pytest.mark.parametrize("transform", ["log1p", "boxcox"])
def test_quantiles_stay_in_the_domain_of_the_transform(transform: str) -> None:
    y = np.abs(np.random.default_rng(0).normal(0, 1, 80)) ** 3 + 0.01
    prepared = prepared_of(y, transform=transform)
    found = model("autoets", prepared).answer(prepared, at(prepared, (0, 70))).quantiles
    assert np.isfinite(found).all()
    assert (np.diff(found, axis=-1) >= 0).all()


def test_quantiles_rise_from_a_point_forecast_beside_them() -> None:
    crossed = np.array([[3.0, 1.0, 2.0, 2.5, 2.6, 2.7, 2.0, 2.2, 2.1, 1.0, 3.0, 4.0, 5.0]])
    found = statistical._around_median(crossed)
    assert found[0, MEDIAN] == 2.0
    assert (np.diff(found) >= 0).all()


def test_models_that_would_take_too_long_are_left_out_with_a_reason() -> None:
    names = ("ridge", "autoets", "mstl")
    assert affordable(names, 500) == (names, ())
    kept, notes = affordable(names, 501)
    assert kept == ("ridge", "mstl")
    assert len(notes) == 1 and "AutoETS is left out" in notes[0] and "501 times" in notes[0] and "500" in notes[0]
    assert affordable(names, 501, most={"mstl": 10})[0] == ("ridge", "autoets")


def test_without_statsforecast_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    with pytest.raises(DependencyError, match=r"pip install '\.\[stats\]'"):
        check_installed()


def test_nothing_is_imported_before_it_is_needed() -> None:
    code = "import sys, sextet.baselines.statistical; sys.exit('statsforecast' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
