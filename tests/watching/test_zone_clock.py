"""Stamps by the clock of a zone, told in the order of their series."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.data.clock import local_time, to_utc
from sextet.watching.zone_clock import ZoneClock

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "+05:30", "UTC"]


def at(text: str) -> float:
    """Seconds since 1970 of a text, as if in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def read(texts: list[str], zone: str = "Europe/Berlin", series: str = "") -> list[str | None]:
    """The moments of what the clock showed, as texts in UTC."""
    clock = ZoneClock(zone)
    found = [clock.second(at(text), series) for text in texts]
    return [None if second is None else f"{datetime.fromtimestamp(second, UTC):%H:%M}" for second in found]


def test_an_hour_that_comes_twice_is_told_apart_by_order() -> None:
    day = "2024-10-27 "
    whole = [day + time for time in ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")]
    assert read(whole) == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]
    # rows that did not come: what steps back, or comes again, is of the second pass
    assert read([day + "02:30", day + "02:15", day + "03:00"]) == ["00:30", "01:15", "02:00"]
    assert read([day + "02:30", day + "02:30", day + "02:30"]) == ["00:30", "01:30", "01:30"]
    assert read([day + "01:00", day + "02:45"]) == ["23:00", "00:45"]
    # a row later than the second pass is late, and hides none after it
    assert read([day + time for time in ("02:00", "02:00", "02:30", "01:30", "02:45")])[-2:] == ["23:30", "01:45"]


def test_what_the_clock_never_showed() -> None:
    assert read(["2024-03-31 01:59", "2024-03-31 02:00", "2024-03-31 02:59", "2024-03-31 03:00"]) == [
        *("00:59", None, None, "01:00")
    ]
    clock = ZoneClock("Europe/Berlin")
    assert clock.never(at("2024-03-31 02:30")) and not clock.never(at("2024-10-27 02:30"))
    assert read(["2024-03-31 02:30", "2024-10-27 02:30", "2024-10-27 02:30"], "+01:00") == ["01:30"] * 3


def test_each_series_has_an_order_of_its_own() -> None:
    clock = ZoneClock("Europe/Berlin")
    twice = at("2024-10-27 02:00")
    first, second = at("2024-10-27 00:00"), at("2024-10-27 01:00")
    assert [clock.second(twice, name) for name in ("a", "b", "a", "b")] == [first, first, second, second]


def test_it_goes_on_from_where_an_earlier_watch_had_come() -> None:
    first, second = at("2024-10-27 00:00"), at("2024-10-27 01:00")
    clock = ZoneClock("Europe/Berlin", {"a": at("2024-10-27 00:30"), "b": -math.inf}.__getitem__)
    assert clock.second(at("2024-10-27 02:00"), "a") == second and clock.second(at("2024-10-27 02:00"), "b") == first
    # a file that is read from its start again is told by its own order
    clock = ZoneClock("Europe/Berlin", lambda series: at("2024-10-27 00:30"))
    assert clock.second(at("2024-10-27 01:00"), "a") == at("2024-10-26 23:00")
    assert clock.second(at("2024-10-27 02:00"), "a") == first
    clock = ZoneClock("Europe/Berlin", lambda series: at("2024-12-24 00:00"))
    assert [clock.second(at("2024-10-27 02:00"), "a") for _ in range(2)] == [first, second]


def test_no_zone_is_refused() -> None:
    with pytest.raises(ConfigError, match="Expected a time zone such as Europe/Berlin"):
        ZoneClock("Berlin")


@given(
    st.integers(int(at("2000-01-01")), int(at("2030-01-01"))),
    st.sampled_from([7, 300, 900, 1800, 3600]),
    st.sampled_from(ZONES),
    st.sampled_from(["", "2024-03-30 20:00", "2024-10-26 20:00", "2024-11-02 20:00", "2024-04-06 10:00"]),
)
def test_a_stream_in_order_is_read_as_the_moments_it_was_written_at(
    start: int, step: int, zone: str, near: str
) -> None:
    first = int(at(near)) if near else start
    utc = (first + step * np.arange(150)) * 1_000_000_000
    wall = local_time(utc, zone)
    read_first, _ = to_utc(wall[:1], zone, np.zeros(1, bool))
    assume(read_first[0] == utc[0])  # else it begins in the second pass, which nothing before it tells
    clock = ZoneClock(zone)
    assert [clock.second(second, "") for second in (wall / 1e9).tolist()] == (utc / 1e9).tolist()


@given(st.integers(int(at("2000-01-01")), int(at("2030-01-01"))), st.sampled_from(ZONES))
def test_a_stamp_alone_is_read_as_in_training(wall: int, zone: str) -> None:
    ns = np.array([wall]) * 1_000_000_000
    utc, never = to_utc(ns, zone, np.zeros(1, bool))
    assert ZoneClock(zone).second(float(wall), "") == (None if never[0] else utc[0] / 1e9)


@given(st.sampled_from(["0001-01-01", "9999-12-31 23:59:59", "1678-01-01", "2261-12-31"]), st.sampled_from(ZONES))
def test_any_year_has_a_moment(text: str, zone: str) -> None:
    assert abs((ZoneClock(zone).second(at(text), "") or 0.0) - at(text)) < 86_400
