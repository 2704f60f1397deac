"""Amounts as people write them: "6000000KRW", "4,500 USD", "0.12 USD/kWh", "750 W"."""

from __future__ import annotations

import re

from sextet.core.errors import ConfigError, nearest
from sextet.planner.figures import Quantity

CURRENCIES = {"KRW": "KRW", "WON": "KRW", "₩": "KRW", "USD": "USD", "$": "USD", "DOLLAR": "USD", "DOLLARS": "USD"}
"""Words of a currency in capitals, and what they stand for."""

_NUMBER = r"(\d{1,3}(?:[,_]\d{3})+|\d+)(\.\d+)?(?:e([+-]?\d{1,2}))?"
_AMOUNT = re.compile(
    rf"\s*([₩$])?\s*{_NUMBER}\s*(?:(million|m|k)(?![a-z]))?\s*([₩$]|[A-Za-z]+)?(?:\s*/\s*kWh)?\s*", re.IGNORECASE
)
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "million": 1e6}


def amount(text: str, what: str) -> Quantity:
    """Read an amount of money; `what` names the option in the message.

    Raises:
        ConfigError: it is none, it is below 0 or its currency is missing or not known.
    """
    found = _AMOUNT.fullmatch(text)
    if not found or "/" in text:
        raise ConfigError(
            f"Expected {what} as an amount with its currency, such as 6000000KRW or 4500 USD; got {text!r}."
        )
    return Quantity(_value(found), _currency(found, text, what))


def rate(text: str, what: str) -> Quantity:
    """Read a price of a kWh; the words "/kWh" may be left out.

    Raises:
        ConfigError: it is none, or its currency is missing or not known.
    """
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise ConfigError(f"Expected {what} as the price of a kWh, such as 307KRW or 0.12 USD/kWh; got {text!r}.")
    return Quantity(_value(found), _currency(found, text, what)).per("kWh")


def _value(found: re.Match[str]) -> float:
    whole, part, power = found[2].replace(",", "").replace("_", ""), found[3] or "", found[4] or "0"
    return float(f"{whole}{part}e{power}") * _TIMES[(found[5] or "").lower()]


def _currency(found: re.Match[str], text: str, what: str) -> str:
    words = [word.upper() for word in (found[1], found[6]) if word]
    if len(words) != 1:
        raise ConfigError(f"Expected {what} with one currency, such as 6000000KRW or 4500 USD; got {text!r}.")
    if words[0] not in CURRENCIES:
        hint = nearest(words[0], CURRENCIES) or "."
        raise ConfigError(f"{what}: there is no currency {words[0]!r}{hint} Known are KRW and USD; got {text!r}.")
    return CURRENCIES[words[0]]
