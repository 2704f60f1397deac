"""Public holidays of countries and their parts, as days since 1970, from the package `holidays`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, DependencyError, nearest

Days = NDArray[np.int64]

_FIRST, _LAST = 1900, 2100  # years for which countries are asked; outside no day is a holiday


def check_place(country: str, part: str | None = None) -> None:
    """Refuse a country or a part of it that has no calendar of holidays.

    Raises:
        ConfigError: there is none; the nearest name is said.
        DependencyError: the package `holidays` is not installed.
    """
    known = _package().list_supported_countries(include_aliases=True)
    if country not in known:
        raise ConfigError(
            f"no country with holidays is called {country!r}{nearest(country.upper(), known) or '.'} Countries go by "
            'the two letters of ISO 3166, such as "DE" or "US".'
        )
    if part is not None and part not in known[country]:
        parts = ", ".join(sorted(known[country])) or "none"
        raise ConfigError(
            f"{country} has no part {part!r} with holidays of its own{nearest(part, known[country]) or '.'} "
            f"It has: {_short(parts)}."
        )


def holidays_of(country: str, part: str | None, first: int, last: int) -> Days:
    """Return the holidays from the year `first` to `last`, sorted; substitute days count where the law has them."""
    first, last = max(first, _FIRST), min(last, _LAST)
    # whole decades, so that the windows of a long data set share few calendars
    return _calendar(country, part, first // 10 * 10, last // 10 * 10 + 9)


@lru_cache(maxsize=256)
def _calendar(country: str, part: str | None, first: int, last: int) -> Days:
    if last < first:
        return np.zeros(0, dtype=np.int64)
    found = _package().country_holidays(country, subdiv=part, years=range(first, last + 1))
    return np.sort(np.array([np.datetime64(day, "D") for day in found], dtype="datetime64[D]").astype(np.int64))


def _package() -> Any:
    try:
        import holidays
    except ModuleNotFoundError as error:
        raise DependencyError(
            "A rule asks for the holidays of a country, which needs the package 'holidays'. Install it with: "
            "pip install holidays"
        ) from error
    return holidays


def _short(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:297]}..."
