"""Lists of prices: those that come with sextet, and files of a user; what a file lacks is told all at once."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from sextet.core.errors import ConfigError, nearest
from sextet.hardware.rig import read_rig
from sextet.planner.figures import Quantity

CURRENCIES = ("KRW", "USD")
CONDITIONS = ("new", "used")

EXAMPLE = """\
[[list]]
name = "mine"
currency = "USD"
condition = "used"
source = "offers that I saw"
date = 2026-11-01

[[list.cards]]
card = "Tesla T4"
low = 250
high = 350
"""
"""The least that a file of prices has; docs/hardware.md shows it too."""

_AHEAD = datetime.timedelta(days=366)  # a clock may be wrong by less; a slip in a year is not
_LOOKS = f"The least that a file has:\n\n{EXAMPLE}"


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


@cache
def price_lists() -> dict[str, PriceList]:
    """Return the lists that come with sextet: "question", "used" and "new"."""
    text = resources.files("sextet.planner").joinpath("prices.toml").read_text(encoding="utf-8")
    return {one.name: one for one in _lists(tomllib.loads(text), "prices.toml")}


def read_prices(path: Path) -> tuple[PriceList, ...]:
    """Return the lists of a user's file, of the form of `EXAMPLE`.

    Raises:
        ConfigError: it cannot be read, keys are missing or mean nothing, or a card, a currency or a date is none.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Expected a TOML file of prices at {path}; it cannot be read: {error}.") from error
    lists = _lists(values, str(path))
    latest = (datetime.date.today() + _AHEAD).isoformat()
    for price in (one for some in lists for one in some.prices if one.date > latest):
        raise ConfigError(f"{path}: a price of the list {price.origin!r} is of {price.date}, which is yet to come.")
    return lists


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


_LIST, _COMMON = ("name", "currency", "condition"), ("source", "date")
_TABLES = {"sets": "cards", "cards": "card"}
"""Tables of a list, and the key of each that names what is priced."""


def _lists(values: Mapping[str, Any], where: str) -> tuple[PriceList, ...]:
    rows = values.get("list")
    if not isinstance(rows, list) or not rows:
        had = "list, which is not [[list]]" if "list" in values else ", ".join(values) or "nothing"
        raise ConfigError(f"{where}: expected prices under [[list]]; got {had}. {_LOOKS}")
    for row in rows:
        if not isinstance(row, Mapping):
            raise ConfigError(f"{where}: expected each list as a table under [[list]]; got {row!r}.")
    lacking = [said for row in rows for said in (*_unknown(row, where), *_lacking(row, where))]
    if lacking:
        raise ConfigError(f"{where}: {'; '.join(lacking)}. {_LOOKS}")
    return tuple(_list(row, where) for row in rows)


def _unknown(row: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield the keys of a list and its prices that mean nothing, with those that they may be meant for."""
    told = repr(row["name"]) if row.get("name") else "without a name"
    places = [(f"the list {told}", row, (*_LIST, *_COMMON, *_TABLES, "title"))]
    for table, key in _TABLES.items():
        for entry in _entries(row, table, where):
            places.append((f"the price of {entry.get(key)!r}", entry, (key, "low", "high", *_COMMON)))
    for what, held, known in places:
        for name in held:
            if name not in known:
                yield f"{what} has {name!r}, which means nothing{(nearest(name, known) or '').removesuffix('?')}"


def _lacking(row: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield what a list and its prices lack."""
    told = repr(row["name"]) if row.get("name") else "without a name"
    missing = [key for key in _LIST if not row.get(key)]
    if missing:
        yield f"the list {told} needs {' and '.join(missing)}"
    entries = [(key, entry) for table, key in _TABLES.items() for entry in _entries(row, table, where)]
    if not entries:
        yield f"the list {told} has neither [[list.sets]] nor [[list.cards]]"
    for key, entry in entries:
        common = [name for name in _COMMON if not entry.get(name) and not row.get(name)]
        missing = [*(name for name in (key, "low") if name not in entry), *common]
        if missing:
            of = f"the price of {entry[key]!r}" if key in entry else f"a price of the list {told}"
            more = "; source and date may stand in the list too" if common else ""
            yield f"{of} needs {' and '.join(missing)} (it has {', '.join(entry) or 'nothing'}{more})"


def _list(row: Mapping[str, Any], where: str) -> PriceList:
    name = row["name"]
    if not isinstance(name, str) or row["currency"] not in CURRENCIES or row["condition"] not in CONDITIONS:
        raise ConfigError(
            f"{where}: a list has a name, a currency of {', '.join(CURRENCIES)} and a condition of "
            f"{', '.join(CONDITIONS)}; got {name!r}, {row['currency']!r} and {row['condition']!r}."
        )
    prices = [_price(row, entry, key, where) for table, key in _TABLES.items() for entry in _entries(row, table, where)]
    return PriceList(name=name, title=str(row.get("title", name)), prices=tuple(prices))


def _entries(row: Mapping[str, Any], table: str, where: str) -> list[Mapping[str, Any]]:
    entries = row.get(table, [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        name = row.get("name")
        raise ConfigError(f"{where}: expected prices of {name!r} under [[list.{table}]]; got {entries!r}. {_LOOKS}")
    return entries


def _price(row: Mapping[str, Any], entry: Mapping[str, Any], key: str, where: str) -> Price:
    cards, low, high = entry[key], entry["low"], entry.get("high", entry["low"])
    if not isinstance(cards, str) or not cards.strip():
        raise ConfigError(f"{where}: a price of {row['name']!r} needs {key} = 'Tesla P40' or such; got {cards!r}.")
    if not (_amount(low) and _amount(high) and low <= high):
        raise ConfigError(f"{where}: the price of {cards!r} needs 0 < low <= high; got {low!r} and {high!r}.")
    got = entry.get("date") or row.get("date")
    date = _date(got)
    if date is None:
        raise ConfigError(f"{where}: the price of {cards!r} needs a date such as 2026-11-01; got {got!r}.")
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
        source=str(entry.get("source") or row["source"]),
        date=date,
    )


def _amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _date(value: Any) -> str | None:
    """Return a day as ISO 8601 writes it, in quotes or without; None for what is no day."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    try:
        return datetime.date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None
