"""Calendar features: the right cycles, the right phase, by the clock of the zone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from data_panels import make_panel
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.frequency import Frequency
from sextet.data.calendar import Calendar, calendar_features, cycles_of, repeated_cycles
from sextet.data.clock import local_time, to_utc, utc_offsets


@pytest.mark.parametrize(
    ("freq", "cycles"),
    [
        ("5min", ("day", "week", "year")),
        ("D", ("week", "year")),
        ("B", ("week", "year")),
        ("W", ("year",)),
        ("MS", ("year",)),
        ("QS", ("year",)),
        ("YS", ()),
    ],
)
def test_cycles_by_frequency(freq: str, cycles: tuple[str, ...]) -> None:
    assert cycles_of(Frequency.parse(freq)) == cycles


@pytest.mark.parametrize(("rows", "cycles"), [(47, ()), (48, ("day",)), (336, ("day", "week"))])
def test_only_cycles_gone_through_twice_count(rows: int, cycles: tuple[str, ...]) -> None:
    assert repeated_cycles(Frequency.parse("h"), rows) == cycles


@pytest.mark.parametrize("tz", [None, "Europe/Berlin", "America/New_York", "+05:30"])
def test_phases_follow_the_local_clock(tz: str | None) -> None:
    frequency = Frequency.parse("h")
    ordinals = np.arange(470_000, 470_000 + 9000)
    stamps = pd.DatetimeIndex(frequency.stamps(ordinals))
    local = stamps if tz is None else stamps.tz_localize("UTC").tz_convert(tz)
    out = calendar_features(frequency, ordinals, tz)
    day = 2 * np.pi * (local.hour + local.minute / 60).to_numpy() / 24
    week = 2 * np.pi * local.day_of_week.to_numpy() / 7
    year = 2 * np.pi * (local.day_of_year.to_numpy() - 1) / 365.2425
    expected = np.stack([f(a) for a in (day, week, year) for f in (np.sin, np.cos)], axis=-1)
    np.testing.assert_allclose(out, expected, atol=2e-6)


def test_the_table_and_the_formula_agree() -> None:
    panel = replace(make_panel([range(50), range(80)]), tz="Europe/Berlin")
    calendar = Calendar.of(panel)
    assert len(calendar.table)
    ordinals = panel.first[:, None] + np.arange(-20, 90)
    formula = calendar_features(panel.frequency, ordinals, panel.tz)
    np.testing.assert_array_equal(calendar.features(ordinals), formula)
    far = ordinals + 10_000_000
    np.testing.assert_array_equal(calendar.features(far), calendar_features(panel.frequency, far, panel.tz))


@given(
    seconds=st.lists(st.integers(0, 2_200_000_000), min_size=1, max_size=20),
    tz=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "-03:00"]),
)
def test_offsets_agree_with_pandas(seconds: list[int], tz: str) -> None:
    ns = np.array(seconds, dtype=np.int64) * 1_000_000_000
    zone = "Etc/GMT+3" if tz == "-03:00" else tz
    local = pd.DatetimeIndex(ns.view("datetime64[ns]"), tz="UTC").tz_convert(zone).tz_localize(None)
    expected = local.to_numpy().astype("datetime64[ns]").view(np.int64)
    np.testing.assert_array_equal(local_time(ns, tz), expected)
    np.testing.assert_array_equal(utc_offsets(ns, tz), expected - ns)


@given(seconds=st.integers(0, 2_200_000_000), tz=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]))
def test_wall_clock_goes_back_to_utc(seconds: int, tz: str) -> None:
    utc = np.array([seconds * 1_000_000_000])
    wall = local_time(utc, tz)
    back = [to_utc(wall, tz, np.array([second])) for second in (False, True)]
    assert not any(never.any() for _, never in back)
    assert utc[0] in (back[0][0][0], back[1][0][0])
