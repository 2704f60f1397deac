"""The scale of a series that training never saw and that has few readings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from data_panels import make_panel

from sextet.core.frequency import Frequency
from sextet.data.scale import TRANSFORMS, Scaler, Transform
from sextet.data.short_history import enough, missing_notes, short_notes


def waves(sizes: tuple[float, ...] = (1.0, 3.0, 20.0)) -> Scaler:
    """Trained on series of several sizes, each about 100 of its size with a daily wave of 20."""
    hours = np.arange(24 * 20)
    panel = make_panel([size * (100 + 20 * np.sin(2 * np.pi * hours / 24)) for size in sizes])
    return Scaler.fit(panel, panel.known)


def new(*y: float) -> Scaler:
    return waves().for_panel(replace(make_panel([y]), ids=("new",)))


def spread(scaler: Scaler) -> float:
    """Half of what lies between -1 and 1 of the scaled space, in the unit of the target."""
    low, high = scaler.from_z(np.array([-1.0, 1.0]), np.zeros(2, dtype=np.int64))
    return float(high - low) / 2


def test_two_readings_spread_as_the_series_of_training_do_for_their_level() -> None:
    usual = 20 / np.sqrt(2) / 100  # of the level
    assert spread(new(41.0, 43.0)) == pytest.approx(42 * usual, rel=0.1)
    assert spread(new(4100.0, 4300.0)) == pytest.approx(4200 * usual, rel=0.1)
    assert spread(new(41.0)) == pytest.approx(41 * usual, rel=0.1)
    assert new(41.0, 43.0).location[0] == pytest.approx(42)


def test_each_reading_counts_until_there_are_enough() -> None:
    draws = np.random.default_rng(0).normal(100, 1.0, 30)
    found = [spread(new(*draws[:count])) for count in (2, 6, 12, 18, 24, 30)]
    assert found == sorted(found, reverse=True)
    assert found[-2:] == [pytest.approx(draws[:24].std()), pytest.approx(draws.std())]


def test_a_first_reading_of_zero_spreads_as_training_does() -> None:
    assert spread(new(0.0)) == pytest.approx(3 * 20 / np.sqrt(2), rel=0.6)


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("y", [(41.0, 43.0), (0.5,), (1e6, 1e6, 1e6)])
def test_every_transform_gives_a_spread_in_proportion(transform: Transform, y: tuple[float, ...]) -> None:
    hours = np.arange(24 * 20)
    panel = make_panel([size * (100 + 20 * np.sin(2 * np.pi * hours / 24)) for size in (1.0, 50.0)])
    scaler = Scaler.fit(panel, panel.known, transform=transform)
    share = spread(scaler.for_panel(replace(make_panel([y]), ids=("new",)))) / np.mean(y)
    assert 0.05 < share < 0.3


def test_constant_series_of_training_say_nothing_of_spread() -> None:
    panel = make_panel([np.full(100, 7.0), np.full(100, 0.0), 100 + 10 * np.sin(np.arange(100.0))])
    scaler = Scaler.fit(panel, panel.known).for_panel(replace(make_panel([[50.0]]), ids=("new",)))
    assert spread(scaler) == pytest.approx(50 * 0.07, rel=0.2)
    flat = make_panel([np.full(100, 7.0)])
    assert Scaler.fit(flat, flat.known).for_panel(replace(make_panel([[50.0]]), ids=("new",))).scale[0] > 0


def test_a_season_is_enough_and_eight_at_least() -> None:
    assert [enough(Frequency.parse(name)) for name in ("h", "D", "MS", "5min", "YS")] == [24, 8, 12, 288, 8]


def test_series_with_few_readings_are_named() -> None:
    panel = replace(make_panel([[1.0, np.nan, 2.0], np.arange(24.0), [1.0]]), ids=("a", "b", "c"))
    (note,) = short_notes(panel, ("a", "b"))
    assert "the 24 that tell" in note and note.endswith("training: a has 2.")
    assert short_notes(panel, ("b",)) == []


def test_series_that_lack_readings_of_late_are_named() -> None:
    whole, holed = np.arange(60.0), np.arange(60.0)
    holed[40:55] = np.nan
    panel = replace(make_panel([whole, holed]), ids=("a", "b"))
    (note,) = missing_notes(panel, 30)
    assert "looks back on: 15 of 30 of 'b'." in note and "'a'" not in note
    assert missing_notes(panel, 5) == [] and "15 of 60" in missing_notes(panel, 500)[0]
    holed[43:55] = 1.0
    assert missing_notes(replace(make_panel([holed]), ids=("b",)), 60) == []  # a few are usual
