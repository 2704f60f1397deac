"""Prices: dated, sourced, None where nobody names one, overridden by the user's file."""

from __future__ import annotations

import pytest

from sextet.core.errors import ConfigError
from sextet.hardware.rig import read_rig
from sextet.planner.figures import Quantity
from sextet.planner.price_lists import named, price_lists, read_prices
from sextet.planner.prices import priced_alike, rig_price

from .own_prices import OWN


def test_every_price_has_a_source_a_date_and_a_condition():
    prices = [price for one in price_lists().values() for price in one.prices]
    assert len(prices) > 10 and {price.low.unit for price in prices} == {"KRW", "USD"}
    for price in prices:
        assert len(price.source) > 10 and price.date >= "2026" and price.condition in ("new", "used")
        assert Quantity(0, price.low.unit) < price.low <= price.middle <= price.high


@pytest.mark.parametrize(
    ("text", "won"), [("3x Tesla P40", 6_000_000), ("2x V100 32GB", 20_000_000), ("2x V100 32GB nvlink", 20_000_000)]
)
def test_the_figures_of_the_question_are_a_list(text, won):
    found = rig_price(read_rig(text), named(["question"]))
    assert found.middle == Quantity(won, "KRW") and found.missing == ()


def test_a_card_without_a_price_has_none_and_says_so():
    found = rig_price(read_rig("2x RTX 2080 Ti"), named(["question", "used", "new"]))
    assert found.low is None and found.middle is None and found.missing == ("RTX 2080 Ti",)
    assert "No price of RTX 2080 Ti is in the lists question, used, new" in found.notes[0]


def test_the_first_list_goes_first_and_a_set_is_divided_where_needed():
    rig = read_rig("3x P40")
    assert rig_price(rig, named(["used", "question"])).low == Quantity(450, "USD")
    four = rig_price(read_rig("4x P40"), named(["question"]))
    assert four.low == Quantity(8_000_000, "KRW") and "divided among its cards" in four.notes[0]


@pytest.mark.parametrize(
    ("rigs", "first"),
    [
        (("3x P40", "2x V100 32GB"), "question"),  # both stand there as they are
        (("P40", "RTX 3060"), "used"),  # the question has no RTX 3060, and of P40 only three
        (("2x P40", "2x V100 SXM2 32GB"), "used"),  # the question's set of P40 would have to be divided
        (("2x P40", "2x V100 32GB"), "question"),  # but used ones have no price of a PCIe V100
        (("RTX 2080 Ti",), "question"),  # no list has it: as they were
        ((), "question"),
    ],
)
def test_rigs_are_priced_alike(rigs, first):
    lists = named(["question", "used", "new"])
    found = priced_alike(lists, [read_rig(text) for text in rigs])
    assert found[0].name == first and sorted(one.name for one in found) == ["new", "question", "used"]


def test_currencies_add_up_only_by_a_rate():
    rig = read_rig("3x P40, 1x RTX 3090")
    found = rig_price(rig, named(["question", "used"]))
    assert found.low == Quantity(450 + 500, "USD")  # one list has both
    mixed = rig_price(read_rig("2x V100 PCIe 32GB, 1x RTX 3090"), named(["question", "used"]))
    assert mixed.low is None and "give a rate" in mixed.notes[-1]
    rated = rig_price(
        read_rig("2x V100 PCIe 32GB, 1x RTX 3090"), named(["question", "used"]), Quantity(1500, "KRW/USD")
    )
    assert rated.low == Quantity(20_000_000 + 500 * 1500, "KRW")
    with pytest.raises(ConfigError):
        rig_price(read_rig("2x V100 PCIe 32GB, 1x RTX 3090"), named(["question", "used"]), Quantity(1500, "KRW"))


def test_a_users_file_overrides(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(OWN, encoding="utf-8")
    found = rig_price(read_rig("3x P40"), [*read_prices(path), *named(["question"])])
    assert found.middle == Quantity(900_000, "KRW") and found.prices[0].origin == "mine"
