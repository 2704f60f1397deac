"""Units never mix; an interval holds its value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.planner.figures import Measured, Prediction, Quantity, Quoted

UNITS = st.sampled_from(["s", "bytes", "kWh", "KRW", "USD", "KRW/kWh"])
NUMBERS = st.floats(-1e12, 1e12)


@given(NUMBERS, NUMBERS, UNITS, UNITS)
def test_units_never_mix(a, b, first, second):
    one, two = Quantity(a, first), Quantity(b, second)
    if first == second:
        assert (one + two).value == a + b and (one - two).unit == first and (one < two) == (a < b)
        return
    for act in (lambda: one + two, lambda: one - two, lambda: one < two, lambda: one >= two, lambda: one / two):
        with pytest.raises(ConfigError, match="Units do not mix"):
            act()
    assert one != two


def test_a_rate_takes_what_it_is_for():
    price = Quantity(300, "KRW").per("kWh")
    assert price.of(Quantity(2, "kWh")) == Quantity(600, "KRW")
    with pytest.raises(ConfigError, match="Expected an amount in kWh; got 2 s"):
        price.of(Quantity(2, "s"))
    with pytest.raises(ConfigError, match="what a rate is for"):
        Quantity(2, "KRW").of(Quantity(2, "kWh"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ConfigError, match="finite number"):
        Quantity(value, "s")


def test_equal_quantities_are_one():
    assert len({Quantity(1, "s"), Quantity(1.0, "s"), Quantity(1, "W")}) == 2
    assert str(Quantity(6_000_000, "KRW")) == "6,000,000 KRW" and str(Quantity(0.81, "s") * 2) == "1.62 s"


def test_quoted_measured_and_predicted_are_different_types():
    given_ = {"quantity": Quantity(1, "s"), "source": "x", "date": "2026-11-25"}
    assert Quoted(**given_) != Measured(**given_)


def test_an_interval_holds_its_value_and_scales_as_one():
    one = Prediction(value=2, low=1, high=4, unit="s").scaled(1000, "ms")
    assert (one.low, one.value, one.high, one.quantity) == (1000, 2000, 4000, Quantity(2000, "ms"))
    with pytest.raises(ConfigError, match="low <= value <= high"):
        Prediction(value=5, low=1, high=4, unit="s")
