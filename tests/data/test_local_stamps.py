"""Stamps as people read them, across changes of the clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.data.local_stamps import iso_texts, minute_text, moment, stamp_text


def test_without_a_zone_there_is_no_clock_at_midnight() -> None:
    assert stamp_text(np.datetime64("2024-03-01")) == "2024-03-01"
    assert stamp_text(np.datetime64("2024-03-01T10:05")) == "2024-03-01 10:05"
    assert stamp_text(np.datetime64("2024-03-01T10:05:07")) == "2024-03-01 10:05:07"
    assert minute_text(np.datetime64("2024-03-01", "ns"), None) == "2024-03-01 00:00"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("+05:30", "2024-01-01 17:30 UTC+05:30"),
        ("Asia/Tokyo", "2024-01-01 21:00 JST"),
        ("Z", "2024-01-01 12:00 UTC"),
        ("America/Sao_Paulo", "2024-01-01 09:00 UTC-03:00"),
    ],
)
def test_the_zone_is_said(zone: str, text: str) -> None:
    assert stamp_text(np.datetime64("2024-01-01T12:00"), zone) == text


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    stamps = np.array(["2024-10-27T00:00", "2024-10-27T01:00", "2024-10-26T22:00"], dtype="datetime64[ns]")
    told = [stamp_text(stamp, "Europe/Berlin") for stamp in stamps]
    assert told == ["2024-10-27 02:00 CEST", "2024-10-27 02:00 CET", "2024-10-27 00:00 CEST"]
    assert iso_texts(stamps, "Europe/Berlin")[:2] == ["2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"]
    assert iso_texts(stamps, None)[0] == "2024-10-27T00:00:00" and iso_texts(stamps[:0], None) == []


@given(second=st.integers(0, 2_000_000_000), zone=st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "-03:00"]))
def test_iso_texts_are_the_same_moments(second: int, zone: str) -> None:
    stamp = np.datetime64(second, "s")
    assert moment(stamp, zone).timestamp() == second
    assert (
        np.datetime64(iso_texts(np.array([stamp]), zone)[0][:19])
        - np.timedelta64(int(moment(stamp, zone).utcoffset().total_seconds()), "s")
        == stamp
    )
