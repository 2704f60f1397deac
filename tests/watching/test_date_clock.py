"""Moments as the dates that they are of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.watching.clock import Clock
from sextet.watching.date_clock import DateClock

DATES = st.dates(min_value=datetime(1900, 1, 2).date(), max_value=datetime(2200, 1, 1).date())
DAY = 86_400.0


def day(text: str, zone: str | None = None) -> str:
    """The date and hour of a stamp, read by a clock of dates."""
    second = Clock(zone=DateClock(zone), epoch=True).second(text)
    assert second is not None
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H}"


@pytest.mark.parametrize(
    ("text", "zone", "date"),
    [
        ("2026-01-05", None, "2026-01-05 00"),
        ("2026-01-05T00:00:00+01:00", None, "2026-01-05 00"),
        ("2026-01-05T00:00:00-08:00", None, "2026-01-05 00"),
        ("2026-01-04T23:00:00Z", None, "2026-01-04 23"),
        ("2026-01-04T23:00:00Z", "Europe/Berlin", "2026-01-05 00"),
        ("2026-07-04T22:00:00Z", "Europe/Berlin", "2026-07-05 00"),
        ("2026-01-05", "Europe/Berlin", "2026-01-05 00"),
        ("05.01.2026 00:00 +0100", None, "2026-01-05 00"),
        ("1767567600", "Europe/Berlin", "2026-01-05 00"),
        ("1767571200", None, "2026-01-05 00"),
    ],
)
def test_a_stamp_is_of_the_date_that_it_shows_or_of_that_of_the_zone(text: str, zone: str | None, date: str) -> None:
    assert day(text, zone) == date


@given(date=DATES, minutes=st.integers(-14 * 60, 14 * 60))
def test_midnight_of_any_offset_is_its_own_date(date, minutes):
    stamp = datetime(date.year, date.month, date.day, tzinfo=timezone(timedelta(minutes=minutes)))
    second = Clock(zone=DateClock()).second(stamp.isoformat())
    assert second is not None and second % DAY == 0
    assert (datetime(1970, 1, 1) + timedelta(seconds=second)).date() == date


@given(date=DATES)
def test_midnight_of_a_zone_told_in_utc_is_the_date_there(date):
    clock = DateClock("+05:30")
    midnight = datetime(date.year, date.month, date.day, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    shown = clock.shown(midnight.timestamp(), 0.0)
    assert shown % DAY == 0 and (datetime(1970, 1, 1) + timedelta(seconds=shown)).date() == date
    assert not clock.never(shown)


def test_a_zone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigError, match="Atlantis"):
        DateClock("Europe/Atlantis")
