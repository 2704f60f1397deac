"""Classical forecasts: exact where their assumption holds, blind to the future, and safe with little history."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scaled_panels import Scaled, at
from scaled_panels import scaled as columns

from sextet.baselines.classical import (
    CalendarProfile,
    Classical,
    DampedDrift,
    SeasonalNaive,
    candidates,
    from_plain,
    median_of_known,
    to_plain,
)
from sextet.baselines.own_autoregression import OwnAutoregression
from sextet.core.frequency import Frequency

MODELS: list[Classical] = [
    SeasonalNaive(season=1),
    SeasonalNaive(season=6),
    DampedDrift(span=3, damping=0.9),
    CalendarProfile(season=6, cycles=3, span=2, persistence=0.8),
]


def scaled(y: np.ndarray, observed: np.ndarray | None = None) -> Scaled:
    one = columns(np.asarray(y, dtype=float)[None])
    return one if observed is None else replace(one, observed=observed)


def test_a_periodic_series_is_forecast_exactly_by_season_and_by_profile() -> None:
    y = np.tile([1.0, 5.0, 2.0, 8.0, 3.0, 0.0], 8)
    data, rows = scaled(y), at(24, 27, 30)
    expected = np.stack([y[row : row + 13] for row in rows.row])
    for model in (SeasonalNaive(season=6), CalendarProfile(season=6, cycles=2, span=1, persistence=0.5)):
        np.testing.assert_allclose(model.point(data, rows, 13), expected)


def test_a_lasting_shift_is_carried_on_by_the_profile_and_a_passing_one_fades() -> None:
    y = np.tile([0.0, 2.0, 0.0, 1.0], 10)
    y[38:] += 10.0
    lasting = CalendarProfile(season=4, cycles=4, span=2, persistence=1.0).point(scaled(y), at(40), 4)
    np.testing.assert_allclose(lasting, [[10, 12, 10, 11]])
    fading = CalendarProfile(season=4, cycles=4, span=2, persistence=0.5).point(scaled(y), at(40), 4)
    np.testing.assert_allclose(fading, [[5, 4.5, 1.25, 1.625]])


def test_one_spike_does_not_enter_the_profile() -> None:
    y = np.tile([1.0, 5.0, 2.0], 8)
    y[19] = 500.0
    np.testing.assert_allclose(
        CalendarProfile(season=3, cycles=4, span=1, persistence=0.0).point(scaled(y), at(24), 3), [[1, 5, 2]]
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ((24, 4, 1, 0.0), "the usual value at this point of the last 4 seasons of 24 steps"),
        (
            (24, 1, 1, 1.0),
            "the usual value at this point of the last season of 24 steps, plus how far the last value lies from what "
            "is usual for it",
        ),
        (
            (168, 8, 24, 0.995),
            "the usual value at this point of the last 8 seasons of 168 steps, plus how far the last 24 values lie on "
            "average from what is usual for them, which fades by 0.5 % a step",
        ),
    ],
)
def test_a_profile_says_in_words_what_it_does(settings: tuple[int, int, int, float], words: str) -> None:
    season, cycles, span, persistence = settings
    assert CalendarProfile(season=season, cycles=cycles, span=span, persistence=persistence).label == words


def test_every_profile_to_choose_from_has_words_of_its_own() -> None:
    profiles = [one for one in candidates(Frequency.parse("h"), 2000) if isinstance(one, CalendarProfile)]
    assert len({one.label for one in profiles}) == len(profiles)


def test_drift_by_hand() -> None:
    y = np.arange(10.0) * 2
    np.testing.assert_allclose(DampedDrift(span=3, damping=1.0).point(scaled(y), at(10), 3), [[20, 22, 24]])
    np.testing.assert_allclose(DampedDrift(span=3, damping=0.5).point(scaled(y), at(10), 3), [[19, 19.5, 19.75]])


def test_a_gap_is_not_part_of_the_profile() -> None:
    y = np.tile([1.0, 5.0], 6)
    observed = np.ones(12, bool)
    y[7], observed[7] = 99.0, False
    model = CalendarProfile(season=2, cycles=3, span=1, persistence=0.0)
    np.testing.assert_allclose(model.point(scaled(y, observed), at(10), 2), [[1, 5]])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.label)
def test_short_history_falls_back_to_what_there_is(model: Classical) -> None:
    out = model.point(scaled(np.array([3.0, 3.0, 7.0])), at(1, 2), 4)
    assert out.shape == (2, 4)
    np.testing.assert_allclose(out, 3.0)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.label)
@given(
    y=hnp.arrays(np.float64, 40, elements=st.floats(-5, 5, width=32)),
    row=st.integers(2, 36),
    noise=st.floats(-100, 100, width=32),
)
def test_nothing_from_the_first_target_on_is_read(model: Classical, y: np.ndarray, row: int, noise: float) -> None:
    changed = y.copy()
    changed[row:] += noise
    np.testing.assert_array_equal(model.point(scaled(y), at(row), 9), model.point(scaled(changed), at(row), 9))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.label)
@given(y=hnp.arrays(np.float64, 60, elements=st.floats(-5, 5, width=32)))
def test_no_more_than_its_reach_is_read(model: Classical, y: np.ndarray) -> None:
    cut = y[60 - model.reach :]
    np.testing.assert_allclose(
        model.point(scaled(cut), at(model.reach), 9), model.point(scaled(y), at(60), 9), atol=1e-6
    )


def test_candidates_need_two_seasons_and_fit_the_history() -> None:
    few = candidates(Frequency.parse("h"), 30)
    assert all(one.reach <= 30 for one in few)
    assert not any(isinstance(one, CalendarProfile) for one in few)
    many = candidates(Frequency.parse("h"), 2000)
    assert {one.season for one in many if isinstance(one, SeasonalNaive)} == {1, 24, 168}
    assert len(set(many)) == len(many)
    assert candidates(Frequency.parse("h"), 2, kinds=("calendar-profile",)) == (SeasonalNaive(season=1),)
    assert {one.cycles for one in many if isinstance(one, OwnAutoregression)} == {1, 2, 7}
    by_second = candidates(Frequency.parse("s"), 10_000_000)
    assert not any(isinstance(one, OwnAutoregression) for one in by_second)  # a day of seconds is too long for lags
    own = candidates(Frequency.parse("h"), 2000, kinds=("seasonal-naive",), season=10)
    assert own == (SeasonalNaive(season=1), SeasonalNaive(season=10))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.label)
def test_plain_values_give_the_model_back(model: Classical) -> None:
    assert from_plain(to_plain(model)) == model


@given(hnp.arrays(np.float64, (3, 5), elements=st.one_of(st.floats(-9, 9), st.just(float("nan")))))
def test_median_of_known_is_nanmedian(values: np.ndarray) -> None:
    expected = [np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else np.nan for row in values]
    np.testing.assert_allclose(median_of_known(values), expected)
