"""Whether 01/02/2024 is the first of February or the second of January: told by what makes the stamps regular."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sextet.core.frequency import Frequency
from sextet.data.hints import Hints

Nanoseconds = NDArray[np.int64]

DAY_FIRST, MONTH_FIRST = "day/month/year", "month/day/year"
ORDERS = (DAY_FIRST, MONTH_FIRST)
COUNTED = ("seconds", "milliseconds", "microseconds", "nanoseconds")
YEARS = (1678, 2261)
"""First and last year whose stamps are read: whole ones that nanoseconds since 1970 can say."""

_DAY_NS = 86_400_000_000_000
_CLEAR = 1.5  # times as many steps in the one grid as in the other: no gaps, or a few, make up for that


def counted_note(shown: str, unit: str) -> str:
    """Say how whole numbers were read as stamps."""
    return f"Whole numbers such as {shown} were read as {unit} since 1970, in UTC."


def other_order(layout: str) -> str:
    """The other one of the two."""
    return MONTH_FIRST if layout == DAY_FIRST else DAY_FIRST


def choose_order(read: Mapping[str, Nanoseconds], dotted: bool, hints: Hints) -> tuple[str, bool]:
    """Which of two readings of the same texts is meant, and whether that is sure.

    A reading that was told counts; else the one that lies on a grid that was told; else the day comes first where
    dots are between. Else it is the reading that leaves fewer steps of a regular calendar without a stamp; where both
    leave about as many, the one with fewer different steps, and that is not sure.

    Args:
        read: wall-clock nanoseconds `[N]` by layout, in the order of the rows.
        dotted: whether dots are between day, month and year.
        hints: what was told.
    """
    if hints.dates is not None:
        return hints.dates, True
    stamps = {layout: np.unique(read[layout]) for layout in ORDERS}
    if hints.frequency is not None:
        steps = {layout: _steps_of(stamps[layout], hints.frequency) for layout in ORDERS}
        least = min(steps, key=lambda layout: steps[layout])
        if steps[least] < steps[other_order(least)]:
            return least, True
    if dotted:
        return DAY_FIRST, True
    counts = {layout: grid_steps(stamps[layout]) for layout in ORDERS}
    least = min(counts, key=lambda layout: counts[layout])
    if counts[least] * _CLEAR <= counts[other_order(least)]:
        return least, True
    kinds = {layout: len(np.unique(np.diff(read[layout]))) for layout in ORDERS}
    return (DAY_FIRST if kinds[DAY_FIRST] < kinds[MONTH_FIRST] else MONTH_FIRST), False


def grid_steps(stamps: Nanoseconds) -> float:
    """How many stamps the regular calendar has that holds all of `stamps [N]`, sorted, and has the fewest.

    Calendars are a fixed step; so many months, at one day and time of the month; and business days.
    """
    if len(stamps) < 2:
        return len(stamps)
    steps = [float(stamps[-1] - stamps[0]) / float(np.gcd.reduce(np.diff(stamps))) + 1]
    days = stamps.view("datetime64[ns]").astype("datetime64[D]")
    if len(np.unique(stamps % _DAY_NS)) == 1:
        months = days.astype("datetime64[M]")
        length = np.unique((days - months.astype("datetime64[D]")).astype(np.int64))
        last = (days + 1).astype("datetime64[M]") > months
        number = months.astype(np.int64)
        apart = np.diff(number)
        if (len(length) == 1 or last.all()) and apart.all():
            steps.append(float(number[-1] - number[0]) / float(np.gcd.reduce(apart)) + 1)
        if np.is_busday(days).all():
            steps.append(float(np.busday_count(days[0], days[-1])) + 1)
    return min(steps)


def _steps_of(stamps: Nanoseconds, frequency: Frequency) -> float:
    """How many steps of a frequency the stamps span; infinite where one does not lie on its grid."""
    if not len(stamps):
        return 0.0
    moments = stamps.view("datetime64[ns]")
    grid = frequency.anchored(moments[0])
    if not grid.on_grid(moments).all():
        return float("inf")
    first, last = grid.ordinals(moments[[0, -1]]).tolist()
    return float(last - first)
