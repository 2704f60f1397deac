"""Dates in one column and times of day in another, as load profiles often have them: to be joined, not series."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sextet.core.errors import DataError

_TIME_OF_DAY = re.compile(r"\d{1,2}[:.]\d{2}([:.]\d{2})?( ?(Uhr|[ap]\.?m\.?))?", re.IGNORECASE)


def are_times_of_day(values: Sequence[str]) -> bool:
    """Whether texts, such as 00:15, are all times of day."""
    return bool(values) and all(_TIME_OF_DAY.fullmatch(value.strip()) for value in values)


def refuse_times_of_day(source: str, time: str, name: str, values: Sequence[str]) -> None:
    """Refuse a column of times of day that would be taken for the names of series.

    Args:
        source: what the data are called.
        time: the column of dates.
        name: the other one.
        values: of it.

    Raises:
        DataError: they are times of day.
    """
    if are_times_of_day(values):
        raise DataError(
            f"{source}: column {time!r} holds dates and column {name!r} times of day such as {values[0].strip()!r}. "
            "Join the two into one column of stamps, such as 2024-01-31 13:00."
        )
