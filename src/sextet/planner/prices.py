"""What cards cost, as dated lists say; a price that no list has is None."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from sextet.core.errors import ConfigError, nearest
from sextet.hardware.rig import Rig, read_rig
from sextet.planner.figures import Quantity

CURRENCIES = ("KRW", "USD")
CONDITIONS = ("new", "used")


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a set of equal or mixed cards costs, as one source says.

    Attributes:
        cards: how many of each product, by name.
        low, high: ends of what is said, in one currency.
        condition: "new" or "used".
        origin: name of the list.
        source, date: who says so, and when.
    """

    cards: tuple[tuple[str, int], ...]
    low: Quantity
    high: Quantity
    condition: str
    origin: str
    source: str
    date: str

    @property
    def middle(self) -> Quantity:
        """Halfway between the ends."""
        return (self.low + self.high) * 0.5


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """Prices by one name, sets before single cards."""

    name: str
    title: str
    prices: tuple[Price, ...]


@dataclass(frozen=True, kw_only=True)
class RigPrice:
    """What the cards of a rig cost.

    Attributes:
        low, high: ends, None where a card has no price in one currency.
        prices: what it is made of.
        missing: cards without a price.
        notes: what to know, one sentence each.
    """

    low: Quantity | None
    high: Quantity | None
    prices: tuple[Price, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def middle(self) -> Quantity | None:
        """Halfway between the ends; None where there are none."""
        return (self.low + self.high) * 0.5 if self.low and self.high else None


@cache
def price_lists() -> dict[str, PriceList]:
    """Return the lists that come with sextet: "question", "used" and "new"."""
    text = resources.files("sextet.planner").joinpath("prices.toml").read_text(encoding="utf-8")
    return {one.name: one for one in _lists(tomllib.loads(text), "prices.toml")}


def read_prices(path: Path) -> tuple[PriceList, ...]:
    """Return the lists of a user's file, which has the form of `prices.toml`.

    Raises:
        ConfigError: it cannot be read, or a card or a currency is not known.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Expected a TOML file of prices at {path}; it cannot be read: {error}.") from error
    return _lists(values, str(path))


def named(names: Sequence[str]) -> tuple[PriceList, ...]:
    """Return lists by name, in that order.

    Raises:
        ConfigError: a name is not known; the nearest is told.
    """
    known = price_lists()
    for name in names:
        if name not in known:
            hint = nearest(name, known) or "."
            raise ConfigError(f"There is no price list {name!r}{hint} Known are {', '.join(known)}.")
    return tuple(known[name] for name in names)


def priced_alike(lists: Sequence[PriceList], rigs: Sequence[Rig]) -> tuple[PriceList, ...]:
    """Return the lists in the order in which the rigs are priced alike: what one asks for a card, another may not.

    First goes that which prices most of the rigs as they stand, then of those most with a set divided among its cards;
    equal ones stay as they were.
    """

    def known(one: PriceList) -> tuple[int, int]:
        found = [price for rig in rigs if (price := rig_price(rig, [one])).low is not None]
        return -sum(not price.notes for price in found), -len(found)

    return tuple(sorted(lists, key=known))


def rig_price(rig: Rig, lists: Sequence[PriceList], won_per_dollar: Quantity | None = None) -> RigPrice:
    """Return what the cards of a rig cost; the first list that has a card goes before later ones.

    A set of cards that is exactly the rig's goes before single cards. The price of a set is also divided among equal
    cards, which a note then says.

    Args:
        rig: the rig; what is around the cards has no price here.
        lists: a user's own first.
        won_per_dollar: rate in KRW/USD to bring prices in dollars to won where both occur.

    Raises:
        ConfigError: the rate is not in KRW/USD.
    """
    wanted = Counter(one.name for one in rig.devices)
    for one in lists:
        whole = next((price for price in one.prices if Counter(dict(price.cards)) == wanted), None)
        parts = [(whole, 1.0)] if whole else _parts(wanted, [one])
        if parts and all(price for price, _ in parts):
            return _priced([(price, share) for price, share in parts if price], (), won_per_dollar)
    found = _parts(wanted, lists)
    missing = tuple(name for name, (price, _) in zip(wanted, found, strict=True) if price is None)
    priced = _priced([(price, share) for price, share in found if price], missing, won_per_dollar)
    where = f"the lists {', '.join(one.name for one in lists)}" if lists else "any list"
    unknown = tuple(
        f"No price of {name} is in {where}; name others, or a file of prices of your own, with --prices."
        for name in missing
    )
    return replace(priced, notes=(*unknown, *priced.notes))


def _parts(wanted: Mapping[str, int], lists: Sequence[PriceList]) -> list[tuple[Price | None, float]]:
    """Return for each card the first price of that card alone, None where there is none, and how often it counts."""
    parts: list[tuple[Price | None, float]] = []
    for name, count in wanted.items():
        alone = (price for one in lists for price in one.prices if [card for card, _ in price.cards] == [name])
        price = next(alone, None)
        parts.append((price, count / price.cards[0][1] if price else 1.0))
    return parts


def _priced(parts: Sequence[tuple[Price, float]], missing: tuple[str, ...], rate: Quantity | None) -> RigPrice:
    prices = tuple(price for price, _ in parts)
    notes = [
        f"The price of {price.cards[0][1]}x {price.cards[0][0]} ({price.origin}) is divided among its cards."
        for price, share in parts
        if price.cards[0][1] > 1 and share != 1.0
    ]
    mixed = len({price.low.unit for price in prices}) > 1
    if mixed and rate is None:
        notes.append("Prices are in won and in dollars; give a rate to add them up.")
    low = high = None
    if parts and not missing and not (mixed and rate is None):
        lows = [_in_one(price.low, rate if mixed else None) * share for price, share in parts]
        highs = [_in_one(price.high, rate if mixed else None) * share for price, share in parts]
        low, high = _sum(lows), _sum(highs)
    return RigPrice(low=low, high=high, prices=prices, missing=missing, notes=tuple(notes))


def _in_one(price: Quantity, rate: Quantity | None) -> Quantity:
    return rate.of(price) if rate is not None and price.unit == "USD" else price


def _sum(amounts: Sequence[Quantity]) -> Quantity:
    total = amounts[0]
    for amount in amounts[1:]:
        total = total + amount
    return total


def _lists(values: Mapping[str, Any], where: str) -> tuple[PriceList, ...]:
    rows = values.get("list")
    if not isinstance(rows, list) or not rows:
        raise ConfigError(f"{where}: expected prices under [[list]]; got {', '.join(values) or 'nothing'}.")
    return tuple(_list(row, where) for row in rows)


def _list(row: Any, where: str) -> PriceList:
    if not isinstance(row, Mapping):
        raise ConfigError(f"{where}: expected each list as a table under [[list]]; got {row!r}.")
    name = row.get("name")
    if not isinstance(name, str) or row.get("currency") not in CURRENCIES or row.get("condition") not in CONDITIONS:
        raise ConfigError(
            f"{where}: a list has a name, a currency of {', '.join(CURRENCIES)} and a condition of "
            f"{', '.join(CONDITIONS)}; got {name!r}, {row.get('currency')!r} and {row.get('condition')!r}."
        )
    prices = [_price(row, entry, key, where) for table, key in _TABLES.items() for entry in _entries(row, table, where)]
    if not prices:
        raise ConfigError(f"{where}: the list {name!r} has neither [[list.sets]] nor [[list.cards]].")
    return PriceList(name=name, title=str(row.get("title", name)), prices=tuple(prices))


_TABLES = {"sets": "cards", "cards": "card"}
"""Tables of a list, and the key of each that names what is priced."""


def _entries(row: Mapping[str, Any], table: str, where: str) -> list[Mapping[str, Any]]:
    entries = row.get(table, [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ConfigError(f"{where}: expected prices of {row['name']!r} under [[list.{table}]]; got {entries!r}.")
    return entries


def _price(row: Mapping[str, Any], entry: Mapping[str, Any], key: str, where: str) -> Price:
    low: Any
    high: Any
    cards = entry.get(key)
    if not isinstance(cards, str) or not cards.strip():
        raise ConfigError(
            f"{where}: a price of {row['name']!r} needs {key} = 'Tesla P40' or such; it has {', '.join(entry)}."
        )
    low, high = entry.get("low"), entry.get("high", entry.get("low"))
    if not (_amount(low) and _amount(high) and low <= high):
        raise ConfigError(f"{where}: the price of {cards!r} needs 0 < low <= high; got {low!r} and {high!r}.")
    source, date = entry.get("source", row.get("source")), entry.get("date", row.get("date"))
    if not source or not date:
        raise ConfigError(f"{where}: the price of {cards!r} needs a source and a date; got {source!r} and {date!r}.")
    try:
        kinds = read_rig(cards).kinds
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    return Price(
        cards=tuple((one.name, count) for one, count in kinds.items()),
        low=Quantity(float(low), row["currency"]),
        high=Quantity(float(high), row["currency"]),
        condition=row["condition"],
        origin=row["name"],
        source=str(source),
        date=str(date),
    )


def _amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
