"""What the cards of a rig cost, as dated lists say; a price that no list has is None."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sextet.hardware.rig import Rig
from sextet.planner.figures import Quantity
from sextet.planner.price_lists import Price, PriceList


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
