"""Terms of a comparison: money in one currency, refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.planner.cost import ELECTRICITY
from sextet.planner.figures import Quantity, Quoted
from sextet.planner.terms import Terms


@given(st.floats(0, 1e9), st.floats(1, 5000))
def test_money_there_and_back_is_what_it_was(value, rate):
    won = Quoted(quantity=Quantity(rate, "KRW/USD"), source="a bank", date="2026-11-25")
    in_won = Terms(won_per_dollar=won)
    in_dollars = Terms(won_per_dollar=won, electricity=ELECTRICITY["USD"])
    assert (in_won.currency, in_dollars.currency) == ("KRW", "USD")
    there = in_won.told(Quantity(value, "USD"))
    assert there.unit == "KRW" and in_dollars.told(there).value == pytest.approx(value)
    assert in_won.told(there) is there


def test_units_never_mix():
    with pytest.raises(ConfigError, match="Expected an amount in KRW or USD"):
        Terms().told(Quantity(5.0, "kWh"))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"precision": "fp16"}, "did you mean 'float16'"),
        ({"hours_a_day": 25.0}, "hours"),
        ({"years": 0.0}, r"^Expected years of use above 0 and at most 50; got 0\.$"),
        ({"hours_a_day": 30.0}, r"^Expected hours of training a day above 0 and at most 24; got 30\.$"),
        ({"host_w": -1.0}, "W around the cards; got -1"),
        ({"hours_limit": 0.0}, "limit of hours above 0"),
        ({"won_per_dollar": Quoted(quantity=Quantity(5.0, "USD/KRW"), source="", date="")}, "won per dollar"),
        ({"won_per_dollar": Quoted(quantity=Quantity(-5.0, "KRW/USD"), source="", date="")}, "won per dollar"),
    ],
)
def test_terms_that_cannot_be_are_refused(changed, why):
    with pytest.raises(ConfigError, match=why):
        Terms(**changed)


def test_a_life_is_the_hours_of_all_years():
    assert Terms(hours_a_day=2.0, years=5.0).life_seconds == 5 * 365 * 2 * 3600
