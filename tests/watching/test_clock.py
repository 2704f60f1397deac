"""Stamps as seconds."""

from __future__ import annotations

import pytest

from sextet.watching.clock import Clock
from sextet.watching.zone_clock import ZoneClock


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("1970-01-01", 0.0),
        ("1970-01-02 00:00:01", 86_401.0),
        ("1970-01-01T00:00:00.5", 0.5),
        ("1970-01-01T01:00+01:00", 0.0),
        ("1970-01-01T00:00:00Z", 0.0),
        ("1969-12-31 23:59:59", -1.0),
        ("02.01.1970 00:00", 86_400.0),
        ("1970/01/02 12:00", 129_600.0),
    ],
)
def test_stamps_are_read(text: str, second: float) -> None:
    assert Clock().second(text) == second


@pytest.mark.parametrize("text", ["", "ds", "1.5", "yesterday", "2024-13-01", "2024-02-30 10:00"])
def test_what_is_no_stamp(text: str) -> None:
    assert Clock().second(text) is None


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12-31T00:00:00Z", "0001-01-01 00:00", "9999999999"])
def test_a_moment_that_nanoseconds_do_not_reach_is_no_stamp(text: str) -> None:
    clock = Clock(epoch=True, zone=ZoneClock("Europe/Berlin"))
    assert clock.second(text) is None
    assert clock.refusal(text) == f"{text!r} lies outside the years 1678 to 2261"
    assert clock.second("2261-12-31 23:00") is not None


def test_the_first_layout_holds_for_the_column() -> None:
    clock = Clock()
    assert clock.second("31.12.1969 00:00") == -86_400.0
    assert clock.second("01.02.1970 00:00") == 31 * 86_400.0
    assert clock.second("1970 Q1") is None


@pytest.mark.parametrize("digits", [0, 3, 6, 9])
def test_whole_numbers_since_1970_where_they_may_be_stamps(digits: int) -> None:
    text = "1704067200" + "0" * digits
    assert Clock(epoch=True).second(text) == 1_704_067_200.0
    assert Clock().second(text) is None and Clock(epoch=True).second("17040672001") is None
    assert Clock(epoch=True).second("1704071000400") == 1_704_071_000.4
    clock = Clock(epoch=True)
    clock.hear(text, False)
    unit = {0: "seconds", 3: "milliseconds", 6: "microseconds", 9: "nanoseconds"}[digits]
    assert clock.plain and f"such as {text} were read as {unit} since 1970" in clock.note


def test_what_is_heard_is_open_until_a_stamp_tells_day_from_month() -> None:
    clock = Clock()
    for text, still in (("01/02/1970", True), ("02/02/1970", True), ("13/02/1970", False), ("01/03/1970", False)):
        clock.hear(text, False)
        assert clock.open == still
    assert clock.layout == "day/month/year" and clock.second("01/02/1970") == 31 * 86_400.0
    assert clock.refusal("02/13/1970") == (
        "'02/13/1970' is no time (day/month/year), but would be one with --dates month/day/year"
    )


def test_a_heard_text_that_is_no_stamp_settles_nothing() -> None:
    clock = Clock()
    for text in ("total 7", "13.02.1970"):
        clock.hear(text, False)
    assert clock.layout == "day/month/year" and clock.refusal("x") == "'x' is no time (day/month/year)"
