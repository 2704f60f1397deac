"""Amounts of money as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.planner.amounts import amount, rate
from sextet.planner.figures import Quantity


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("6000000KRW", 6e6, "KRW"),
        ("6,000,000 won", 6e6, "KRW"),
        ("6 million KRW", 6e6, "KRW"),
        ("₩6_000_000", 6e6, "KRW"),
        ("4500 USD", 4500, "USD"),
        ("$4,500.50", 4500.5, "USD"),
        ("4.5k usd", 4500, "USD"),
        ("6e6KRW", 6e6, "KRW"),
    ],
)
def test_amounts_are_read(text, value, unit):
    assert amount(text, "--budget") == Quantity(value, unit)


@given(st.integers(0, 10**10), st.sampled_from(["KRW", "USD"]), st.booleans())
def test_what_is_written_is_read_again(value, unit, spaced):
    text = f"{value:,} {unit}" if spaced else f"{value}{unit}"
    assert amount(text, "--budget") == Quantity(float(value), unit)


@pytest.mark.parametrize("text", ["307.3KRW", "307.3 KRW/kWh", "₩307.3/kWh"])
def test_the_price_of_a_kwh_may_leave_out_its_kwh(text):
    assert rate(text, "--electricity") == Quantity(307.3, "KRW/kWh")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("6000000", "with one currency"),
        ("KRW", "an amount with its currency"),
        ("six million won", "an amount with its currency"),
        ("-5 USD", "an amount with its currency"),
        ("5 EUR", "no currency 'EUR'"),
        ("5 KWR", "did you mean 'KRW'"),
        ("$5 USD", "with one currency"),
        ("5 USD/kWh", "an amount with its currency"),
        ("5,00 USD", "an amount with its currency"),
        ("", "an amount with its currency"),
    ],
)
def test_what_is_no_amount_is_refused_with_one_message(text, why):
    with pytest.raises(ConfigError, match=why):
        amount(text, "--budget")


def test_what_is_no_price_of_electricity_is_refused():
    with pytest.raises(ConfigError, match="price of a kWh"):
        rate("cheap", "--electricity")
