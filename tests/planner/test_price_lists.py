"""Lists of prices: read from a file, or refused with everything that is missing and what one looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from sextet.core.errors import ConfigError
from sextet.planner.price_lists import EXAMPLE, named, read_prices

from .own_prices import OWN

PAGE = Path(__file__).parents[2] / "docs" / "hardware.md"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('card = "P40"', 'card = "P41"', "Nearest"),
        ("300_000", "-3", "0 < low <= high"),
        ('card = "P40"', "card = 4", "needs card = 'Tesla P40' or such; got 4"),
        ("300_000", "3\nhigh = 2", "0 < low <= high"),
        ('"KRW"', '"EUR"', "a currency of KRW, USD"),
        ('"used"', '"broken"', "a condition of new, used"),
        ("date = 2026-11-25", "", "the price of 'P40' needs date \\(it has card, low; source and date may stand"),
        ("2026-11-25", '"yesterday"', "the price of 'P40' needs a date such as 2026-11-01; got 'yesterday'"),
        ("2026-11-25", "20261125", "needs a date such as 2026-11-01; got 20261125"),
        ("date = 2026-11-25", "date = 2126-11-25", "is of 2126-11-25, which is yet to come"),
        ("low = 300_000", "low = 300_000\nhihg = 1", "'P40' has 'hihg', which means nothing, did you mean 'high'"),
        (
            "[[list]]",
            "[[list]]\nsorce = 'x'",
            "the list 'mine' has 'sorce', which means nothing, did you mean 'source'",
        ),
        ("[[list.cards]]", "[[list.crads]]", "'crads', which means nothing, did you mean 'cards'; .* has neither"),
        ("[[list]]", "[[lsit]]", "under \\[\\[list\\]\\]"),
        ("300_000", "", "cannot be read"),
        ('[[list.cards]]\ncard = "P40"\nlow = 300_000', 'cards = "x"', "prices of 'mine' under \\[\\[list.cards"),
        ('[[list.cards]]\ncard = "P40"\nlow = 300_000', "sets = [3]", "under \\[\\[list.sets\\]\\]; got \\[3\\]"),
        ('card = "P40"', "", "prices.toml: a price of the list 'mine' needs card \\(it has low\\)"),
        ('card = "P40"', 'card = "P41"', "prices.toml: Expected a card of the catalogue"),
    ],
)
def test_a_file_of_prices_that_is_none_is_refused(tmp_path, old, new, why):
    path = tmp_path / "prices.toml"
    path.write_text(
        OWN.replace(old, new).replace("[[list.", "[[lsit." if "lsit" in new else "[[list."), encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=why):
        read_prices(path)


def test_an_unknown_list_is_refused():
    with pytest.raises(ConfigError, match="did you mean 'question'"):
        named(["questoin"])
    with pytest.raises(ConfigError, match="cannot be read"):
        read_prices(Path("nowhere.toml"))


def test_a_list_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text('list = ["a"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="each list as a table under"):
        read_prices(path)


def test_the_example_is_a_file_of_prices_and_stands_in_the_docs(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    (found,) = read_prices(path)
    assert (found.name, found.title, len(found.prices)) == ("mine", "mine", 1)
    assert EXAMPLE in PAGE.read_text(encoding="utf-8")


def test_all_that_is_missing_is_told_at_once_with_an_example(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(
        '[[list]]\nname = "a"\ncurrency = "USD"\n[[list.cards]]\ncard = "T4"\nprice = 200\n'
        '[[list.sets]]\nlow = 4\nsource = "s"\n[[list]]\ndate = 2026-11-01\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        read_prices(path)
    said = str(caught.value)
    for text in (
        "the list 'a' needs condition; ",
        "a price of the list 'a' needs cards and date (it has low, source; source and date may stand in the list too)",
        "the price of 'T4' needs low and source and date (it has card, price; source",
        "the list without a name needs name and currency and condition; ",
        "the list without a name has neither [[list.sets]] nor [[list.cards]]. The least that a file has:\n\n[[list]]",
    ):
        assert text in said
    assert said.endswith(EXAMPLE)


@pytest.mark.parametrize("date", ["2026-11-25", '"2026-11-25"', "2026-11-25T10:00:00"])
def test_a_date_is_a_day_with_or_without_quotes(tmp_path, date):
    path = tmp_path / "prices.toml"
    path.write_text(OWN.replace("2026-11-25", date), encoding="utf-8")
    assert read_prices(path)[0].prices[0].date == "2026-11-25"
