"""Stamps as text: layouts, impossible dates, offsets."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.data.hints import Hints
from sextet.data.stamp_text import NAIVE, choose_layout, offset_name, parse_stamps


@given(
    stamps=st.lists(st.datetimes(datetime(1700, 1, 1), datetime(2260, 1, 1)), min_size=1, max_size=20),
    form=st.sampled_from(["%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M"]),
)
def test_iso_text_round_trips(stamps: list[datetime], form: str) -> None:
    text = [stamp.strftime(form) for stamp in stamps]
    expected = [np.datetime64(datetime.strptime(t, form), "ns") for t in text]
    parsed = parse_stamps(pa.array(text), "year-month-day")
    assert parsed.ok.all() and (parsed.minutes == NAIVE).all()
    np.testing.assert_array_equal(parsed.ns.view("datetime64[ns]"), np.array(expected))


@given(stamps=st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=10))
def test_the_pattern_and_the_quick_way_agree(stamps: list[datetime]) -> None:
    text = [stamp.strftime("%Y-%m-%d %H:%M:%S") for stamp in stamps]
    slow = parse_stamps(pa.array([*text, "2024-1-5"]), "year-month-day")  # one short form takes the patterns' way
    quick = parse_stamps(pa.array(text), "year-month-day")
    np.testing.assert_array_equal(slow.ns[:-1], quick.ns)


@pytest.mark.parametrize(
    ("text", "layout", "expected"),
    [
        ("31.12.2023 23:59:59", "day/month/year", "2023-12-31T23:59:59"),
        ("12/31/23 11:30 PM", "month/day/year", "2023-12-31T23:30"),
        ("12/31/1999 12:05 am", "month/day/year", "1999-12-31T00:05"),
        ("20240229", "yearmonthday", "2024-02-29"),
        ("2 March 2024", "day monthname year", "2024-03-02"),
        ("Mar 2, 2024 05:00", "monthname day, year", "2024-03-02T05:00"),
        ("2024-07", "year-month", "2024-07-01"),
        ("2024Q3", "year quarter", "2024-07-01"),
        ("2024", "year", "2024-01-01"),
    ],
)
def test_layouts(text: str, layout: str, expected: str) -> None:
    parsed = parse_stamps(pa.array([text]), layout)
    assert parsed.ok[0] and parsed.ns.view("datetime64[ns]")[0] == np.datetime64(expected)
    found = choose_layout(pa.array([text, text]))
    assert found is not None


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2024-13-01", "2024-01-01 24:00", "2024-01-01 10:61", "0001-01-01", "2024-01-01 00:00+25:00"]
)
def test_impossible_dates_are_not_ok(text: str) -> None:
    assert not parse_stamps(pa.array([text, "2024-1-1"]), "year-month-day").ok[0]


def test_offsets_become_utc() -> None:
    parsed = parse_stamps(pa.array(["2024-01-01T00:00+05:30", "2024-01-01 00:00:00Z", "2024-01-01"]), "year-month-day")
    assert parsed.minutes.tolist() == [330, 0, NAIVE]
    assert parsed.ns.view("datetime64[ns]")[0] == np.datetime64("2023-12-31T18:30")
    assert offset_name(330) == "+05:30" and offset_name(0) == "UTC" and offset_name(-150) == "-02:30"


def test_what_is_no_date_has_no_layout() -> None:
    assert choose_layout(pa.array(["red", "blue"])) is None


def test_one_text_that_is_no_date_does_not_hide_the_order_of_the_others() -> None:
    text = [f"{1 + k % 3:02d}/{1 + k // 3:02d}/2024" for k in range(9)]
    wanted = choose_layout(pa.array(text))
    assert wanted is not None and choose_layout(pa.array([*text, "total"])) == wanted


def test_an_order_that_was_told_counts_unless_no_text_has_it() -> None:
    both = pa.array(["01/02/2024", "01/03/2024", "01/04/2024"])
    for order in ("day/month/year", "month/day/year"):
        found = choose_layout(both, Hints(dates=order))
        assert found is not None and found.sure and found.name == order and found.note.endswith(f"read as {order}.")
    found = choose_layout(pa.array(["13/02/2024"]), Hints(dates="month/day/year"))
    assert found is not None and found.name == "day/month/year" and "are no month/day/year" in found.note


def test_stamps_that_are_the_same_in_both_orders_need_no_note() -> None:
    found = choose_layout(pa.array(["01/01/2023", "01/01/2024"]))
    assert found is not None and not found.note and not found.sure
