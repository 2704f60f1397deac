"""Numbers as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.planner.figures import Prediction, Quantity
from sextet.planner.wording import digits, digits_up, gib, interval, money, percent, times, took


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.00457, "4.57 ms"),
        (59.75, "59.8 s"),
        (300, "5.00 min"),
        (7300, "2.03 h"),
        (90_000, "25.0 h"),
        (864_000, "10.0 days"),
    ],
)
def test_times(seconds, said):
    assert took(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"), [(6e6, "6,000,000"), (12.7, "12.7"), (1.444, "1.44"), (0.00432, "0.00432"), (0, "0")]
)
def test_digits(value, said):
    assert digits(value) == said


def test_the_rest():
    assert money(Quantity(6e6, "KRW")) == "6,000,000 KRW" and gib(2**30) == "1.00"
    assert (times(1, 2), times(3, 2)) == ("0.50 of", "1.50 times")
    assert [percent(share) for share in (1.0, 0.5, 0.0)] == ["> 99.9 %", "50.0 %", "< 0.1 %"]
    assert interval(Prediction(value=60, low=30, high=120, unit="s")) == "60.0 s (30.0 s to 2.00 min)"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01234, "0.0124"), (0.0123, "0.0123"), (1.001, "1.01"), (11.11, "11.2"), (100.2, "101"), (240.0, "240")],
)
def test_what_is_needed_is_rounded_up(value, text):
    assert digits_up(value) == text


@given(st.floats(1e-6, 1e9))
def test_what_is_needed_is_never_said_to_be_less(value):
    assert value <= float(digits_up(value).replace(",", "")) <= value * 1.0101
