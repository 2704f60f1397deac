"""Numbers of a plan as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.report.plain import column
from sextet.report.plan_text import ends_text, money_text, range_text, short_money, time_text, time_unit
from sextet.report.tables import cell_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.0045, "4.50 ms"), (64.0, "64.0 s"), (190.0, "3.17 min"), (7200.0, "2.00 h"), (90_000.0, "25.0 h")],
)
def test_a_time_has_the_unit_that_suits_it(seconds, text):
    assert time_text(seconds) == text
    assert cell_text(seconds, "duration") == text


@given(st.floats(1e-6, 1e9))
def test_a_unit_leaves_at_least_two_of_it_where_there_is_a_smaller_one(seconds):
    name, size = time_unit(seconds)
    assert seconds / size >= 2 or name == "ms"


def test_an_interval_is_told_in_the_unit_of_its_middle():
    assert range_text(240.0, 90.0, 600.0) == "4.00 min (1.5 to 10)"
    assert ends_text(90.0, 600.0) == "90 s to 10 min"


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (None, "KRW", "–"),
        (6e6, "KRW", "6,000,000 KRW"),
        (13.6, "KRW", "13.6 KRW"),
        (9.5, "KRW", "9.50 KRW"),
        (0.00202, "USD", "0.00202 USD"),
        (450.0, "USD", "450 USD"),
        (0.05, "USD", "0.05 USD"),
    ],
)
def test_money(amount, unit, text):
    assert money_text(amount, unit) == text


def test_money_on_an_axis_is_short():
    assert [short_money(value) for value in (20e6, 1.5e6, 500_000, 450, 0)] == ["20 M", "1.5 M", "500 k", "450", "0"]


def test_cells_of_a_plan():
    assert (cell_text(9.34, "points"), cell_text(None, "points")) == ("9.3", "–")
    assert (cell_text(0.05, "short"), cell_text(1234.5, "short")) == ("0.0500", "1,234")
    assert column("a", "A", "duration")["format"] == "duration"
